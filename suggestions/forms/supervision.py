"""What the office types when it supervises a case (督办), or a promise was broken. Arguments of the act's verb."""

from django import forms
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal.forms import ParagraphField
from fzportal.templatetags.ui import day

from .. import audiences
from ..models import Commitment, Suggestion
from .office import NOTE_MAX, AssignForm, OfficeForm


def supervision_of(suggestion):
    """The supervision that runs, with the people named in it, or None."""
    return suggestion.supervisions.filter(ended_at=None).select_related("supervisor", "closing_by").first()


class SupervisorForm(OfficeForm):
    supervisor = forms.ModelChoiceField(queryset=get_user_model().objects.none(), label=_("Supervisor"))

    def prepare(self):
        named = supervision_of(self.suggestion)
        others = audiences.office().active().exclude(pk=named.supervisor_id if named else None)
        self.fields["supervisor"].queryset = others.order_by("name", "pk")
        self.fields["supervisor"].label_from_instance = lambda user: user.get_full_name()


class OrderAgainForm(OfficeForm):
    """The lead handles it once more."""

    due_at = forms.DateField(
        label=_("Due date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = ParagraphField(
        label=_("Why, and what is to be done"), max_length=NOTE_MAX, rows=5, help_text=_("Everybody reads this.")
    )

    field_order = ["note", "due_at"]
    clean_due_at = AssignForm.clean_due_at

    def prepare(self):
        due, _rule = self.suggestion.due_for(Suggestion.Status.IN_PROGRESS, timezone.now())
        if due:
            text = _("Leave empty for the service promise: %(day)s.") % {"day": day(due)}
            self.fields["due_at"].help_text = text


class ProposeClosingForm(OfficeForm):
    reason = ParagraphField(
        label=_("Reason for closing"), max_length=NOTE_MAX, rows=6,
        help_text=_("What was tried, and why no more can be done. Everybody reads it once a second person has agreed."),
    )  # fmt: skip


class ProposedForm(OfficeForm):
    """About a proposal to close: ``proposal`` names the one that was read."""

    proposal = forms.CharField(required=False, widget=forms.HiddenInput)

    def prepare(self):
        self.supervision = supervision_of(self.suggestion)

    def first_values(self):
        return {"proposal": self._proposal()}

    def _proposal(self) -> str:
        found = supervision_of(self.suggestion)
        return found.closing_at.isoformat() if found and found.closing_at else ""

    @property
    def is_outdated(self):
        """Also when another proposal lies there now."""
        sent = self.cleaned_data.get("proposal")
        return super().is_outdated or ("proposal" in self.data and sent != self._proposal())

    @property
    def arguments(self):
        return {name: value for name, value in super().arguments.items() if name != "proposal"}

    def refreshed(self):
        super().refreshed()
        self.data["proposal"] = self._proposal()
        return self


class RefuseClosingForm(ProposedForm):
    note = ParagraphField(
        label=_("Why it should not be closed so"), max_length=NOTE_MAX, rows=4,
        help_text=_("Colleagues of the office read it."),
    )  # fmt: skip


class ReopenForm(OfficeForm):
    note = ParagraphField(label=_("Reason"), max_length=NOTE_MAX, rows=4, help_text=_("Everybody reads this."))


class SendReportBackForm(OfficeForm):
    """A report that a promise was kept does not convince the office."""

    commitment = forms.ModelChoiceField(Commitment.objects.none(), label=_("Promise"), empty_label=None)
    reason = ParagraphField(label=_("What is wanting"), max_length=NOTE_MAX, rows=4)

    def prepare(self):
        rows = self.suggestion.commitments.filter(status=Commitment.Status.REPORTED)
        self.fields["commitment"].queryset = rows
        self.fields["commitment"].label_from_instance = lambda promise: promise.what
