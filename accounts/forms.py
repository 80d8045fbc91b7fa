"""What people type about themselves: an address, a code, a name."""

import unicodedata

from allauth.account import forms as allauth_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from fzportal.forms import CodeField, LineField, PhoneField, clean_line


class AddressField(forms.CharField):
    """A phone number or an e-mail address in one field; the value is E.164, or the e-mail in lower case."""

    default_error_messages = {"invalid": _("Enter a mobile number or an e-mail address.")}

    def widget_attrs(self, widget):
        return {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}

    def to_python(self, value):
        text = unicodedata.normalize("NFKC", clean_line(super().to_python(value) or ""))
        if not text:
            return self.empty_value
        try:
            if "@" not in text:
                return PhoneField().clean(text)
            email = text.replace(" ", "").lower()
            validate_email(email)
        except ValidationError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if len(email) > User._meta.get_field("email").max_length:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return email


class EntranceForm(forms.Form):
    """The one form to sign in or sign up."""

    address = AddressField(
        label=_("Mobile number or e-mail"),
        help_text=_("We send a code to it. Numbers outside the mainland begin with + and the country code."),
    )

    @property
    def address_by_kind(self) -> dict:
        """``{"email": …}`` or ``{"phone": …}``."""
        address = self.cleaned_data["address"]
        return {"email" if "@" in address else "phone": address}


class PasswordForm(allauth_forms.LoginForm):
    """Sign-in for those who set a password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField(label=_("Mobile number or e-mail"))
        self.order_fields(["login", "password"])


def code_field():
    """Six digits as people copy them: full-width digits, blanks and dashes are forgiven."""
    return CodeField(label=_("Code"), numeric=True)


class SignInCodeForm(allauth_forms.ConfirmLoginCodeForm):
    code = code_field()


class EmailCodeForm(allauth_forms.ConfirmEmailVerificationCodeForm):
    code = code_field()


class PasswordResetCodeForm(allauth_forms.ConfirmPasswordResetCodeForm):
    code = code_field()


class PhoneCodeForm(allauth_forms.VerifyPhoneForm):
    code = code_field()


class SecondFactorForm(mfa_forms.AuthenticateForm):
    code = CodeField(label=_("Code of the authenticator app, or a recovery code"), numeric=True)


class SecondFactorAgainForm(mfa_forms.ReauthenticateForm):
    code = CodeField(label=_("Code of the authenticator app, or a recovery code"), numeric=True)


class TotpForm(totp_forms.ActivateTOTPForm):
    code = CodeField(label=_("Code the app shows now"), numeric=True)


class NewEmailForm(allauth_forms.AddEmailForm):
    email = forms.EmailField(
        label=_("New e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )


class AddPasskeyForm(webauthn_forms.AddWebAuthnForm):
    show_optional = False
    name = LineField(
        label=_("Name of this passkey"),
        required=False,
        max_length=40,
        help_text=_("To tell it from others you may add."),
    )
    passwordless = forms.BooleanField(
        label=_("Let it sign me in by itself"), required=False, initial=True,
        help_text=_("Otherwise it serves as the second step only."),
    )  # fmt: skip


class RenamePasskeyForm(webauthn_forms.EditWebAuthnForm):
    name = LineField(label=_("Name of this passkey"), max_length=40)


class ProfileForm(forms.Form):
    """What the portal calls somebody. Both are voluntary."""

    nickname = LineField(
        label=_("Nickname"), required=False, max_length=20,
        help_text=_("Shown beside your suggestions when you choose so. Better not your real name."),
    )  # fmt: skip
    name = LineField(
        label=_("Name"), required=False, max_length=40,
        help_text=_("Never shown in full: the public sees the family name and stars at most."),
    )  # fmt: skip


class FarewellForm(forms.Form):
    """Deleting one's data takes a deliberate tick."""

    sure = forms.BooleanField(label=_("I understand that this cannot be undone."))
