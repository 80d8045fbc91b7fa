"""What the congress office types about a proposal. Cleaned data are the arguments of the act's verb."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal import workdays
from fzportal.forms import LineField
from fzportal.templatetags.ui import day

from .proposals import IN_USE, ActForm, reason_field


class SendBackForm(ActForm):
    """Why it is not taken as it is."""

    reason = reason_field(_("What is to be improved?"), help_text=_("The deputy reads it."))


class AssignForm(ActForm):
    """Lead, those who assist, and the statutory time."""

    department = forms.ModelChoiceField(IN_USE, label=_("Lead department"))
    co = forms.ModelMultipleChoiceField(
        IN_USE, label=_("Departments that assist"), required=False, widget=forms.CheckboxSelectMultiple
    )
    months = forms.TypedChoiceField(
        label=_("Statutory time"), choices=[(3, _("3 months")), (6, _("6 months: broad and difficult"))], coerce=int,
        widget=forms.RadioSelect, initial=3,
    )  # fmt: skip
    note = reason_field(_("Note, or the reason for six months"), required=False, help_text=_("Everybody reads it."))

    def first_values(self):
        assisting = list(self.proposal.parts.values_list("department", flat=True))
        return {"department": self.proposal.proposed_lead_id, "co": assisting}

    def prepare(self):
        today = timezone.localdate()
        ends = {"three": day(workdays.due(today, "3m")), "six": day(workdays.due(today, "6m"))}
        self.fields["months"].help_text = _("From today: until %(three)s, or until %(six)s.") % ends

    def clean(self):
        found = super().clean()
        if found.get("months") == 6 and not found.get("note"):
            self.add_error("note", _("Six months need a reason: it is the consent of the congress office."))
        if found.get("department") in list(found.get("co") or ()):
            self.add_error("co", _("The lead does not assist itself."))
        return found


class KeyForm(ActForm):
    """Who of the congress supervises it."""

    supervisor = LineField(
        label=_("Supervised by"), max_length=60, help_text=_("Office and name, as everybody may read them.")
    )

    def first_values(self):
        return {"supervisor": self.proposal.supervisor}
