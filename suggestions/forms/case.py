"""What an author says about their own suggestion: an answer, a withdrawal, a rating."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from fzportal.forms import ParagraphField

from ..models import Rating


class AnswerForm(forms.Form):
    """The author's answer to the office's question."""

    text = ParagraphField(label=_("Your answer"), max_length=4000, rows=6)


class WithdrawForm(forms.Form):
    """Taking it back; why is the author's own business."""

    note = ParagraphField(label=_("Why (staff may read it)"), max_length=500, rows=3, required=False)


class RateForm(forms.Form):
    """Attitude and result apart (DOMAIN rule 7): no grade is chosen beforehand, none stands out."""

    show_optional = False
    attitude = forms.TypedChoiceField(
        label=_("How were you treated?"),
        help_text=_("Politeness, patience, keeping you informed."),
        choices=Rating.Grade.choices,
        coerce=int,
        widget=forms.RadioSelect,
    )
    result = forms.TypedChoiceField(
        label=_("What do you say to the result?"),
        help_text=_("What was done, or the reasons given."),
        choices=Rating.Grade.choices,
        coerce=int,
        widget=forms.RadioSelect,
    )
    missed_points = forms.BooleanField(label=_("It did not answer my points"), required=False)
    reason = ParagraphField(
        label=_("What is missing?"),
        help_text=_("Needed when you are dissatisfied: whoever handles it again works from it."),
        max_length=2000,
        rows=5,
        required=False,
    )

    def clean(self):
        """Who is dissatisfied says why: with a dissatisfied result the case is handled again."""
        if self.cleaned_data.get("reason"):
            return self.cleaned_data
        if self.cleaned_data.get("result") == Rating.Grade.DISSATISFIED:
            self.add_error("reason", ValidationError(_("Please say what is missing: it will be handled again.")))
        elif self.cleaned_data.get("attitude") == Rating.Grade.DISSATISFIED:
            self.add_error("reason", ValidationError(_("Please say what was wrong with how you were treated.")))
        return self.cleaned_data


def version_of(rating) -> str:
    """Tells a rating from the same one changed."""
    return f"{rating.pk}-{(rating.changed_at or rating.at).timestamp()}" if rating else ""


class ChangeRatingForm(RateForm):
    """The same for who changes their mind: what was given stands in it. ``version``: which rating the page showed."""

    version = forms.CharField(max_length=60, widget=forms.HiddenInput)

    def __init__(self, data=None, *, rating):
        names = ("attitude", "result", "missed_points", "reason")
        given = {name: getattr(rating, name) for name in names} if rating else {}
        super().__init__(data, initial=given | {"version": version_of(rating)})


class PromiseRatingForm(RateForm):
    """What the author says to a promise reported as kept."""

    missed_points = None
