"""The queues of the desk: what waits for somebody, by role, oldest due first."""

from typing import NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fzportal.paging import CAP, Count, Order

from .models import Suggestion, SuggestionChange
from .models.scope import deputies_of, listened_to_by
from .standing import is_late

S = Suggestion.Status
# A row without a promise comes last.
ORDER = Order(("due_at", "id"), descending=False, nulls=True)
# Days before the due date from which a row asks for attention.
SOON = 3


class Queue(NamedTuple):
    """One list of the desk. ``slug`` stands in the address, ``empty`` says what an empty list means."""

    slug: str
    label: str
    rows: QuerySet
    empty: str


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
        found.append(Section(_("For the department"), _departments(departments, now)))
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


def _stations(stations) -> Queue:
    rows = Suggestion.objects.published().filter(station__in=stations)
    empty = _("Nothing has come from your station yet.")
    return Queue("station", _("From this station"), rows, empty)


def within_reach_of(user) -> QuerySet:
    """What an act of ``user`` may be about: what they work on, and what another deputy of their area took meanwhile."""
    deputies = deputies_of(user)
    if user.is_office or not deputies:
        return Suggestion.objects.workable_by(user)
    departments = user.scopes("handler") | user.scopes("approver")
    area = listened_to_by(deputies) & ~Q(recusals__deputy__in=deputies)
    return Suggestion.objects.submitted().filter(Q(department__in=departments) | Q(deputy__in=deputies) | area)


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


def place_of(suggestion) -> tuple:
    """Where it stands in a queue: (due_at, pk). Taken before an act, for the act moves it."""
    return suggestion.due_at, suggestion.pk


def next_after(rows, place):
    """The row of a queue that follows ``place``, else its first other row, else None."""
    due_at, pk = place
    others = rows.exclude(pk=pk).order_by(F("due_at").asc(nulls_last=True), "pk").only("pk", "number")
    later = Q(due_at=None, pk__gt=pk)
    if due_at is not None:
        later = Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk) | Q(due_at=None)
    return others.filter(later).first() or others.first()


def urgency(suggestion, now=None) -> Urgency | None:
    """Overdue, due today, soon or later, in calendar days; None where nothing is due or the author let time pass."""
    if suggestion.due_at is None or not suggestion.is_open:
        return None
    now = now or timezone.now()
    days = (timezone.localdate(suggestion.due_at) - timezone.localdate(now)).days
    if suggestion.due_at < now:
        if not is_late(suggestion):
            return None
        late = max(-days, 1)
        return Urgency("late", ngettext("Overdue by %(days)s day", "Overdue by %(days)s days", late) % {"days": late})
    if days == 0:
        return Urgency("wait", _("Due today"))
    tone = "wait" if days <= SOON else "calm"
    return Urgency(tone, ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days})


def age(suggestion, now=None) -> str:
    """How long ago it was received, in days."""
    days = (timezone.localdate(now or timezone.now()) - timezone.localdate(suggestion.submitted_at)).days
    if days < 1:
        return _("Received today")
    return ngettext("Received %(days)s day ago", "Received %(days)s days ago", days) % {"days": days}
