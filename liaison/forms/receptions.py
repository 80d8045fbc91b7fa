"""What is typed at the counter after a talk."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fzportal.forms import LineField, ParagraphField, refuse_id_numbers
from liaison.models import Deputy, Reception

Outcome = Reception.Outcome
TEXTS = ("own_words", "notes", "answer", "transferred_to")


class ReceptionForm(forms.Form):
    """A reception: the visitor's own words apart from the recorder's notes (DOMAIN rule 12)."""

    # Hints say what is needed when; a tick is never a duty.
    show_optional = False

    own_words = ParagraphField(
        label=_("In the visitor's own words"),
        max_length=12_000,
        rows=8,
        help_text=_("As it was said, not summed up. It is kept word for word. Leave out identity numbers."),
        validators=[refuse_id_numbers],
        error_messages={"required": _("Write down what the visitor said.")},
    )
    deputies = forms.ModelMultipleChoiceField(
        label=_("Deputies present"),
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Name at least one deputy who was present.")},
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the outcome.")},
    )
    answer = ParagraphField(
        label=_("What was answered on the spot"),
        max_length=4000,
        rows=4,
        required=False,
        help_text=_("Needed when it was answered on the spot. The visitor reads it."),
        validators=[refuse_id_numbers],
    )
    transferred_to = LineField(
        label=_("Transferred to"),
        max_length=120,
        required=False,
        help_text=_("Needed when it was transferred: who is responsible, and how to reach them. The visitor reads it."),
    )
    notes = ParagraphField(
        label=_("Notes for the staff"),
        max_length=4000,
        rows=3,
        required=False,
        help_text=_("Your own remarks. Neither the visitor nor the public reads them."),
        validators=[refuse_id_numbers],
    )
    is_confirmed = forms.BooleanField(
        label=_("I read the record back to the visitor, who confirmed it."), required=False
    )
    # The very words of the two consents given online: one wording, one version.
    may_publish = forms.BooleanField(
        label=_("I agree that the text is published after names and contact data have been taken out."), required=False
    )
    may_pass_contact = forms.BooleanField(
        label=_("I agree that my name and contact are passed to the unit that handles the suggestion."), required=False
    )

    def __init__(self, appointment, data=None):
        session = appointment.session
        on_duty = Deputy.objects.filter(duties__in=session.duties.active())
        # Nobody on duty was entered: whoever belongs to the station may have been there.
        known = on_duty if on_duty.exists() else Deputy.objects.current().filter(stations=session.station_id)
        super().__init__(data, initial={"deputies": [d.pk for d in on_duty]} if data is None else None)
        self.fields["deputies"].queryset = known.distinct()

    def clean(self):
        """An answer where it was answered, a name where it was passed on."""
        values = super().clean()
        if values.get("outcome") == Outcome.ANSWERED and not values.get("answer") and "answer" not in self.errors:
            self.add_error("answer", _("Write down what was answered."))
        if values.get("outcome") == Outcome.TRANSFERRED and not values.get("transferred_to"):
            self.add_error("transferred_to", _("Name who is responsible, and how to reach them."))
        return values

    @property
    def wording(self) -> str:
        """The version of the consents' wording."""
        return settings.CONSENT_VERSION

    @property
    def typed(self) -> list[str]:
        """The words typed, to give them back."""
        return [self.data[name] for name in TEXTS if self.data.get(name, "").strip()]


class NoteForm(forms.Form):
    """A later remark; the record itself is never edited."""

    text = ParagraphField(
        label=_("Add a note"), max_length=1000, rows=3, validators=[refuse_id_numbers],
        help_text=_("It is added with the time and your name. What stands above is not changed."),
    )  # fmt: skip
