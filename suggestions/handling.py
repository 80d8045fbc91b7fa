"""Departments at work on a case, as its pages show them: through whose hands it went, who leads, who assists."""

from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from fzportal.templatetags.ui import day, short_day

from . import derivation
from .models import Assignment, AssignmentChange
from .permissions.department import AT_WORK
from .standing import Tag

A = Assignment.Status
TONES = {A.GIVEN: "wait", A.TAKEN: "wait", A.OPINION_IN: "done", A.DONE: "done", A.RETURNED: "calm", A.RELIEVED: "calm"}
# What became of a part, in one line: for who was slower than a colleague.
SAID = {
    "lead_given": _("%(department)s leads"),
    "lead_taken": _("%(department)s began"),
    "lead_returned": _("%(department)s returned it"),
    "co_given": _("%(department)s was asked to assist"),
    "co_taken": _("%(department)s began to assist"),
    "opinion_in": _("%(department)s gave its opinion"),
    "co_returned": _("%(department)s returned its part"),
    "co_relieved": _("The congress office took %(department)s off the case"),
    "co_done": _("The case was answered; %(department)s has done its part"),
}
ENDED = _("%(department)s assists no more")


class Line(NamedTuple):
    """A department's part. ``until`` and ``how`` while its opinion is to come; ``note``: why its part ended."""

    part: Assignment
    tag: Tag
    until: str = ""
    how: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_past(self) -> bool:
        """Whether it works on the case no more."""
        return self.part.status in Assignment.ENDS


class Panel(NamedTuple):
    """All of them. ``hands`` counts the departments that led, one after another; sentences are empty or to be shown."""

    lead: Line | None
    assisting: list[Line]
    past: list[Line]
    hands: str
    proposed: str
    final: str
    awaited: str
    late: str


def panel(suggestion, *, is_staff) -> Panel | None:
    """The departments of ``suggestion``; None while it went to none. Why a part ended is for staff."""
    parts = list(suggestion.assignments.select_related("department", "opinion_by"))
    if not parts:
        return None
    changes = _changes(parts) if is_staff else {}
    lines = [_line(suggestion, part, changes.get(part.pk, ())) for part in parts]
    now = [line for line in lines if not line.is_past]
    lead = next((line for line in now if line.part.part == Assignment.Part.LEAD), None)
    missing = [line.part for line in now if line.part.is_open] if suggestion.status in AT_WORK else []
    return Panel(
        lead=lead,
        assisting=[line for line in now if line is not lead],
        past=[line for line in lines if line.is_past and (is_staff or line.part.part == Assignment.Part.LEAD)],
        hands=_hands(parts),
        proposed=_proposed(suggestion),
        final=gettext("After two returns the office's assignment is final.") if lead and lead.part.is_final else "",
        awaited=_awaited([part for part in missing if not part.is_late]),
        late=_late([part for part in missing if part.is_late]),
    )


def _changes(parts) -> dict:
    """The history of the parts, {pk of the part: changes, oldest first}, in one query."""
    found = {}
    for change in AssignmentChange.objects.filter(subject__in=parts):
        found.setdefault(change.subject_id, []).append(change)
    return found


def _line(suggestion, part, changes) -> Line:
    part.suggestion = suggestion
    if part.status in Assignment.ENDS:
        why = next((c.note for c in reversed(changes) if c.after == part.status), "")
        return Line(part, _tag(part), note=why)
    if not part.is_open or not part.due_at:
        return Line(part, _tag(part))
    until = gettext("opinion due by %(day)s") % {"day": day(timezone.localdate(part.due_at))}
    return Line(part, _tag(part), until, tuple(derivation.explain(part, changes, state="opinion")))


def _tag(part) -> Tag:
    """Its state as a word with a tone; an overdue opinion says so."""
    if part.is_open and part.is_late:
        return Tag(gettext("Opinion overdue"), "late")
    if part.part == Assignment.Part.CO and part.status == A.DONE:
        return Tag(*((gettext("Opinion given"), "done") if part.opinion else (gettext("No opinion given"), "calm")))
    return Tag(part.get_status_display(), TONES[part.status])


def names(parts, *, with_day=False) -> str:
    """Departments one after another, each with the day its opinion is due where that is asked for."""
    told = [f"{p.department}（{short_day(p.due_at)}）" if with_day and p.due_at else str(p.department) for p in parts]
    return pgettext("between names", ", ").join(told)


def _hands(parts) -> str:
    """Through how many departments' hands it went; nothing to say of one."""
    number = sum(part.part == Assignment.Part.LEAD for part in parts)
    if number < 2:
        return ""
    return ngettext("It went through %(n)s pair of hands.", "It went through %(n)s pairs of hands.", number) % {
        "n": number
    }


def _proposed(suggestion) -> str:
    """Whom it should go to instead, as who returned or referred it says."""
    if suggestion.status != suggestion.Status.REFERRED or suggestion.proposed_lead is None:
        return ""
    return gettext("Proposed instead: %(department)s.") % {"department": suggestion.proposed_lead}


def _awaited(parts) -> str:
    if not parts:
        return ""
    said = gettext("Opinions still to come: %(names)s. The reply can be handed in once they are in, or overdue.")
    return said % {"names": names(parts, with_day=True)}


def _late(parts) -> str:
    if not parts:
        return ""
    return gettext("Overdue: the opinion of %(names)s. The lead may go on without it.") % {"names": names(parts)}


def awaited(suggestion) -> str:
    """Whose opinions the lead must wait for, as a sentence; empty when for none."""
    return _awaited(list(suggestion.assignments.awaited().select_related("department")))


def said_of(part) -> tuple[str, AssignmentChange | None]:
    """What happened last to ``part``, and the change that says when."""
    last = part.changes.order_by("-pk").first()
    text = SAID.get(last.event, ENDED) if last else ENDED
    return text % {"department": part.department}, last
