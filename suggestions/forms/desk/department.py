"""What departments type besides their replies: returning, asking for time, assisting; and urging them."""

from functools import cached_property

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fzportal.forms import ParagraphField

from ...models import Department
from ...permissions.department import EXTENSION_MOST, own_part
from .acts import NOTE_MAX, ActForm

REASON_MAX = 500


class ReturnForm(ActForm):
    """The lead returns a wrong assignment: why, and whose it is instead (DOMAIN rule 4)."""

    reason = ParagraphField(
        label=_("Why it is not yours"), max_length=REASON_MAX, rows=4,
        help_text=_("Everybody can read it in the history."),
    )  # fmt: skip
    proposed = forms.ModelChoiceField(
        Department.objects.filter(is_active=True), label=_("Department you propose"),
        error_messages={"required": _("Name the department that should handle it.")},
    )  # fmt: skip

    def __init__(self, *args, suggestion, **options):
        super().__init__(*args, suggestion=suggestion, **options)
        field = self.fields["proposed"]
        field.queryset = field.queryset.exclude(pk=suggestion.department_id)


class AskExtensionForm(ActForm):
    """How much longer, and why."""

    days = forms.IntegerField(
        label=_("Working days more"), min_value=1, max_value=EXTENSION_MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "short"}),
    )  # fmt: skip
    reason = ParagraphField(
        label=_("Why more time is needed"), max_length=REASON_MAX, rows=4,
        help_text=_("The author reads it when the office grants the time."),
    )  # fmt: skip


class PartForm(ActForm):
    """An act of a co-handler, about its own part of the case."""

    @cached_property
    def part(self):
        """The part of the actor's department; None when it has been taken off the case."""
        return own_part(self.by, self.suggestion)

    @property
    def target(self):
        return self.part


class OpinionForm(PartForm):
    """The written opinion for the lead (DOMAIN rule 5)."""

    text = ParagraphField(
        label=_("Opinion for the lead"), max_length=settings.SUGGESTION_MAX_LENGTH, rows=8,
        help_text=_("What your department knows, does or advises on the author's points."),
    )  # fmt: skip


class ReturnPartForm(PartForm):
    """Why it does not concern the co-handler."""

    reason = ParagraphField(
        label=_("Why it does not concern you"), max_length=REASON_MAX, rows=3,
        help_text=_("The congress office and the lead read it."),
    )  # fmt: skip


class UrgeForm(ActForm):
    """A word to those who hold it."""

    note = ParagraphField(
        label=_("Note"), max_length=NOTE_MAX, rows=3, required=False, help_text=_("Only staff read it.")
    )
