"""Writing a reply at the desk: the whole, point by point, promises, files, canned passages."""

from functools import cached_property

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal.forms import LineField, ParagraphField

from ... import near, passages
from ...models import Evidence, Passage, Reply
from ...uploads import ACCEPTED
from ..submit import ManyFilesInput
from .acts import ActForm
from .content import Content
from .rows import Rows

TEXT_MAX = 20_000
ANSWER_MAX = 5_000
# Promises further away than this are slips of the finger.
PROMISE_YEARS = 5


def result_field(**options):
    return forms.ChoiceField(
        label=_("Class of the reply"), choices=Reply.Class.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose a class.")}, **options,
    )  # fmt: skip


class AnswerForm(ActForm):
    """A deputy answers: text and class."""

    text = ParagraphField(
        label=_("Reply"), max_length=settings.SUGGESTION_MAX_LENGTH, rows=8,
        help_text=_("Answer every point. The author and the public read it under your name."),
    )  # fmt: skip
    result = result_field()


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, **options):
        super().__init__(format="%Y-%m-%d", **options)


class PassageSelect(forms.Select):
    """Passages with their words beside them: the page puts them in where one writes."""

    known: dict = {}

    def create_option(self, name, value, label, *args, **options):
        option = super().create_option(name, value, label, *args, **options)
        if value:
            option["attrs"]["data-text"] = passages.filled(value.instance.text, self.known)
        return option


def point_field(n):
    return LineField(
        label=_("Point %(n)s") % {"n": n}, max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


def answer_field(n):
    return ParagraphField(label=_("Answer to point %(n)s") % {"n": n}, max_length=ANSWER_MAX, rows=4, required=False)


def what_field(n):
    return LineField(
        label=_("Promise %(n)s: what will be done") % {"n": n}, max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


def day_field(n):
    return forms.DateField(label=_("Promise %(n)s: by which day") % {"n": n}, required=False, widget=DayInput())


class DraftForm(ActForm):
    """A reply in the making. ``base`` names the version the page was drawn with: nobody overwrites words unread."""

    POINTS = Rows({"point": point_field, "answer": answer_field}, most=30)
    PROMISES = Rows({"promise": what_field, "by": day_field}, most=10)

    text = ParagraphField(
        label=_("Reply"), max_length=TEXT_MAX, rows=10, required=False,
        help_text=_("The whole in one piece: what was looked into, what came of it."),
    )  # fmt: skip
    result = result_field(required=False)
    contact = LineField(
        label=_("Whom to ask about it"), max_length=120, required=False,
        help_text=_("An office and its telephone, as the public may read them; never a private number."),
    )  # fmt: skip
    passage = forms.ModelChoiceField(
        Passage.objects.none(), label=_("Canned passage"), required=False, empty_label=_("Choose a passage"),
        widget=PassageSelect,
    )  # fmt: skip
    # Each file is examined for itself by the view; stored ones stay with the draft.
    files = forms.Field(
        label=_("Photos or PDFs"), required=False,
        widget=ManyFilesInput(attrs={"multiple": True, "accept": ",".join(ACCEPTED)}),
        help_text=_("Up to five, each at most 10 MB. Readers of the reply can open them: cover faces and plates."),
    )  # fmt: skip
    base = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    show_optional = False

    def __init__(self, data=None, *, suggestion, by, **options):
        self.reply = suggestion.replies.unreleased().with_parts().first()
        kept = Content.of(self.reply)
        initial = {"text": kept.text, "result": kept.result, "base": kept.fingerprint}
        initial["contact"] = kept.contact or self.contact_of(suggestion.department)
        initial |= self.POINTS.initial(kept.points) | self.PROMISES.initial(kept.promises)
        super().__init__(data, suggestion=suggestion, by=by, initial=initial, **options)
        self.POINTS.add_to(self, self.POINTS.count(data, len(kept.points)))
        self.PROMISES.add_to(self, self.PROMISES.count(data, len(kept.promises)))
        self.fields["passage"].queryset = Passage.objects.offered_in(suggestion.department_id)
        self.fields["passage"].widget.known = passages.values(suggestion)

    @staticmethod
    def contact_of(department) -> str:
        """What stands there until somebody writes better."""
        return "，".join(filter(None, [department.name, department.phone])) if department else ""

    @property
    def points(self):
        """Rows for the page."""
        return self.POINTS.bound(self)

    @property
    def promises(self):
        """Rows for the page."""
        return self.PROMISES.bound(self)

    @cached_property
    def evidence(self):
        """The files kept with the draft."""
        return list(Evidence.objects.filter(reply__suggestion=self.suggestion, reply__released_at=None))

    @property
    def room(self) -> int:
        """How many files more."""
        return max(settings.ATTACHMENTS_PER_SUGGESTION - len(self.evidence), 0)

    def clean(self):
        """Put the chosen passage at the end of the text, when its button was pressed."""
        passage = self.cleaned_data.get("passage")
        if not self.data.get("insert") or "text" in self.errors:
            return self.cleaned_data
        if passage is None:
            self.add_error("passage", _("Choose a passage first."))
            return self.cleaned_data
        said = [self.cleaned_data["text"], passages.filled(passage.text, passages.values(self.suggestion))]
        try:
            self.cleaned_data["text"] = self.fields["text"].clean("\n".join(filter(None, said)))
        except forms.ValidationError as error:
            self.add_error("passage", error)
        return self.cleaned_data

    @property
    def content(self) -> Content:
        """What was typed."""
        words = {name: self.cleaned_data.get(name) or "" for name in ("text", "result", "contact")}
        points = tuple((point or "", answer or "") for _n, (point, answer) in self.POINTS.values(self))
        promises = tuple((what or "", on) for _n, (what, on) in self.PROMISES.values(self))
        return Content(**words, points=points, promises=promises)

    @property
    def arguments(self):
        """For the verb."""
        return self.content._asdict()

    @property
    def rival(self):
        """The reply as somebody else saved it since the page was drawn, unless it says the same."""
        reply = self.suggestion.replies.unreleased().with_parts().first()
        stored = Content.of(reply)
        if reply is None or reply.author_id == self.by.pk or stored.fingerprint == self.cleaned_data.get("base"):
            return None
        return None if stored == self.content else reply

    @property
    def is_outdated(self):
        """Also when another handler saved another version."""
        return super().is_outdated or self.rival is not None

    def refreshed(self):
        """The words typed, to be saved over the version that stands now once they have been compared."""
        super().refreshed()
        self.data["base"] = Content.of(self.suggestion.replies.unreleased().with_parts().first()).fingerprint
        return self


class HandInForm(DraftForm):
    """The finished reply. What is nearly the same as another is handed in once that was looked at."""

    still = forms.BooleanField(label=_("I have compared them: still hand it in"), required=False)
    near: list = []

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in ("text", "result"):
            self.fields[name].required = True

    def clean(self):
        """Whole rows, promises where the class asks for them, and no copy unawares."""
        super().clean()
        self.clean_points()
        self.clean_promises()
        if not self.errors:
            self.clean_copies()
        return self.cleaned_data

    def clean_contact(self):
        """Never without: the unit's own line."""
        return self.cleaned_data["contact"] or self.contact_of(self.suggestion.department)

    def clean_points(self):
        """A point has an answer, an answer its point."""
        for n, (point, answer) in self.POINTS.values(self):
            if not point and f"point_{n}" not in self.errors:
                self.add_error(f"point_{n}", _("Write the author's point that this answers."))
            if not answer and f"answer_{n}" not in self.errors:
                self.add_error(f"answer_{n}", _("Answer this point."))

    def clean_promises(self):
        """Class B promises something by a day to come (DOMAIN rule 6); other classes promise nothing."""
        rows, result = self.PROMISES.values(self), self.cleaned_data.get("result")
        if result == Reply.Class.B and not rows and not any(name.startswith(("promise", "by")) for name in self.errors):
            self.add_error("promise_0", _("Class B names at least one thing and the day by which it is done."))
        if result and result != Reply.Class.B and rows:
            self.add_error("result", _("Promises go with class B: choose it, or empty the promises."))
        today = timezone.localdate()
        for n, (what, on) in rows:
            if not what and f"promise_{n}" not in self.errors:
                self.add_error(f"promise_{n}", _("Write what will be done."))
            if f"by_{n}" in self.errors:
                continue
            if not on:
                self.add_error(f"by_{n}", _("Name the day by which it is done."))
            elif on <= today:
                self.add_error(f"by_{n}", _("Choose a day after today."))
            elif on.year > today.year + PROMISE_YEARS:
                self.add_error(f"by_{n}", _("Choose a day within the next %(n)s years.") % {"n": PROMISE_YEARS})

    def clean_copies(self):
        """Say once which recent reply it resembles."""
        besides, content = self.reply and self.reply.pk, self.content
        said = near.words(content.text, content.points)
        self.near = near.copies(said, department_id=self.suggestion.department_id, besides=besides)
        if self.near and not self.cleaned_data.get("still"):
            self.add_error(
                "still", _("It is nearly the same as another reply of your unit. Compare them, then confirm.")
            )
