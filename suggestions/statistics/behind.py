"""The suggestions behind a figure: the same conditions as the counting, written for a list."""

from datetime import date, datetime, time, timedelta

from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from ..models import AssignmentChange, Rating, Suggestion, SuggestionChange
from ..workflow import MOVES
from .figures import BY_NAME, GIVEN, NO_STAY, REASON, RETURNED, STAGES, stage_of

S = Suggestion.Status
ENDS = (S.DECLINED, S.MERGED, S.WITHDRAWN)
# What departments were given and sent back: theirs, whoever leads now.
PARTS = ("assigned", "returned")
# What has a list of its own, or none.
ELSEWHERE = ("commitments", "proposals")
MOVED = ~Q(before=F("after"))
ACCEPTED = MOVED & Q(after__in=(S.ACCEPTED, S.TRIAGING))
ANSWERED = MOVED & Q(after=S.REPLIED)


def has_list(name: str) -> bool:
    """Whether ``behind`` knows the figure."""
    return name.startswith(REASON) or (name in BY_NAME and not name.startswith(ELSEWHERE))


def behind(rows, name: str, first: date, last: date, department=None):
    """``rows`` of suggestions counted in the figure ``name`` from ``first`` to ``last``, both included.

    ``department`` (a pk): whose part it was, where the figure counts parts; others count by the lead of today.
    """
    since, until = opening(first), opening(last + timedelta(days=1))
    if department is not None and name not in PARTS:
        rows = rows.filter(department=department)
    if name == "received":
        return rows.submitted().filter(submitted_at__gte=since, submitted_at__lt=until)
    if name.startswith(REASON):
        rows, name = rows.filter(decline_reason__code=name.removeprefix(REASON)), "declined"
    return rows.filter(pk__in=subjects(name, since, until, department))


def opening(day: date):
    """The first moment of a day."""
    return timezone.make_aware(datetime.combine(day, time.min))


def subjects(name, since, until, department):
    """The keys of the suggestions."""
    kind, _colon, value = name.partition(":")
    if name in PARTS:
        return parts(name, department).filter(at__gte=since, at__lt=until).values("subject__suggestion")
    rated = Rating.objects.filter(at__gte=since, at__lt=until, reply__isnull=False)
    if kind in ("result", "attitude"):
        return rated.filter(**{kind: int(value)}).values("reply__suggestion")
    lines = SuggestionChange.objects.order_by().filter(at__gte=since, at__lt=until)
    if name == "heard":
        return lines.filter(event="silent").values("subject").union(rated.values("reply__suggestion"))
    return happened(name, value, lines).values("subject")


def happened(name, value, lines):
    """The lines of history that make the figure."""
    if value:
        return lines.filter(leaves(value))
    if name == "accepted":
        return lines.filter(ACCEPTED, event__in=events(ACCEPTED_BY)).filter(is_first(ACCEPTED))
    if name in ("answered", "promised", "on_time"):
        answers = lines.filter(ANSWERED, event__in=events(ANSWERED_BY)).filter(is_first(ANSWERED))
        return answers if name == "answered" else promised(answers, name)
    if name in ("silent", "closed_over", "extended"):
        return lines.filter(event="extension_granted" if name == "extended" else name)
    state = {"rehandled": S.REHANDLING}.get(name, name)
    return lines.filter(MOVED, after=state)


def promised(answers, name):
    """Answers with a date that stood before them, and those it was kept in."""
    before = SuggestionChange.objects.filter(subject=OuterRef("subject"), pk__lt=OuterRef("pk")).order_by("-pk")
    answers = answers.annotate(standing=Subquery(before.values("due_at")[:1]))
    return answers.filter(standing__gte=F("at")) if name == "on_time" else answers.filter(standing__isnull=False)


def is_first(condition) -> Q:
    """Not there before in the same suggestion."""
    earlier = SuggestionChange.objects.filter(condition, subject=OuterRef("subject")).order_by("pk")
    return Q(pk=Subquery(earlier.values("pk")[:1]))


ACCEPTED_BY, ANSWERED_BY = (S.ACCEPTED, S.TRIAGING), (S.REPLIED,)


def events(targets) -> list[str]:
    """What the moves to ``targets`` are called: the index finds history by it."""
    return sorted({move.name for move in MOVES if move.target in targets})


def leaves(stage) -> Q:
    """Lines that end a stay in the stage."""
    inside = STAGES[stage]
    named = {m.name for m in MOVES if m.source in inside and stage_of(m.target) != stage} - set(NO_STAY)
    return Q(event__in=sorted(named), before__in=inside) & ~Q(after__in=inside)


def parts(name, department):
    """Departments' parts given or returned."""
    found = AssignmentChange.objects.order_by().filter(event__in=GIVEN if name == "assigned" else RETURNED)
    return found if department is None else found.filter(subject__department=department)
