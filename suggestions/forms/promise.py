"""What a department says about a promise of its own: a report, a refusal of one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fzportal.forms import ParagraphField

from ..uploads import ACCEPTED
from .desk.acts import NOTE_MAX
from .seen import last_move
from .submit import ManyFilesInput


class PromiseForm(forms.Form):
    """An act on ``commitment``. ``seen``: on which state of the promise the page was drawn."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    prefix_of_ids = "confirm"

    def __init__(self, data=None, *, commitment, **options):
        super().__init__(data, auto_id=f"id_{self.prefix_of_ids}_%s", **options)
        self.commitment = commitment
        if not self.is_bound:
            self.initial |= {"seen": last_move(commitment)} | self.first_values()

    def first_values(self) -> dict:
        """What stands in the fields at first."""
        return {}

    @property
    def is_outdated(self) -> bool:
        """Whether somebody was faster."""
        seen = self.cleaned_data.get("seen")
        return seen is not None and seen != last_move(self.commitment)

    @property
    def arguments(self) -> dict:
        """For the verb."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("seen", "files")}

    @property
    def words(self) -> list[str]:
        """What was typed, to give it back."""
        return [str(f.value()) for f in self.visible_fields() if f.widget_type == "textarea" and f.value()]


class ReportForm(PromiseForm):
    """What was done."""

    prefix_of_ids = "report"
    report = ParagraphField(
        label=_("What was done"), max_length=NOTE_MAX, rows=6,
        help_text=_("Where, when, how much. Everybody reads it once a second person has confirmed it."),
    )  # fmt: skip
    files = forms.Field(
        label=_("Evidence: photos or PDFs"), required=False,
        widget=ManyFilesInput(attrs={"multiple": True, "accept": ",".join(ACCEPTED)}),
        help_text=_("Published with the report: no faces, no number plates, no documents."),
    )  # fmt: skip

    def first_values(self):
        return {"report": self.commitment.report}


class SendReportBackForm(PromiseForm):
    """What is wanting."""

    prefix_of_ids = "back"
    reason = ParagraphField(label=_("What is wanting"), max_length=NOTE_MAX, rows=4)
