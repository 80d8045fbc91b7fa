"""Staff and deputies sign in with a second factor; allauth's forms answer as ours do."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

WORKPLACES = ("/desk/", "/admin/")
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class StaffSecondFactorMiddleware:
    """Before a workplace opens, whoever has a role sets up an authenticator app or a passkey.

    allauth itself never asks somebody without a password for one. Until then they are a citizen like any other: public
    pages stay open, and nothing opens to them by their role.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.STAFF_SECOND_FACTOR and self.lacks_factor(request.user):
            if request.path.startswith(WORKPLACES):
                messages.warning(request, _("The workplace opens with a second factor. Please set one up first."))
                return redirect("mfa_index")
            request.user.roles, request.user.lacks_second_factor = frozenset(), True
        return self.get_response(request)

    def lacks_factor(self, user):
        """Whether this person has a role and nothing but a code to prove it."""
        return user.is_authenticated and bool(user.roles) and not is_mfa_enabled(user, FACTORS)

    def process_template_response(self, request, response):
        """allauth answers an invalid form with 200; here it is 422, as everywhere."""
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None):
            response.status_code = 422
        return response
