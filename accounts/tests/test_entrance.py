import re

import pytest
from django.core import mail
from django.core.cache import caches
from django.urls import reverse

from accounts.models import PolicyConsent, User
from fzportal.cache import ForgivingRedisCache
from notifications import channels

LOGIN = "/accounts/login/"
CONFIRM = "/accounts/login/code/confirm/"


@pytest.fixture
def sms(monkeypatch, settings):
    """Messages that reach the SMS backend, as (number, text)."""
    sent = []

    class Recorder:
        def send(self, phone, text, reference=""):
            sent.append((phone, text))

    channels.Recorder = Recorder
    settings.SMS_BACKEND = "notifications.channels.Recorder"
    yield sent
    del channels.Recorder


@pytest.fixture
def later(monkeypatch):
    """``later(minutes)``: allauth's clock goes on by so much."""
    from allauth.account.internal.flows import code_verification

    real = code_verification.time.time

    def go(minutes):
        class Clock:
            time = staticmethod(lambda: real() + minutes * 60)

        monkeypatch.setattr(code_verification, "time", Clock)

    return go


def code_in(text):
    return re.search(r"(?<!\d)\d{6}(?!\d)", text).group()


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def mailed_code():
    return code_in(mail.outbox[-1].body)


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_an_unknown_phone_becomes_a_verified_person(client, db, sms):
    answer = client.post(LOGIN, {"address": "138 0013 8000"})
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM)
    [(phone, text)] = sms
    assert phone == "+8613800138000"
    client.post(CONFIRM, {"code": code_in(text)})
    user = User.objects.get()
    assert signed_in(client) == str(user.pk)
    assert (user.phone, user.phone_verified, user.email, user.is_verified) == ("+8613800138000", True, "", True)


def test_an_unknown_email_becomes_a_verified_person(client, db):
    client.post(LOGIN, {"address": " Lin@Example.com "})
    assert mail.outbox[-1].to == ["lin@example.com"]
    client.post(CONFIRM, {"code": mailed_code()})
    user = User.objects.get()
    assert signed_in(client) == str(user.pk)
    assert list(user.emailaddress_set.values_list("email", "verified", "primary")) == [("lin@example.com", True, True)]


def test_a_known_address_signs_in_as_the_same_person(client, citizen):
    client.post(LOGIN, {"address": "citizen@example.com"})
    client.post(CONFIRM, {"code": mailed_code()})
    assert signed_in(client) == str(citizen.pk)
    assert User.objects.count() == 1


def test_known_and_unknown_addresses_get_the_same_answers(client, citizen):
    def tell(address):
        client.cookies.clear()
        asked = client.post(LOGIN, {"address": address})
        page = client.get(CONFIRM).content.decode().replace(address, "ADDRESS")
        hidden = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|\d{6}', "", page)
        return asked.status_code, asked["Location"], re.sub(r"\s+", " ", hidden), mail.outbox[-1].subject

    assert tell("citizen@example.com") == tell("nobody@example.com")


def test_digits_typed_full_width_and_with_blanks_are_the_same_code(client, citizen):
    client.post(LOGIN, {"address": "citizen@example.com"})
    code = mailed_code()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    client.post(CONFIRM, {"code": f"{wide[:3]} {wide[3:]}"})
    assert signed_in(client) == str(citizen.pk)


def test_a_wrong_code_signs_nobody_in_and_says_so(client, citizen):
    client.post(LOGIN, {"address": "citizen@example.com"})
    answer = client.post(CONFIRM, {"code": wrong(mailed_code())})
    assert answer.status_code == 422
    assert "code" in answer.context["form"].errors
    assert signed_in(client) is None


def test_after_five_wrong_codes_the_right_one_is_worth_nothing(client, citizen):
    client.post(LOGIN, {"address": "citizen@example.com"})
    code = mailed_code()
    for _try in range(5):
        client.post(CONFIRM, {"code": wrong(code)})
    client.post(CONFIRM, {"code": code})
    assert signed_in(client) is None


def test_a_code_older_than_ten_minutes_is_refused_and_the_way_on_is_kept(client, citizen, later):
    client.post(LOGIN, {"address": "citizen@example.com", "next": "/suggestions/"})
    later(11)
    answer = client.post(CONFIRM, {"code": mailed_code()}, follow=True)
    assert signed_in(client) is None
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=%2Fsuggestions%2F"
    assert [message.level_tag for message in answer.context["messages"]] == ["warning"]
    assert answer.context["next"] == "/suggestions/"


def test_a_code_holds_for_nine_minutes(client, citizen, later):
    client.post(LOGIN, {"address": "citizen@example.com"})
    later(9)
    client.post(CONFIRM, {"code": mailed_code()})
    assert signed_in(client) == str(citizen.pk)


def test_a_new_code_replaces_the_first(client, citizen):
    client.post(LOGIN, {"address": "citizen@example.com"})
    first = mailed_code()
    client.post(CONFIRM, {"action": "resend"})
    second = mailed_code()
    assert len(mail.outbox) == 2
    if first != second:
        client.post(CONFIRM, {"code": first})
        assert signed_in(client) is None
    client.post(CONFIRM, {"code": second})
    assert signed_in(client) == str(citizen.pk)


@pytest.mark.parametrize("typed", ["", "12", "not an address", "a@b", "138001380001234"])
def test_what_is_neither_phone_nor_email_is_said_beside_the_field(client, db, typed):
    answer = client.post(LOGIN, {"address": typed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["address"]
    assert User.objects.count() == 0
    assert f'value="{typed}"' in answer.content.decode() or typed == ""


def test_next_survives_the_code_and_the_question_for_a_name(client, db):
    client.post(LOGIN, {"address": "new@example.com", "next": "/suggestions/?sort=new"})
    first = client.post(f"{CONFIRM}?next=/suggestions/%3Fsort%3Dnew", {"code": mailed_code()})
    assert first["Location"] == "/my/profile/?next=%2Fsuggestions%2F%3Fsort%3Dnew&new=1"
    page = client.get(first["Location"])
    then = client.post("/my/profile/", {"nickname": "榕树下", "next": page.context["next"], "new": "1"})
    assert then["Location"] == "/suggestions/?sort=new"
    assert User.objects.get().nickname == "榕树下"


def test_who_signs_up_while_submitting_is_not_asked_for_a_name_twice(client, db):
    client.post(LOGIN, {"address": "new@example.com", "next": "/suggestions/new/17/person/"})
    assert client.post(CONFIRM, {"code": mailed_code()})["Location"] == "/suggestions/new/17/person/"
    assert signed_in(client) == str(User.objects.get().pk)


def test_next_survives_even_when_the_page_of_the_code_lost_it(client, citizen):
    client.post(LOGIN, {"address": "citizen@example.com", "next": "/suggestions/"})
    assert client.post(CONFIRM, {"code": mailed_code()})["Location"] == "/suggestions/"


def test_next_never_leads_off_the_site(client, citizen):
    client.post(LOGIN, {"address": "citizen@example.com", "next": "https://elsewhere.example/"})
    assert client.post(CONFIRM, {"code": mailed_code()})["Location"] == "/my/"


def test_what_the_session_kept_before_the_sign_in_is_kept_after_it(client, citizen):
    client.get(LOGIN)
    session = client.session
    session["drafts"] = [17]
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = session.session_key
    client.post(LOGIN, {"address": "citizen@example.com"})
    client.post(CONFIRM, {"code": mailed_code()})
    assert signed_in(client) == str(citizen.pk)
    assert client.session["drafts"] == [17]
    assert client.session.session_key != before


def test_signing_in_notes_the_policys_version_once(client, citizen, settings):
    for _time in range(2):
        client.post(LOGIN, {"address": "citizen@example.com"})
        client.post(CONFIRM, {"code": mailed_code()})
        client.post(reverse("account_logout"))
    assert list(PolicyConsent.objects.values_list("user", "version")) == [(citizen.pk, settings.CONSENT_VERSION)]


def test_a_closed_account_stays_closed_and_makes_no_new_one(client, citizen):
    User.objects.update(is_active=False)
    client.post(LOGIN, {"address": "citizen@example.com"})
    answer = client.post(CONFIRM, {"code": mailed_code()})
    assert answer["Location"] == "/accounts/inactive/"
    assert signed_in(client) is None
    assert User.objects.count() == 1


def test_an_address_merely_claimed_by_another_account_leads_into_ones_own(client, neighbour):
    """Somebody may write our address into their account beside their own; it opens no door to it."""
    neighbour.last_login = neighbour.date_joined
    neighbour.save()
    neighbour.emailaddress_set.create(email="lin@example.com", verified=False)
    client.post(LOGIN, {"address": "lin@example.com"})
    client.post(CONFIRM, {"code": mailed_code()})
    assert signed_in(client) not in (None, str(neighbour.pk))


def test_somebody_the_office_entered_signs_in_with_the_address_entered(client, db):
    entered = User.objects.create_user(email="Staff@example.com", name="新同事")
    client.post(LOGIN, {"address": "staff@example.com"})
    client.post(CONFIRM, {"code": mailed_code()})
    assert signed_in(client) == str(entered.pk)
    assert User.objects.get().is_verified


def test_two_sign_ups_of_one_number_end_with_one_owner(client, db, sms):
    first = User.objects.create_user(phone="+8613800138000")
    client.post(LOGIN, {"address": "13800138000"})
    User.objects.create_user(phone="+8613800138000", phone_verified=True)
    answer = client.post(CONFIRM, {"code": code_in(sms[-1][1])})
    assert answer["Location"] == LOGIN
    first.refresh_from_db()
    assert not first.phone_verified
    assert signed_in(client) is None


def test_the_fourth_code_for_one_number_within_a_minute_is_429(client, db, sms):
    answers = []
    for _time in range(4):
        client.cookies.clear()
        answers.append(client.post(LOGIN, {"address": "13800138000"}).status_code)
    assert answers == [302, 302, 302, 429]
    assert len(sms) == 3


def test_many_people_behind_one_address_may_sign_in(client, db):
    for number in range(30):
        client.cookies.clear()
        assert client.post(LOGIN, {"address": f"person{number}@example.com"}).status_code == 302


def test_a_silent_sms_gateway_is_a_clear_page(client, db, settings):
    settings.SMS_BACKEND = "notifications.channels.HttpGatewaySms"
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/"
    answer = client.post(LOGIN, {"address": "13800138000"})
    assert answer.status_code == 503
    assert "account/not_sent.html" in [template.name for template in answer.templates]


def test_a_mail_server_that_is_down_is_a_clear_page(client, db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = client.post(LOGIN, {"address": "lin@example.com"})
    assert answer.status_code == 503
    assert "account/not_sent.html" in [template.name for template in answer.templates]


@pytest.fixture
def cache_back():
    """After the test, nothing remembers that the cache was away."""
    yield
    ForgivingRedisCache._closed_until.clear()
    caches["default"].local.clear()


@pytest.mark.fault
@pytest.mark.parametrize("state", ["stop", "freeze"])
def test_signing_in_works_while_the_cache_is_away(client, citizen, valkey, cache_back, state):
    getattr(valkey, state)()
    client.post(LOGIN, {"address": "citizen@example.com"})
    client.post(CONFIRM, {"code": mailed_code()})
    assert signed_in(client) == str(citizen.pk)


def test_the_sign_up_page_is_the_same_door(client, db):
    assert client.get("/accounts/signup/?next=/suggestions/")["Location"] == "/accounts/login/?next=%2Fsuggestions%2F"


def test_who_is_signed_in_is_led_on(client, citizen):
    client.force_login(citizen)
    assert client.get(f"{LOGIN}?next=/suggestions/")["Location"] == "/suggestions/"


def test_in_the_demo_the_code_is_on_the_page(client, citizen, settings, tmp_path):
    settings.DEMO, settings.OUTBOX_DIR = True, tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    client.post(LOGIN, {"address": "citizen@example.com"})
    code = code_in(client.get(CONFIRM).context["code"])
    client.post(CONFIRM, {"code": code})
    assert signed_in(client) == str(citizen.pk)


def test_outside_the_demo_the_code_is_not_on_the_page(client, citizen, settings):
    settings.DEMO = False
    client.post(LOGIN, {"address": "citizen@example.com"})
    assert mailed_code() not in client.get(CONFIRM).content.decode()


def test_the_eleventh_code_for_one_mailbox_within_an_hour_is_429(client, db, monkeypatch):
    monkeypatch.setattr("accounts.views.entrance.ratelimit.consume", lambda *args, **kwargs: None)
    answers = []
    for _time in range(11):
        client.cookies.clear()
        answers.append(client.post(LOGIN, {"address": "guessed@example.com"}).status_code)
    assert answers == [302] * 10 + [429]
    assert len(mail.outbox) == 10
