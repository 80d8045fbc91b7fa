"""Where django-allauth meets our people: phone numbers, SMS, and what happens around a sign-in."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import workflow
from accounts.models import User
from fzportal.forms import PhoneField
from notifications import channels

logger = logging.getLogger("accounts")

# A code typed proves the address: whoever signs in has proved one, so these stages of allauth's have nothing to add.
# They would shut out who has a phone and no e-mail, or an e-mail and a phone not yet proved.
NEEDLESS_STAGES = ("allauth.account.stages.PhoneVerificationStage", "allauth.account.stages.EmailVerificationStage")


class AccountAdapter(DefaultAccountAdapter):
    """allauth asks this class whenever it needs something of ours."""

    def get_login_stages(self):
        """A code or a password, then the second factor."""
        return [stage for stage in super().get_login_stages() if stage not in NEEDLESS_STAGES]

    # --- phones: allauth wants all of these -------------------------------------------------------------------

    def phone_form_field(self, **kwargs):
        """Our field: numbers as people write them, stored as E.164."""
        return PhoneField(**{"label": _("Mobile number"), **kwargs})

    def get_phone(self, user):
        """(number, proved), or None."""
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user, phone, verified):
        """The number somebody gives; proved or not."""
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user, phone):
        """They typed the code. Two sign-ups of one number at once: the first to type it has it."""
        try:
            with transaction.atomic():
                self.set_phone(user, phone, True)
        except IntegrityError as error:
            messages.error(self.request, self.error_messages["phone_taken"])
            raise ImmediateHttpResponse(redirect("account_login")) from error

    def get_user_by_phone(self, phone):
        """Whoever proved the number; a sign-up never finished blocks nobody."""
        return User.objects.with_verified_phone().filter(phone=phone).first()

    def send_verification_code_sms(self, user, phone, code, **kwargs):
        """By the same channel as all our news."""
        text = _("[%(portal)s] Your code is %(code)s, valid for %(minutes)s minutes. Tell nobody, not even us.")
        values = {"portal": settings.PORTAL["name"], "code": code, "minutes": settings.CODE_MINUTES}
        self._sent(channels.send_sms, phone, text % values)

    def send_account_already_exists_sms(self, phone):
        """Somebody else's number typed in a change of phone: its owner hears of it, the typist does not."""
        text = _("[%(portal)s] Somebody tried to use your number for another account. You need not do anything.")
        self._sent(channels.send_sms, phone, text % {"portal": settings.PORTAL["name"]})

    # --- sending ----------------------------------------------------------------------------------------------

    def send_mail(self, template_prefix, email, context):
        """A mail with the portal's name in it; ``minutes`` is how long a code holds."""
        context = {"portal": settings.PORTAL, "site_url": settings.SITE_URL, "minutes": settings.CODE_MINUTES} | context
        self._sent(super().send_mail, template_prefix, email, context)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """News of a change to the account; when it cannot be sent now, the change stands all the same."""
        try:
            super().send_notification_mail(template_prefix, user, context, email)
        except ImmediateHttpResponse:
            logger.warning("The notice %s was not sent", template_prefix)

    def _sent(self, send, *args):
        try:
            send(*args)
        except (channels.NotSent, OSError) as error:
            logger.error("A code could not be sent: %s", channels.describe(error))
            page = render(self.request, "account/not_sent.html", status=503)
            raise ImmediateHttpResponse(page) from error

    # --- around the sign-in -----------------------------------------------------------------------------------

    def login(self, request, user):
        """Notes the consent given by going on (the sentence under the button), and whether this is the first time."""
        user.is_new = user.last_login is None
        super().login(request, user)
        workflow.consent(by=user)

    def get_login_redirect_url(self, request):
        """Where they wanted to go when they were asked to sign in, even when a code expired on the way."""
        return request.session.pop("entrance_next", "") or super().get_login_redirect_url(request)

    def post_login(self, request, user, **kwargs):
        """After the first sign-in, a name to be called by; then on. Who submits or books is asked for it there."""
        response = super().post_login(request, user, **kwargs)
        request.session.pop("entrance_next", None)
        asks_the_name = response["Location"].startswith((reverse("suggestion_new"), "/sessions/"))
        if user.is_new and not user.nickname and not user.roles and not asks_the_name:
            return redirect(f"{reverse('my_profile')}?{urlencode({'next': response['Location'], 'new': 1})}")
        return response
