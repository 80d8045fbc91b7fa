"""What staff type at the desk: one form for each act. Cleaned data are the arguments of the act's verb."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fzportal.forms import CodeField, LineField, ParagraphField

from ...models import Department, Suggestion
from ..seen import SeenForm, last_move

NOTE_MAX = 2000


class ActForm(SeenForm):
    """An act without words. ``seen`` says on which state of the case the page was drawn."""

    # A reply in the making that somebody else wrote meanwhile.
    rival = None
    # The department's part it is about, where it is about one.
    part = None

    def __init__(self, data=None, *, slug, suggestion, by, **options):
        super().__init__(data, auto_id=f"id_{slug}_%s", **options)
        self.slug, self.suggestion, self.by = slug, suggestion, by
        if not self.is_bound:
            self.initial.setdefault("seen", last_move(self.target))

    @property
    def target(self):
        """What the verb is about: the suggestion, or what belongs to it; None when that is gone."""
        return self.suggestion


class ReferForm(ActForm):
    """A deputy's opinion, and the unit proposed."""

    opinion = ParagraphField(
        label=_("Your opinion"),
        max_length=NOTE_MAX,
        rows=5,
        help_text=_("Everybody can read it in the history."),
    )
    department = forms.ModelChoiceField(
        Department.objects.filter(is_active=True), required=False, label=_("Department you propose"),
        empty_label=_("The office decides"),
    )  # fmt: skip


class ProposeDeclineForm(ActForm):
    """Why this should not be taken here."""

    note = ParagraphField(
        label=_("Why it should be declined"), max_length=NOTE_MAX, rows=4,
        help_text=_("Only staff read it. The congress office decides."),
    )  # fmt: skip


class GiveBackForm(ActForm):
    """A word to the other deputies."""

    note = ParagraphField(label=_("Note"), max_length=NOTE_MAX, rows=3, required=False)


class RecuseForm(ActForm):
    """Why the deputy takes no part."""

    reason = LineField(
        label=_("Reason"), max_length=200, help_text=_("For example a relative is concerned. Only staff read it.")
    )


class SendBackForm(ActForm):
    """What is still wanting."""

    reason = ParagraphField(
        label=_("What is to be improved"), max_length=NOTE_MAX, rows=4, help_text=_("The text written so far is kept.")
    )


class ContactForm(ActForm):
    """Why the contact is needed."""

    reason = LineField(
        label=_("What do you need the contact for?"), max_length=200,
        help_text=_("Your reason is recorded, and the author can read it."),
    )  # fmt: skip


class MergeForm(ActForm):
    """The number of the suggestion in which this one goes on."""

    into = CodeField(label=_("Number of the other suggestion"), max_length=20)

    def clean_into(self):
        """The other suggestion, open, not this one, and one whose words the deputy or everybody may read."""
        number = self.cleaned_data["into"]
        # Blanks and dashes are forgiven; the number itself carries one dash.
        number = number if "-" in number else f"{number[:4]}-{number[4:]}"
        others = Suggestion.objects.workable_by(self.by) | Suggestion.objects.published()
        other = others.unanswered().filter(number=number).exclude(pk=self.suggestion.pk).with_parts().first()
        if other is None:
            raise forms.ValidationError(_("There is no other unanswered suggestion with this number."), code="unknown")
        return other
