"""What the congress office types: one form for each act. Cleaned data are the arguments of the act's verb."""

from functools import cached_property

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal import workdays
from fzportal.forms import LineField, ParagraphField
from fzportal.templatetags.ui import day

from ..models import Category, DeclineReason, Department, Suggestion
from .choices import grouped_categories, grouped_divisions
from .seen import last_move

NOTE_MAX = 2000


class OfficeForm(forms.Form):
    """An act on ``suggestion``, or on many at once (None). ``seen``: on which state of the case the page was drawn."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    # The public version the page showed, where the act makes or publishes one.
    base = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, suggestion=None, **options):
        super().__init__(data, **options)
        self.suggestion = suggestion
        if suggestion is not None and not self.is_bound:
            self.initial |= {"seen": last_move(suggestion), "base": suggestion.public_id} | self.first_values()
        self.prepare()

    def first_values(self) -> dict:
        """What stands in the fields at first."""
        return {}

    def prepare(self):
        """Fit the fields to the suggestion."""

    @property
    def target(self):
        """What the verb is about: the suggestion, or what belongs to it."""
        return self.suggestion

    @property
    def is_outdated(self) -> bool:
        """Whether the case, or the public version shown, has changed since the page was drawn."""
        seen, base = self.cleaned_data.get("seen"), self.cleaned_data.get("base")
        moved = seen is not None and seen != last_move(self.suggestion)
        return moved or (base != self.suggestion.public_id and "base" in self.data)

    @property
    def arguments(self) -> dict:
        """For the verb."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("seen", "base", "part")}

    def refreshed(self):
        """The same words on the case as it is now."""
        self.data = self.data.copy()
        self.data["seen"] = last_move(self.suggestion) or ""
        self.data["base"] = self.suggestion.public_id or ""
        return self


class AcceptForm(OfficeForm):
    note = ParagraphField(label=_("Note for colleagues"), required=False, max_length=NOTE_MAX, rows=3)


class DeclineForm(OfficeForm):
    reason = forms.ModelChoiceField(DeclineReason.objects.filter(is_active=True), label=_("Reason"))
    note = ParagraphField(
        label=_("Explanation for the author"), required=False, max_length=NOTE_MAX, rows=4,
        help_text=_("The author also reads who is responsible and how to reach them."),
    )  # fmt: skip

    def prepare(self):
        self.fields["reason"].label_from_instance = lambda reason: f"{reason.name}（{reason.responsible}）"


class AskForm(OfficeForm):
    question = ParagraphField(
        label=_("What is missing?"), max_length=NOTE_MAX, rows=4, help_text=_("The author reads this.")
    )


class ClassifyForm(OfficeForm):
    """Where it belongs decides whose pool it comes to."""

    category = forms.ModelChoiceField(Category.objects.open(), label=_("Category"))
    division = forms.ModelChoiceField(queryset=None, label=_("Division"), required=False)

    def prepare(self):
        self.fields["category"].choices = [("", "---------"), *grouped_categories()]
        divisions, choices = grouped_divisions()
        self.fields["division"].queryset = divisions
        self.fields["division"].choices = [("", _("As it is")), *choices]

    def first_values(self):
        return {"category": self.suggestion.category_id, "division": self.suggestion.division_id}


class MergeForm(OfficeForm):
    into = LineField(label=_("Goes on with"), max_length=20, help_text=_("The number, for example 2026-000123."))
    note = ParagraphField(label=_("Explanation for the author"), required=False, max_length=NOTE_MAX, rows=3)

    def clean_into(self):
        number = self.cleaned_data["into"]
        into = Suggestion.objects.unanswered().filter(number=number).exclude(pk=self.suggestion.pk).first()
        if into is None:
            raise forms.ValidationError(_("There is no other unanswered suggestion with this number."))
        return into


class AssignForm(OfficeForm):
    department = forms.ModelChoiceField(Department.objects.filter(is_active=True), label=_("Lead department"))
    co = forms.ModelMultipleChoiceField(
        Department.objects.filter(is_active=True), label=_("Co-handlers"), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They give the lead a written opinion."),
    )  # fmt: skip
    due_at = forms.DateField(
        label=_("Due date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = ParagraphField(label=_("Note for the department"), required=False, max_length=NOTE_MAX, rows=3)

    def first_values(self):
        assisting = self.suggestion.assignments.active().co().values_list("department", flat=True)
        return {"department": self.suggestion.proposed_lead_id, "co": list(assisting)}

    def prepare(self):
        due, _rule = self.suggestion.due_for(Suggestion.Status.ASSIGNED, timezone.now())
        if due:
            text = _("Leave empty for the service promise: %(day)s.") % {"day": day(due)}
            self.fields["due_at"].help_text = text
        if proposed := self.suggestion.proposed_lead:
            self.fields["department"].help_text = _("Proposed: %(department)s.") % {"department": proposed}

    def clean_due_at(self):
        chosen = self.cleaned_data["due_at"]
        if chosen is None:
            return None
        if chosen <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day after today."))
        if not workdays.is_working(chosen):
            raise forms.ValidationError(_("That is no working day. Choose another."))
        return workdays.close_of(chosen)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("department") in (cleaned.get("co") or ()):
            self.add_error("co", _("The lead does not assist itself. Take it off one of the two lists."))
        return cleaned


class InvolveForm(OfficeForm):
    department = forms.ModelChoiceField(Department.objects.filter(is_active=True), label=_("Co-handler"))

    def prepare(self):
        at_work = self.suggestion.assignments.active().exclude(part="co", status="done")
        field = self.fields["department"]
        field.queryset = field.queryset.exclude(pk__in=at_work.values("department"))


class RelieveForm(OfficeForm):
    part = forms.ModelChoiceField(queryset=None, label=_("Co-handler"), empty_label=None, widget=forms.RadioSelect)
    reason = ParagraphField(
        label=_("Reason"), max_length=NOTE_MAX, rows=3, help_text=_("The co-handler and the lead’s colleagues read it.")
    )

    def prepare(self):
        field = self.fields["part"]
        field.queryset = self.suggestion.assignments.missing().select_related("department")
        field.label_from_instance = lambda part: str(part.department)

    @property
    def target(self):
        return self.cleaned_data["part"]


class ExtensionForm(OfficeForm):
    """The lead's request for more time, decided."""

    is_granted = forms.TypedChoiceField(
        label=_("Decision"), coerce=lambda value: value == "yes", widget=forms.RadioSelect,
        choices=[("yes", _("Grant it")), ("no", _("Refuse it"))],
        error_messages={"required": _("Choose one of the two.")},
    )  # fmt: skip
    note = ParagraphField(
        label=_("Reason"), required=False, max_length=NOTE_MAX, rows=3,
        help_text=_("Granted, everybody reads it; left empty, the department’s own reason. Refused, the department."),
    )  # fmt: skip

    @cached_property
    def target(self):
        """The request; None once it has been decided."""
        return self.suggestion.extensions.filter(is_granted=None).select_related("department", "asked_by").first()

    @property
    def due_after(self):
        """Until when the lead would have time."""
        days = self.target.days
        return workdays.close_of(workdays.add(timezone.localdate(self.suggestion.due_at), days))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("is_granted") is False and not cleaned.get("note"):
            self.add_error("note", _("Say why it is refused."))
        return cleaned


class UrgeForm(OfficeForm):
    note = ParagraphField(
        label=_("Note"), required=False, max_length=NOTE_MAX, rows=3, help_text=_("Only staff read it.")
    )


class SendBackForm(OfficeForm):
    reason = ParagraphField(label=_("What is to be improved?"), max_length=NOTE_MAX, rows=4)


class GiveBackForm(OfficeForm):
    note = ParagraphField(label=_("Reason"), required=False, max_length=NOTE_MAX, rows=3)


class RedactForm(OfficeForm):
    """A copy to strike names, numbers and addresses from; the author's own words stay as they are."""

    title = LineField(label=_("Title"), max_length=200)
    situation = ParagraphField(label=_("Situation"), required=False, max_length=20_000, rows=12)
    proposal = ParagraphField(label=_("Proposal"), required=False, max_length=20_000, rows=6)
    place = LineField(label=_("Place"), required=False, max_length=120)

    def first_values(self):
        words = self.suggestion.public or self.suggestion
        return {name: getattr(words, name) for name in ("title", "situation", "proposal", "place")}


class PublishForm(OfficeForm):
    attachments = forms.ModelMultipleChoiceField(
        queryset=None, label=_("Files to publish with it"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Look at each: no faces, no number plates, no documents."),
    )  # fmt: skip

    def prepare(self):
        files = self.suggestion.attachments.all()
        self.fields["attachments"].queryset = files
        if not files.exists():
            del self.fields["attachments"]

    def first_values(self):
        return {"attachments": list(self.suggestion.attachments.filter(is_public=True))}


class UnpublishForm(OfficeForm):
    reason = ParagraphField(label=_("Reason"), max_length=NOTE_MAX, rows=3)


class ContactForm(OfficeForm):
    reason = LineField(
        label=_("Why do you need the contact?"), max_length=200, help_text=_("Kept, and shown to the author.")
    )
