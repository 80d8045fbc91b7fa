"""From a claimed case into a proposal: one of the deputy's open drafts, or a new one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Proposal
from .desk import ActForm


class TakeUpForm(ActForm):
    """Which draft it is kept with."""

    proposal = forms.ModelChoiceField(
        Proposal.objects.none(), label=_("Your proposal"), required=False, empty_label=_("Begin a new one"),
        help_text=_("The suggestion stays in your hands until you submit the proposal."),
    )  # fmt: skip
    show_optional = False

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        mine = Proposal.objects.filter(deputy__in=self.by.scopes("deputy"), status=Proposal.Status.DRAFT)
        self.fields["proposal"].queryset = mine.only("number", "title").order_by("-pk")
        self.fields["proposal"].label_from_instance = lambda proposal: proposal.title
