"""What a visitor says when booking, and the code that opens an appointment."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fzportal.forms import CodeField, LineField, ParagraphField, PhoneField
from fzportal.templatetags.ui import day, span

from ..models import Appointment

R = Appointment.ReachedBy
# Group visits of at most five (DOMAIN rule 11).
MOST = 5
OWN_SUGGESTIONS = 50


class BookForm(forms.Form):
    """What it is about, who comes, how to reach them. ``person``: the user, signed in or not."""

    topic = ParagraphField(
        label=_("What would you like to talk about?"),
        max_length=500,
        rows=5,
        help_text=_("A few sentences are enough, so that the deputies can prepare. No identity numbers."),
        error_messages={"required": _("Write in one sentence what it is about.")},
    )
    about_number = forms.ChoiceField(
        label=_("Is it about one of your suggestions?"), required=False, choices=[("", _("No, something else"))]
    )
    party = forms.TypedChoiceField(
        label=_("How many of you come?"), coerce=int, initial=1, error_messages={"required": _("Choose how many come.")}
    )
    name = LineField(
        label=_("Your name"),
        max_length=40,
        help_text=_("Only the station and the deputies who receive you see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name, so that the station knows whom to expect.")},
    )
    phone = PhoneField(
        label=_("Phone"), required=False, help_text=_("A phone number or an e-mail: either one is enough.")
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"}), max_length=254
    )
    reminded_by = forms.ChoiceField(
        label=_("How should we remind you?"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("A day before and an hour before."),
    )
    show_optional = False  # each field says itself when it may be left out

    def __init__(self, person, data=None, initial=None):
        super().__init__(data, initial=known(person) | (initial or {}))
        self.fields["party"].choices = [
            (n, ngettext("%(count)d person", "%(count)d people", n) % {"count": n}) for n in range(1, MOST + 1)
        ]
        self.fields["reminded_by"].choices = channels(person)
        own = own_suggestions(person)
        if own:
            self.fields["about_number"].choices += own
        else:
            del self.fields["about_number"]

    def clean(self):
        values = super().clean()
        typed = {"phone", "email"} & self.errors.keys()
        if not typed and not values.get("phone") and not values.get("email"):
            self.add_error("phone", _("Give a phone number or an e-mail, so that the station can reach you."))
        return values


def known(person) -> dict:
    """What the account knows already."""
    if not person.is_authenticated:
        return {}
    return {"name": person.name, "phone": person.phone, "email": person.email}


def channels(person) -> list[tuple]:
    """The ways a reminder can take: to proven addresses only; before sign-in nobody knows which they will be."""
    proven = {R.SMS, R.EMAIL}
    if person.is_authenticated:
        by_mail = person.email and person.emailaddress_set.filter(verified=True, email=person.email).exists()
        proven = {channel for channel, is_so in ((R.SMS, person.phone_verified), (R.EMAIL, by_mail)) if is_so}
    usual = [("", _("As all my news reaches me"))]
    return usual + [(c.value, c.label) for c in (R.SMS, R.EMAIL) if c in proven]


def own_suggestions(person) -> list[tuple]:
    """(number, number and title) of one's own, the newest first; they live in an app above this one."""
    if not person.is_authenticated:
        return []
    rows = person.suggestions.exclude(number=None).order_by("-pk").values_list("number", "title")[:OWN_SUGGESTIONS]
    return [(number, f"{number} {title}") for number, title in rows]


class AppointmentCodeForm(forms.Form):
    """The code as it stands on paper or in a message."""

    code = CodeField(
        label=_("Appointment code"),
        max_length=40,
        help_text=_("Ten letters and digits, for example ABCDE-FGHJK. Capitals, blanks and dashes do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write the code of your appointment.")},
    )


class ChangeForm(forms.Form):
    """Another time: one of ``slots``, each with ``session``."""

    slot = forms.TypedChoiceField(
        label=_("The times with places left"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a time."), "invalid_choice": _("This time is gone. Choose another.")},
    )

    def __init__(self, slots, data=None):
        super().__init__(data)
        self.fields["slot"].choices = [(slot.pk, self.named(slot)) for slot in slots]

    @staticmethod
    def named(slot) -> str:
        """Day, hours and how many places: a line to choose by."""
        free = ngettext("%(count)d place left", "%(count)d places left", slot.free) % {"count": slot.free}
        return f"{day(slot.starts_at)} {span(slot.starts_at, slot.ends_at)} · {free}"
