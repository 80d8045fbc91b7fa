"""Account pages in Chromium: axe finds nothing, the content security policy is never broken, a passkey works."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as site

from tests.looks import LOOKS, findings, sign_in

from .test_second_factor import app_shows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OUTSIDE = [
    "/accounts/login/", "/accounts/login/password/", "/accounts/password/reset/", "/accounts/inactive/",
    "/demo/", "/demo/mail/",
]  # fmt: skip
INSIDE = [
    "/my/profile/", "/my/profile/?new=1", "/my/privacy/", "/my/privacy/delete/", "/accounts/email/",
    "/accounts/phone/change/", "/accounts/password/set/", "/accounts/2fa/", "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/", "/accounts/sessions/", "/accounts/logout/",
]  # fmt: skip
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def outbox(settings, tmp_path):
    settings.DEMO, settings.OUTBOX_DIR = True, tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)


def complaints_of(page):
    """What the browser says about the page, collected from now on."""
    said = []

    def hear(message):
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def look(page, width, paths):
    """axe's findings and sideways scrolling, by path; only what is wrong."""
    found = {}
    for path in paths:
        if path:
            page.goto(path)
        found[path or page.url] = findings(page)
    return {path: wrong for path, wrong in found.items() if wrong}


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_on_any_account_page(new_page, live, outbox, citizen, width, elder):
    page = new_page(width, elder=elder)
    page.emulate_media(reduced_motion="reduce")
    assert look(page, width, OUTSIDE) == {}
    page.goto("/accounts/login/")
    page.fill("[name=address]", "nothing")
    page.click("main .button >> nth=0")
    assert look(page, width, [""]) == {}
    page.fill("[name=address]", "citizen@example.com")
    page.click("main .button >> nth=0")
    page.wait_for_url("**/code/confirm/**")
    assert look(page, width, [""]) == {}
    page.context.clear_cookies(name=site.SESSION_COOKIE_NAME)
    sign_in(page, citizen, live)
    assert look(page, width, INSIDE) == {}


@pytest.mark.parametrize("width", [375])
def test_axe_finds_nothing_once_a_second_factor_stands(new_page, live, outbox, citizen, width):
    TOTP.activate(citizen, SECRET)
    citizen.set_password("a-long-password-of-mine")
    citizen.save()
    page = new_page(width)
    sign_in(page, citizen, live)
    assert look(page, width, ["/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/"]) == {}
    page.goto("/accounts/2fa/reauthenticate/")
    page.fill("[name=code]", app_shows(SECRET))
    page.click("main .button >> nth=0")
    page.wait_for_load_state()
    inside = ["/accounts/2fa/recovery-codes/generate/", "/accounts/password/change/", "/accounts/2fa/totp/deactivate/"]
    assert look(page, width, inside) == {}


def test_no_account_page_breaks_the_content_security_policy(new_page, live, outbox, citizen):
    page = new_page()
    said = complaints_of(page)
    for path in OUTSIDE:
        page.goto(path)
    sign_in(page, citizen, live)
    for path in INSIDE:
        assert page.goto(path).headers["content-security-policy"].count("unsafe") == 0
    assert said == []


def test_a_passkey_is_added_and_signs_in_by_itself(new_page, live, outbox, citizen):
    page = new_page()
    said = complaints_of(page)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, citizen, live)
    page.goto("/accounts/2fa/webauthn/add/")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/add/" not in url)
    [passkey] = Authenticator.objects.filter(user=citizen, type=Authenticator.Type.WEBAUTHN)
    assert passkey.wrap().is_passwordless is True

    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/about/")
    page.click("#passkey_login")
    page.wait_for_url(f"{live}/about/")
    page.goto("/my/profile/")
    assert page.input_value("[name=nickname]") == "榕树下"
    assert said == []


def test_a_passkey_that_fails_says_so_on_the_page(new_page, live, citizen):
    page = new_page()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": False, "automaticPresenceSimulation": True}  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, citizen, live)
    page.goto("/accounts/2fa/webauthn/add/")
    page.click("#mfa_webauthn_add")
    page.locator("[data-passkey-error]").wait_for(state="visible")
    assert not Authenticator.objects.exists()
