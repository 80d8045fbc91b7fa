"""The queues of the desk: what waits for somebody, by role, oldest due first."""

from typing import NamedTuple

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fzportal import workdays
from fzportal.paging import CAP, Count, Order

from .models import Assignment, Suggestion, SuggestionChange
from .models.scope import deputies_of, listened_to_by
from .permissions.department import AT_WORK
from .standing import is_late

S = Suggestion.Status
# Working days before the due date from which a row asks for attention.
SOON = 3


class Queue(NamedTuple):
    """One list of the desk. ``slug`` stands in the address, ``empty`` says what an empty list means.

    ``due``: the column or annotation of ``rows`` that says until when its reader has time.
    """

    slug: str
    label: str
    rows: QuerySet
    empty: str
    due: str = "due_at"

    @property
    def order(self) -> Order:
        """Oldest due first; a row without a promise comes last."""
        return Order((self.due, "id"), descending=False, nulls=True)


class Section(NamedTuple):
    """The queues of one role."""

    role: str
    queues: tuple[Queue, ...]


class Urgency(NamedTuple):
    """How a due date is shown: a tone, and the word that says the same without colour."""

    tone: str
    word: str


def sections_for(user) -> list[Section]:
    """The roles of ``user`` that work at the desk, each with its queues. The office works in the admin."""
    now = timezone.now()
    found = []
    if deputies := deputies_of(user):
        found.append(Section(_("As a deputy"), _deputys(deputies, now)))
    if departments := user.scopes("handler") | user.scopes("approver"):
        found.append(Section(_("For the department"), (*_departments(departments, now), _assisting(departments))))
    if stations := user.scopes("officer"):
        found.append(Section(_("At the station"), (_stations(stations),)))
    return found


def _deputys(deputies, now) -> tuple[Queue, ...]:
    pool = Suggestion.objects.in_pool_of(deputies)
    # A deputy's own answer that did not satisfy comes back to that deputy.
    in_hand = Q(status=S.TRIAGING) | Q(status=S.REHANDLING, department=None)
    mine = Suggestion.objects.filter(deputy__in=deputies)
    late = (pool | mine.filter(in_hand)).filter(status__in=Suggestion.OPEN, due_at__lt=now)
    return (
        Queue("pool", _("To claim"), pool, _("Nothing waits to be claimed in your divisions, fields and stations.")),
        Queue("claimed", _("Claimed by me"), mine.filter(in_hand), _("You have nothing in hand.")),
        Queue("overdue", _("Overdue"), late, _("Nothing is overdue.")),
        Queue("passed-on", _("Passed on, following up"), mine.open().exclude(in_hand), _("You follow up nothing now.")),
    )


def _departments(departments, now) -> tuple[Queue, ...]:
    led = Suggestion.objects.filter(department__in=departments)
    handled = led.filter(status__in=(S.IN_PROGRESS, S.REHANDLING))
    late = led.filter(status__in=(S.ASSIGNED, S.IN_PROGRESS, S.REHANDLING, S.REPLY_REVIEW), due_at__lt=now)
    return (
        Queue("assigned", _("Assigned"), led.filter(status=S.ASSIGNED), _("Nothing new has been assigned.")),
        Queue("in-progress", _("In progress"), handled, _("Nothing is being handled now.")),
        Queue("to-release", _("To release"), led.filter(status=S.REPLY_REVIEW), _("No reply waits to be released.")),
        Queue("department-overdue", _("Overdue"), late, _("Nothing is overdue.")),
    )


def _assisting(departments) -> Queue:
    """Cases that wait for these departments' opinion, by the day it is due."""
    parts = Assignment.objects.missing().filter(department__in=departments, suggestion=OuterRef("pk"))
    rows = Suggestion.objects.filter(
        pk__in=Assignment.objects.missing().filter(department__in=departments).values("suggestion"), status__in=AT_WORK
    ).annotate(opinion_due=Subquery(parts.order_by("due_at").values("due_at")[:1]))
    return Queue("assist", _("To assist"), rows, _("Nobody waits for your opinion."), due="opinion_due")


def _stations(stations) -> Queue:
    rows = Suggestion.objects.published().filter(station__in=stations)
    empty = _("Nothing has come from your station yet.")
    return Queue("station", _("From this station"), rows, empty)


def within_reach_of(user) -> QuerySet:
    """What an act of ``user`` may be about: what they work on, and what left them a moment ago.

    Another deputy of their area took it, or somebody of their department returned it.
    """
    deputies = deputies_of(user)
    if user.is_office:
        return Suggestion.objects.workable_by(user)
    if not deputies:
        return Suggestion.objects.submitted().filter(_departments_had(user))
    area = listened_to_by(deputies) & ~Q(recusals__deputy__in=deputies)
    return Suggestion.objects.submitted().filter(_departments_had(user) | Q(deputy__in=deputies) | area)


def _departments_had(user) -> Q:
    """Cases in which the user's departments have or had a part: a colleague may have returned it a moment ago."""
    departments = user.scopes("handler") | user.scopes("approver")
    parts = Assignment.objects.filter(department__in=departments)
    return Q(department__in=departments) | Q(pk__in=parts.values("suggestion"))


def for_lists(rows) -> QuerySet:
    """``rows`` with what a line of a list shows, without the long texts."""
    return rows.select_related("category", "division__parent", "public").defer(
        "situation", "proposal", "search", "public__situation", "public__proposal"
    )


def sent_back(rows) -> set[int]:
    """The pks of ``rows`` (a page of them) whose reply an approver sent back to be improved."""
    begun = [row.pk for row in rows if row.status == S.IN_PROGRESS]
    return set(SuggestionChange.objects.filter(subject__in=begun, event="sent_back").values_list("subject", flat=True))


def counts(queues) -> dict[str, Count]:
    """How many rows each queue holds, up to the cap, in one query."""
    if not queues:
        return {}
    asked = [q.rows.order_by().values("pk")[: CAP + 1].query.sql_with_params() for q in queues]
    counted = ", ".join(f"(SELECT count(*) FROM ({sql}) AS queue)" for sql, _params in asked)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counted}", [p for _sql, params in asked for p in params])
        found = cursor.fetchone()
    return {q.slug: Count(min(n, CAP), n > CAP) for q, n in zip(queues, found, strict=True)}


def place_of(suggestion, queue=None) -> tuple:
    """Where it stands in ``queue`` (None: in none): (due, pk). Taken before an act, for the act moves it."""
    if queue is None or queue.due == "due_at":
        return suggestion.due_at, suggestion.pk
    return queue.rows.filter(pk=suggestion.pk).values_list(queue.due, flat=True).first(), suggestion.pk


def next_after(queue, place):
    """The row of ``queue`` that follows ``place``, else its first other row, else None."""
    due, (moment, pk) = queue.due, place
    others = queue.rows.exclude(pk=pk).order_by(F(due).asc(nulls_last=True), "pk").only("pk", "number")
    later = Q(**{due: None}, pk__gt=pk)
    if moment is not None:
        later = Q(**{f"{due}__gt": moment}) | Q(**{due: moment}, pk__gt=pk) | Q(**{due: None})
    return others.filter(later).first() or others.first()


def urgency(suggestion, now=None) -> Urgency | None:
    """How its due date is shown, or None."""
    return urgency_of(suggestion.due_at, now) if has_urgency(suggestion, now) else None


def has_urgency(suggestion, now=None) -> bool:
    """Whether its due date presses anybody: nothing is due at an end, and the author may let time pass."""
    if suggestion.due_at is None or not suggestion.is_open:
        return False
    return suggestion.due_at >= (now or timezone.now()) or is_late(suggestion)


def urgency_of(due_at, now=None, known=None) -> Urgency:
    """Overdue, due today, soon or later, in working days. ``known``: of ``workdays.exceptions``, spares the query."""
    now = now or timezone.now()
    today, day = timezone.localdate(now), timezone.localdate(due_at)
    days = workdays.between(today, day, known)
    if due_at < now:
        late = max(-days, 1)
        text = ngettext("Overdue by %(days)s working day", "Overdue by %(days)s working days", late)
        return Urgency("late", text % {"days": late})
    if day == today:
        return Urgency("wait", _("Due today"))
    text = ngettext("%(n)s working day left", "%(n)s working days left", days) % {"n": days}
    return Urgency("wait" if days <= SOON else "calm", text)


def urgencies(rows, queue, now=None) -> dict:
    """{pk: how its due date in ``queue`` is shown, or None} for ``rows``, a page of it, by one look at the calendar."""
    now = now or timezone.now()
    due = {row.pk: getattr(row, queue.due) for row in rows}
    days = [timezone.localdate(moment) for moment in (now, *filter(None, due.values()))]
    known = workdays.exceptions(min(days), max(days))
    is_own = queue.due == "due_at"
    shown = {row.pk for row in rows if (has_urgency(row, now) if is_own else due[row.pk])}
    return {pk: urgency_of(moment, now, known) if pk in shown else None for pk, moment in due.items()}


def age(suggestion, now=None) -> str:
    """How long ago it was received, in days."""
    days = (timezone.localdate(now or timezone.now()) - timezone.localdate(suggestion.submitted_at)).days
    if days < 1:
        return _("Received today")
    return ngettext("Received %(days)s day ago", "Received %(days)s days ago", days) % {"days": days}
