"""The one door: sign in or sign up with a code to a phone or an e-mail, the same page and the same answers."""

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.views import LoginView
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.messages import get_messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import workflow
from accounts.forms import EntranceForm
from accounts.redirects import safe_next
from fzportal import throttle

# Django's own name for the query parameter; a page that hands over ``next`` finds it again after the code.
NEXT = "entrance_next"
# Codes (tries, seconds) to one number or mailbox: nobody guesses through them, no telephone rings all day.
PER_ADDRESS = (10, 60 * 60)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request):
    """Ask for an address and send a code to it, whether anybody has it or not."""
    wanted = safe_next(request) or request.session.get(NEXT, "")
    if request.user.is_authenticated:
        return redirect(wanted or "my")
    if wanted:
        # Kept for every way in: a passkey's answer and an expired code carry no ``next``.
        request.session[NEXT] = wanted
    form = EntranceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        send_code(request, **form.address_by_kind)
        return redirect(with_next("account_confirm_login_code", wanted))
    context = {"form": form, "next": wanted, "PASSKEY_LOGIN_ENABLED": True}
    return render(request, "account/login.html", context, status=422 if form.errors else 200)


def send_code(request, **address):
    """Send a code to ``email=`` or ``phone=`` and remember it in the session. Raises RateLimited."""
    (key,) = address.values()
    ratelimit.consume(request, action="login", raise_exception=True)
    ratelimit.consume(request, action="request_login_code", key=key, raise_exception=True)
    throttle.once_more("code", key, *PER_ADDRESS)
    user = workflow.enter(**address)
    LoginCodeVerificationProcess.initiate(request=request, user=user, **address)


def with_next(name, wanted):
    """The address of a page, carrying ``next`` on."""
    return f"{reverse(name)}?{urlencode({'next': wanted})}" if wanted else reverse(name)


@never_cache
def sign_up(request):
    """``/accounts/signup/``: the same door."""
    return redirect(with_next("account_login", safe_next(request)))


@never_cache
def code_gone(request):
    """allauth leads here when a code has expired or was typed wrongly too often."""
    if not request.user.is_authenticated and not len(get_messages(request)):
        messages.warning(request, _("That code is no longer valid. Please ask for a new one."))
    return redirect(with_next("account_login", safe_next(request) or request.session.get(NEXT, "")))


class PasswordView(LoginView):
    """allauth's own sign-in by password, for those who set one."""

    template_name = "account/login_password.html"


by_password = PasswordView.as_view()
