import pytest
from django.core import mail

from .test_entrance import code_in, mailed_code, signed_in, sms  # noqa: F401

SECRET = "榕树下-a-long-password-7"


@pytest.fixture
def with_password(citizen):
    citizen.set_password(SECRET)
    citizen.phone, citizen.phone_verified = "+8613800138000", True
    citizen.save()
    return citizen


def test_a_password_can_be_set_and_used(client, citizen):
    client.force_login(citizen)
    client.post("/accounts/password/set/", {"password1": SECRET, "password2": SECRET})
    client.logout()
    client.post("/accounts/login/password/", {"login": "Citizen@example.com", "password": SECRET})
    assert signed_in(client) == str(citizen.pk)


@pytest.mark.parametrize("login", ["138 0013 8000", "+8613800138000", "citizen@example.com"])
def test_phone_and_email_both_sign_in_with_the_password(client, with_password, login):
    client.post("/accounts/login/password/", {"login": login, "password": SECRET})
    assert signed_in(client) == str(with_password.pk)


def test_a_wrong_password_says_the_same_for_known_and_unknown(client, with_password):
    def tell(login):
        answer = client.post("/accounts/login/password/", {"login": login, "password": "wrong-password-9"})
        return answer.status_code, answer.context["form"].non_field_errors()

    assert tell("citizen@example.com") == tell("nobody@example.com")
    assert signed_in(client) is None


def test_next_survives_the_password(client, with_password):
    data = {"login": "citizen@example.com", "password": SECRET, "next": "/suggestions/"}
    assert client.post("/accounts/login/password/", data)["Location"] == "/suggestions/"


def test_a_forgotten_password_is_replaced_by_a_code(client, with_password):
    client.post("/accounts/password/reset/", {"email": "citizen@example.com"})
    client.post("/accounts/password/reset/confirm/", {"code": mailed_code()})
    new = "another-long-password-8"
    client.post("/accounts/password/reset/complete/", {"password1": new, "password2": new})
    with_password.refresh_from_db()
    assert with_password.check_password(new)


def test_guessing_ends_after_five_wrong_passwords(client, with_password):
    for _time in range(5):
        client.post("/accounts/login/password/", {"login": "citizen@example.com", "password": "wrong-password-9"})
    client.post("/accounts/login/password/", {"login": "citizen@example.com", "password": SECRET})
    assert signed_in(client) is None


def test_the_email_is_changed_by_a_code_to_the_new_one(client, citizen):
    client.force_login(citizen)
    client.post("/accounts/email/", {"action_add": "1", "email": "new@example.com"})
    assert mail.outbox[-1].to == ["new@example.com"]
    assert [e.email for e in citizen.emailaddress_set.all()] == ["citizen@example.com"]
    client.post("/accounts/confirm-email/", {"code": mailed_code()})
    assert [(e.email, e.verified) for e in citizen.emailaddress_set.all()] == [("new@example.com", True)]
    citizen.refresh_from_db()
    assert citizen.email == "new@example.com"


def test_the_phone_is_changed_by_a_code_to_the_new_one(client, citizen, sms):  # noqa: F811
    client.force_login(citizen)
    client.post("/accounts/phone/change/", {"phone": "139 0013 9000"})
    citizen.refresh_from_db()
    assert citizen.phone == ""
    client.post("/accounts/phone/verify/", {"code": code_in(sms[-1][1])})
    citizen.refresh_from_db()
    assert (citizen.phone, citizen.phone_verified) == ("+8613900139000", True)


def test_a_number_of_somebody_elses_is_not_taken_over(client, citizen, neighbour, sms):  # noqa: F811
    neighbour.phone, neighbour.phone_verified = "+8613900139000", True
    neighbour.save()
    client.force_login(citizen)
    client.post("/accounts/phone/change/", {"phone": "13900139000"})
    answer = client.post(
        "/accounts/phone/verify/", {"code": code_in(sms[-1][1]) if "验证码" in sms[-1][1] else "000000"}
    )
    assert answer.status_code == 422
    citizen.refresh_from_db()
    assert citizen.phone == ""


def test_a_second_code_to_the_phone_within_thirty_seconds_is_429(client, citizen, sms):  # noqa: F811
    client.force_login(citizen)
    answers = [client.post("/accounts/phone/change/", {"phone": "13900139000"}).status_code for _time in range(2)]
    assert answers == [302, 429]
    assert len(sms) == 1
