"""Saying how it stands before the reply, and keeping whom one spoke with."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal.forms import ParagraphField

from ...models import ContactMade
from .acts import NOTE_MAX, ActForm
from .reply import DayInput


class ProgressForm(ActForm):
    """A word on how it stands; nothing is chosen beforehand, for what is public is told at once."""

    text = ParagraphField(label=_("How does it stand?"), max_length=NOTE_MAX, rows=4)
    is_public = forms.TypedChoiceField(
        label=_("Who reads it?"), widget=forms.RadioSelect, coerce=lambda value: value == "1",
        choices=(
            ("1", _("Everybody; the author and who follows it are told")),
            ("0", _("Only those who work on it")),
        ),
        error_messages={"required": _("Choose who reads it.")},
    )  # fmt: skip


class ContactMadeForm(ActForm):
    """Whom one spoke with, how, on which day, and what was said."""

    with_whom = forms.ChoiceField(
        label=_("With whom did you speak?"), widget=forms.RadioSelect, choices=ContactMade.With.choices,
        error_messages={"required": _("Choose with whom.")},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("How?"), widget=forms.RadioSelect, choices=ContactMade.Kind.choices,
        error_messages={"required": _("Choose how.")},
    )  # fmt: skip
    on = forms.DateField(label=_("On which day?"), widget=DayInput())
    note = ParagraphField(
        label=_("What was said"), max_length=NOTE_MAX, rows=4,
        help_text=_("Only staff read it. No telephone numbers, please."),
    )  # fmt: skip

    def __init__(self, data=None, *, suggestion, **options):
        initial = {"on": timezone.localdate()}
        super().__init__(data, suggestion=suggestion, initial=initial, **options)

    def clean_on(self):
        """Not a day to come, nor one before the suggestion."""
        on = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        if on < timezone.localdate(self.suggestion.submitted_at):
            raise forms.ValidationError(_("The suggestion came only after this day."))
        return on
