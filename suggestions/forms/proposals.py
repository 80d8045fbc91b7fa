"""What is typed about a proposal: one form for each act. Cleaned data are the arguments of the act's verb."""

import hashlib
import re

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from fzportal.forms import LineField, ParagraphField, refuse_id_numbers
from liaison.models import Deputy

from ..models import Category, ContactMade, Department, Rating, Reply, Suggestion
from .choices import grouped_categories
from .seen import SeenForm, last_move

NOTE_MAX = 2000
TEXT_MAX = 20_000
IN_USE = Department.objects.filter(is_active=True)


def date_field(label, **options):
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def reason_field(label, **options):
    return ParagraphField(label=label, max_length=NOTE_MAX, rows=4, **options)


class ActForm(SeenForm):
    """An act without words. ``seen`` says on which state of the proposal the page was drawn."""

    def __init__(self, data=None, *, slug, proposal, by, **options):
        super().__init__(data, auto_id=f"id_{slug}_%s", **options)
        self.slug, self.proposal, self.by = slug, proposal, by
        if not self.is_bound:
            self.initial |= {"seen": last_move(proposal)} | self.first_values()
        self.prepare()

    @property
    def target(self):
        """The proposal."""
        return self.proposal

    def first_values(self) -> dict:
        """What stands in the fields at first."""
        return {}

    def prepare(self):
        """Fit the fields to the proposal."""


class WordsForm(forms.Form):
    """The proposal itself: public once it is submitted, so nobody's private words belong in it."""

    title = LineField(label=_("Title"), max_length=200, help_text=_("For example: on publishing school menus"))
    situation = ParagraphField(
        label=_("Situation"), max_length=TEXT_MAX, rows=8, validators=[refuse_id_numbers],
        help_text=_("In your own words. The proposal is public: leave out what could tell who the citizens are."),
    )  # fmt: skip
    request = ParagraphField(label=_("What is proposed"), max_length=TEXT_MAX, rows=8, validators=[refuse_id_numbers])
    category = forms.ModelChoiceField(Category.objects.open(), label=_("Category"), required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["category"].choices = [("", _("None")), *grouped_categories()]


class EditForm(WordsForm, ActForm):
    """The words of a draft."""

    def first_values(self):
        return {name: getattr(self.proposal, name) for name in ("title", "situation", "request")} | {
            "category": self.proposal.category_id
        }


class BundleForm(ActForm):
    """One of the suggestions in the deputy's hands."""

    suggestion = forms.ModelChoiceField(Suggestion.objects.none(), label=_("Suggestion"))

    def prepare(self):
        field = self.fields["suggestion"]
        claimed = Suggestion.objects.filter(status="triaging", deputy=self.proposal.deputy_id)
        field.queryset = claimed.exclude(taken_up=self.proposal).defer("search").order_by("due_at", "pk")


class UnbundleForm(ActForm):
    """One of those kept with the draft."""

    suggestion = forms.ModelChoiceField(Suggestion.objects.none(), label=_("Suggestion"))

    def prepare(self):
        self.fields["suggestion"].queryset = self.proposal.suggestions.defer("search").order_by("pk")


class InviteForm(ActForm):
    """Deputies by name; whoever shares a name is told apart by what stands behind it."""

    deputies = LineField(
        label=_("Names of the deputies"), max_length=300, help_text=_("Several names: put a comma between them.")
    )

    def clean_deputies(self):
        names = [n for n in re.split(r"[,，、;；]\s*|\s{2,}", self.cleaned_data["deputies"]) if n.strip()]
        return [self.deputy_called(name.strip()) for name in names]

    def deputy_called(self, name):
        """The deputy of today behind a name, "林静" or "林静（鼓楼代表团）". Raises ValidationError."""
        plain, _open, elected = name.replace("(", "（").replace(")", "）").rstrip("）").partition("（")
        found = list(Deputy.objects.current().filter(name=plain).select_related("delegation", "constituency"))
        exact = [d for d in found if not elected or d.elected_by == elected]
        if len(exact) == 1:
            return exact[0]
        if not exact:
            raise forms.ValidationError(_("There is no deputy called %(name)s today."), params={"name": name})
        ways = pgettext("between names", ", ").join(f"{d.name}（{d.elected_by}）" for d in exact)
        raise forms.ValidationError(_("Several deputies are called so. Please write: %(ways)s."), params={"ways": ways})


class EvaluateForm(ActForm):
    """The deputy's own evaluation: nothing is preselected."""

    grade = forms.TypedChoiceField(
        label=_("Your evaluation"), choices=Rating.Grade.choices, coerce=int, widget=forms.RadioSelect,
        error_messages={"required": _("Choose a grade.")},
    )  # fmt: skip
    note = reason_field(_("What you say to it"), required=False, help_text=_("Everybody reads it."))

    def clean(self):
        found = super().clean()
        if found.get("grade") == Rating.Grade.DISSATISFIED and not found.get("note"):
            self.add_error("note", _("Please say what is missing: it is handled again."))
        return found


class ReturnForm(ActForm):
    """Why it is not this department's, and whose it is."""

    reason = reason_field(_("Reason"))
    proposed = forms.ModelChoiceField(IN_USE, label=_("Department you propose"), required=False)


class ContactForm(ActForm):
    """The talk with the deputy before the reply."""

    kind = forms.ChoiceField(label=_("How"), choices=ContactMade.Kind.choices, widget=forms.RadioSelect)
    with_whom = forms.ChoiceField(label=_("With whom"), choices=[("deputy", _("The deputy")), ("other", _("Others"))])
    on = date_field(_("On"))
    note = reason_field(_("What was said"), help_text=_("Those at work on it and the deputies read it."))

    def first_values(self):
        return {"with_whom": "deputy", "on": timezone.localdate()}

    def clean_on(self):
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return self.cleaned_data["on"]


class OpinionForm(ActForm):
    """What a department that assists says to the lead."""

    text = ParagraphField(label=_("Your opinion"), max_length=TEXT_MAX, rows=6)


class ReplyForm(ActForm):
    """A reply in the making. ``base`` names the text the page was drawn with: nobody overwrites words unread."""

    text = ParagraphField(
        label=_("Reply"), max_length=TEXT_MAX, rows=12, required=False,
        help_text=_("It is public, and answers every suggestion taken up."),
    )  # fmt: skip
    result = forms.ChoiceField(
        label=_("Class of the reply"), choices=Reply.Class.choices, widget=forms.RadioSelect, required=False,
        error_messages={"required": _("Choose a class.")},
    )  # fmt: skip
    promise = LineField(
        label=_("With class B: what will be done"), max_length=300, required=False,
        help_text=_("With its date it enters the list of promises and is followed until it is kept."),
    )  # fmt: skip
    promised_on = date_field(_("By"), required=False)
    contact = LineField(
        label=_("Contact for questions"), max_length=120, required=False, help_text=_("An office and a telephone.")
    )
    base = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    show_optional = False

    def first_values(self):
        reply = self.proposal.replies.unreleased().first()
        names = ("text", "result", "promise", "promised_on", "contact")
        return ({name: getattr(reply, name) for name in names} if reply else {}) | {"base": fingerprint(reply)}

    @property
    def is_outdated(self):
        """Also when another handler saved another text since."""
        reply = self.proposal.replies.unreleased().exclude(author=self.by).first()
        is_rival = reply is not None and fingerprint(reply) != self.cleaned_data.get("base")
        return super().is_outdated or (is_rival and reply.text != self.cleaned_data.get("text"))

    def refreshed(self):
        super().refreshed()
        self.data["base"] = fingerprint(self.proposal.replies.unreleased().first())
        return self


class HandInForm(ReplyForm):
    """The finished reply."""

    def prepare(self):
        for name in ("text", "result"):
            self.fields[name].required = True

    def clean(self):
        found = super().clean()
        what, on = found.get("promise"), found.get("promised_on")
        if bool(what) != bool(on):
            self.add_error("promised_on" if what else "promise", _("A promise needs both: what, and by when."))
        if on and on <= timezone.localdate():
            self.add_error("promised_on", _("Choose a day after today."))
        return found


def fingerprint(reply) -> str:
    """Tells one version of a reply in the making from another; empty where there is none."""
    return hashlib.sha256(f"{reply.result}\n{reply.text}".encode()).hexdigest() if reply else ""


class SendBackForm(ActForm):
    """What is still wanting."""

    reason = reason_field(_("What is to be improved"), help_text=_("The text written so far is kept."))
