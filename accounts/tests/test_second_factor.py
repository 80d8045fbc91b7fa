import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from accounts.models import OfficeMember

from .test_entrance import CONFIRM, LOGIN, mailed_code, signed_in


def app_shows(secret):
    """What an authenticator app shows now for a secret."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def strict(settings):
    settings.STAFF_SECOND_FACTOR = True


def set_up(client):
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": app_shows(secret)})
    return secret


@pytest.mark.parametrize("room", ["/desk/", "/admin/"])
def test_a_role_without_a_second_factor_is_led_to_set_one_up(client, strict, office, room):
    client.force_login(office)
    assert client.get(room)["Location"] == "/accounts/2fa/"


def test_with_a_second_factor_the_workplace_opens(client, strict, office):
    client.force_login(office)
    TOTP.activate(office, "JBSWY3DPEHPK3PXP")
    assert client.get("/admin/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(client, strict, office):
    client.force_login(office)
    Authenticator.objects.create(user=office, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert client.get("/admin/")["Location"] == "/accounts/2fa/"


def test_public_pages_stay_open_to_staff_without_one(client, strict, office):
    client.force_login(office)
    assert client.get("/about/").status_code == 200


def test_without_a_second_factor_a_role_reads_no_more_than_a_citizen(client, strict, office, case):
    path = case("submitted").get_absolute_url()
    client.force_login(office)
    assert client.get(path).status_code == 404
    assert 'href="/desk/"' in client.get("/about/").content.decode()
    TOTP.activate(office, "JBSWY3DPEHPK3PXP")
    assert client.get(path).status_code == 200


def test_citizens_are_never_asked(client, strict, citizen):
    client.force_login(citizen)
    assert client.get("/desk/").headers.get("Location") != "/accounts/2fa/"


def test_without_the_setting_nobody_is_asked(client, settings, office):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(office)
    assert client.get("/admin/").status_code == 200


def test_an_authenticator_app_is_set_up_with_the_code_it_shows(client, citizen):
    client.force_login(citizen)
    secret = set_up(client)
    [totp] = Authenticator.objects.filter(user=citizen, type=Authenticator.Type.TOTP)
    assert totp.wrap().validate_code(app_shows(secret))


def test_a_wrong_code_sets_nothing_up(client, citizen):
    client.force_login(citizen)
    client.get("/accounts/2fa/totp/activate/")
    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 422
    assert not Authenticator.objects.exists()


def test_the_second_factor_is_asked_at_sign_in_and_next_survives_it(client, citizen):
    client.force_login(citizen)
    secret = set_up(client)
    client.logout()
    Authenticator.objects.update(last_used_at=None)
    client.post(LOGIN, {"address": "citizen@example.com", "next": "/suggestions/"})
    asked = client.post(CONFIRM, {"code": mailed_code()})
    assert asked["Location"] == "/accounts/2fa/authenticate/"
    assert signed_in(client) is None
    cache.clear()  # the same thirty seconds: a code is good once
    answer = client.post("/accounts/2fa/authenticate/", {"code": app_shows(secret)})
    assert answer["Location"] == "/suggestions/"
    assert signed_in(client) == str(citizen.pk)


def test_a_recovery_code_opens_when_the_phone_is_lost(client, citizen):
    client.post(LOGIN, {"address": "citizen@example.com"})
    client.post(CONFIRM, {"code": mailed_code()})
    secret = set_up(client)
    client.post("/accounts/2fa/reauthenticate/", {"code": app_shows(secret)})
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    client.logout()
    client.post(LOGIN, {"address": "citizen@example.com"})
    client.post(CONFIRM, {"code": mailed_code()})
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert signed_in(client) == str(citizen.pk)


@pytest.mark.django_db(transaction=True)
def test_the_owner_hears_of_a_new_second_factor(client, citizen):
    client.force_login(citizen)
    set_up(client)
    assert {tuple(letter.to) for letter in mail.outbox} == {("citizen@example.com",)}


def test_a_membership_that_ended_yesterday_opens_nothing_at_the_next_request(client, office, settings):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(office)
    assert client.get("/admin/").status_code == 200
    OfficeMember.objects.update(until=timezone.localdate() - timedelta(days=1))
    assert client.get("/admin/", follow=True).status_code == 403
    assert signed_in(client) == str(office.pk)


def test_the_admin_is_entered_by_the_same_door(client, db):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2F"


def test_a_citizen_at_the_admins_door_is_refused(client, citizen):
    client.force_login(citizen)
    assert client.get("/admin/", follow=True).status_code == 403
