"""The office's queues: what waits, how much of it, and since when the oldest."""

from collections.abc import Callable
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Assignment, Consent, Extension, Suggestion, SuggestionChange
from ..standing import AUTHORS_TURN

S = Suggestion.Status
CAP = 10_000
# What may be published: taken in, and not ended by a refusal, a merger or the author.
PUBLISHABLE = (
    S.ACCEPTED, S.TRIAGING, S.REFERRED, S.ASSIGNED, S.IN_PROGRESS, S.REPLY_REVIEW, S.REPLIED, S.REHANDLING,
    S.SUPERVISED, S.ESCALATED, S.CLOSED,
)  # fmt: skip


class Queue(NamedTuple):
    """``rows`` narrows all suggestions; ``since`` is the column the age of the oldest is told by."""

    slug: str
    label: str
    rows: Callable
    since: str = "due_since"
    is_alarm: bool = False


def to_screen(rows):
    """New and not looked at."""
    return rows.filter(status=S.SUBMITTED)


def answered(rows):
    """The author answered the office's question."""
    answers = SuggestionChange.objects.filter(subject=OuterRef("pk"), event="answered")
    return rows.filter(Exists(answers), status=S.SUBMITTED)


def decline_proposed(rows):
    """The deputy who has it now proposed to decline."""
    proposals = SuggestionChange.objects.filter(
        subject=OuterRef("pk"), event="decline_proposed", at__gte=OuterRef("due_since")
    )
    return rows.filter(Exists(proposals), status=S.TRIAGING)


def _returned():
    """A lead's part that it sent back."""
    return Exists(Assignment.objects.returned().lead().filter(suggestion=OuterRef("pk")))


def to_assign(rows):
    """Referred by a deputy; or answered by a deputy to the author's dissatisfaction, and no department ever led it."""
    unled = Q(status__in=(S.REHANDLING, S.SUPERVISED), department=None)
    return rows.filter(Q(status=S.REFERRED) & ~_returned() | unled)


def returned(rows):
    """Sent back by the department that was to lead."""
    return rows.filter(_returned(), status=S.REFERRED)


def extensions(rows):
    """The lead asked for more time."""
    asked = Extension.objects.filter(suggestion=OuterRef("pk"), is_granted=None)
    return rows.filter(Exists(asked)).annotate(asked_at=Subquery(asked.values("asked_at")[:1]))


def unclaimed(rows):
    """Offered to the deputies for longer than promised."""
    return rows.filter(status=S.ACCEPTED, due_at__lt=timezone.now())


def in_review(rows):
    """A reply lies before its second person."""
    return rows.filter(status=S.REPLY_REVIEW)


def supervised(rows):
    """The author was dissatisfied twice: the office decides how it goes on."""
    return rows.filter(status=S.SUPERVISED)


def to_publish(rows):
    """The author agreed to publication and it has not happened."""
    consent = Consent.objects.filter(suggestion=OuterRef("pk"), kind=Consent.Kind.PUBLISH, withdrawn_at=None)
    return rows.filter(Exists(consent), status__in=PUBLISHABLE, published_at=None)


def overdue(rows):
    """A promise is broken, and not by the author."""
    return rows.filter(status__in=set(Suggestion.OPEN) - set(AUTHORS_TURN), due_at__lt=timezone.now())


QUEUES = (
    Queue("screen", _("To screen"), to_screen),
    Queue("answered", _("Questions answered"), answered),
    Queue("decline", _("Decline proposed by a deputy"), decline_proposed),
    Queue("assign", _("Referred, to be assigned"), to_assign),
    Queue("returned", _("Returned by a department"), returned),
    Queue("extensions", _("More time asked for"), extensions, since="asked_at"),
    Queue("unclaimed", _("Waiting too long for a deputy"), unclaimed, is_alarm=True),
    Queue("review", _("Replies under review"), in_review),
    Queue("supervised", _("Supervised"), supervised, is_alarm=True),
    Queue("publish", _("To publish"), to_publish, since="submitted_at"),
    Queue("overdue", _("Overdue"), overdue, since="due_at", is_alarm=True),
)
BY_SLUG = {queue.slug: queue for queue in QUEUES}


class Counter(NamedTuple):
    """How full a queue is. ``days``: age of the oldest in whole days, None when it is empty."""

    queue: Queue
    number: int
    is_capped: bool
    days: int | None


def counters(now=None) -> list[Counter]:
    """Every queue, counted in one query: up to the cap, and the first in line for the age."""
    now = now or timezone.now()
    parts, params = [], []
    for queue in QUEUES:
        rows = queue.rows(Suggestion.objects.all()).order_by()
        first = rows.order_by(F("due_at").asc(nulls_last=True), "pk").values(queue.since)[:1]
        for part in (rows.values("pk")[: CAP + 1], first):
            sql, given = part.query.sql_with_params()
            parts.append(f"(SELECT count(*) FROM ({sql}) AS q)" if part is not first else f"({sql})")
            params += given
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), params)
        found = cursor.fetchone()
    return [
        Counter(queue, min(number, CAP), number > CAP, max((now - since).days, 0) if since else None)
        for queue, number, since in zip(QUEUES, found[::2], found[1::2], strict=True)
    ]
