"""By which channels somebody wants news."""

from django import forms
from django.utils.translation import gettext_lazy as _

SMS_CHOICES = {"auto": None, "yes": True, "no": False}


class PreferenceForm(forms.Form):
    """``cleaned_data``: email (bool), sms (True, False, or None: only when there is no e-mail)."""

    show_optional = False

    email = forms.BooleanField(label=_("Send me news by e-mail"), required=False)
    sms = forms.ChoiceField(
        label=_("News by SMS"),
        widget=forms.RadioSelect,
        choices=[
            ("auto", _("Only when I have no e-mail address")),
            ("yes", _("Send me SMS")),
            ("no", _("Send me no SMS")),
        ],
        help_text=_("No SMS is sent between 21:00 and 8:00."),
    )

    @classmethod
    def of(cls, preference):
        """The form as ``preference`` stands (None: nothing chosen yet)."""
        chosen = {value: key for key, value in SMS_CHOICES.items()}
        sms = chosen[preference.sms] if preference else "auto"
        return cls(initial={"email": preference.email if preference else True, "sms": sms})

    def clean_sms(self):
        return SMS_CHOICES[self.cleaned_data["sms"]]
