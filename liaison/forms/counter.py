"""What is typed at the counter about appointments. Cleaned data are the arguments of the act's verb."""

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fzportal.forms import LineField, ParagraphField, PhoneField, refuse_id_numbers
from fzportal.templatetags.ui import span

from ..models import Appointment, new_appointment_code

# Group visits of at most five (DOMAIN rule 11).
PARTY = 5
# A page left open over lunch can still be sent; one from last week cannot.
KEY_AGE = 24 * 60 * 60
KEY_SALT = "liaison.counter"


class ActForm(forms.Form):
    """An act without words. ``key`` names the form on its page; ``deputies`` are (group, deputies) to choose from."""

    def __init__(self, data=None, *, subject, by, key, deputies=(), **options):
        super().__init__(data, auto_id=f"id_{key}_%s", **options)
        self.subject, self.by, self.key, self.deputies = subject, by, key, deputies

    @property
    def arguments(self) -> dict:
        """For the verb."""
        return dict(self.cleaned_data)


class CancelForm(ActForm):
    """Why the station cancels; the visitor reads it."""

    note = LineField(label=_("Reason"), max_length=200, help_text=_("The visitor is told it."))


class ContactForm(ActForm):
    """Why the contact is needed."""

    reason = LineField(
        label=_("What do you need the contact for?"), max_length=200,
        help_text=_("Your reason is recorded, and the visitor can read it."),
    )  # fmt: skip


class CallInForm(ActForm):
    """Which of the deputies on duty receives the visitor now; nobody: the talk is interrupted."""

    deputy = forms.ChoiceField(required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.on_duty = {str(duty.deputy_id): duty.deputy for duty in self.subject.session.on_duty}
        self.fields["deputy"].choices = [("", ""), *self.on_duty.items()]

    def clean_deputy(self):
        """The deputy, or None when the visitor sits with one and leaves."""
        chosen = self.on_duty.get(self.cleaned_data["deputy"])
        if chosen is None and self.subject.with_deputy_id is None:
            raise ValidationError(_("Choose one of the deputies on duty."), code="required")
        return chosen


class VisitForm(forms.Form):
    """Somebody at the counter or on the phone. ``code``: the appointment's, given with the page, makes it one."""

    slot = forms.ChoiceField(label=_("Time"), error_messages={"required": _("Choose a time.")})
    name = LineField(label=_("Name"), max_length=40)
    phone = PhoneField(label=_("Phone"))
    party = forms.TypedChoiceField(label=_("How many come"), coerce=int, initial=1)
    topic = ParagraphField(
        label=_("What it is about"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[refuse_id_numbers],
        required=False,
    )
    code = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    field_order = ["name", "phone", "party", "topic", "slot"]

    def __init__(self, data=None, *, session, slots, **options):
        super().__init__(data, **options)
        self.session, self.slots = session, {str(slot.pk): slot for slot in slots}
        self.fields["slot"].choices = [(pk, self.label_of(slot)) for pk, slot in self.slots.items()]
        people = [(n, ngettext("%(n)s person", "%(n)s people", n) % {"n": n}) for n in range(1, PARTY + 1)]
        self.fields["party"].choices = people
        if not self.is_bound:
            self.initial.setdefault("slot", next((pk for pk, slot in self.slots.items() if slot.free), ""))
            self.initial["code"] = signing.dumps(new_appointment_code(), salt=KEY_SALT)

    def label_of(self, slot) -> str:
        """A slot and how many places it has."""
        left = ngettext("%(n)s place free", "%(n)s places free", slot.free) % {"n": slot.free}
        return f"{span(slot.starts_at, slot.ends_at)} · {left if slot.free else self.full_word}"

    def clean_slot(self):
        """The slot itself."""
        return self.slots[self.cleaned_data["slot"]]

    def clean_code(self):
        """The code the page was given; a page without one, or an old one, gets a new code."""
        try:
            return signing.loads(self.cleaned_data["code"], salt=KEY_SALT, max_age=KEY_AGE)
        except signing.BadSignature:
            return new_appointment_code()

    @property
    def words(self) -> dict:
        """For the verb, beside the slot."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("slot", "by_sms")}

    def made_before(self):
        """The appointment this very page made already: the button was pressed twice."""
        made = Appointment.objects.filter(code=self.cleaned_data["code"], session=self.session)
        return made.select_related("slot").first()


class WalkInForm(VisitForm):
    """Somebody is there without an appointment."""

    full_word = _("full")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["phone"].required = False
        self.fields["phone"].help_text = _("Only if they want to be told the result.")


class CallerForm(VisitForm):
    """Somebody on the phone: they get a place, or the next one in the waiting line."""

    full_word = _("full, waiting list")
    by_sms = forms.BooleanField(label=_("Remind by SMS"), required=False, initial=True)
    field_order = [*VisitForm.field_order, "by_sms"]

    @property
    def words(self):
        """With the way to remind."""
        return super().words | {"reminded_by": "sms" if self.cleaned_data["by_sms"] else ""}
