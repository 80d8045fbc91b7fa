"""Everything with a running clock: what is due soon, today or overdue, and what a changed calendar moves."""

from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from fzportal import workdays

from .models import Assignment, Commitment, Proposal, ServicePromise, Suggestion
from .permissions.department import AT_WORK
from .standing import AUTHORS_TURN

S, P = Suggestion.Status, Proposal.Status
# States whose clock goes on from an earlier one (``Clock.KEEP``): they share its days of warning.
KEEPS_PROMISE_OF = {S.IN_PROGRESS: S.ASSIGNED, S.REPLY_REVIEW: S.ASSIGNED}
# Working days of warning before a day that no service promise set: a department's own, the law's.
WARNING_OF_COMMITMENTS = 5
WARNING_OF_THE_LAW = 10


class Watch(NamedTuple):
    """Rows of one kind whose clock runs. ``soon``: which are within their days of warning, later than now or not;
    ``offers``: where the time is an offer to the author, or the deputy, that nobody breaks.
    """

    rows: QuerySet
    soon: Q
    offers: tuple = ()


def watches(now) -> list[Watch]:
    """All of them at ``now``."""
    warned = {p.state: Q(due_at__lte=_within(p.remind_before, now)) for p in ServicePromise.objects.all()}
    never = Q(pk__in=[])
    of_cases = {s: warned.get(KEEPS_PROMISE_OF.get(s, s), never) for s in Suggestion.OPEN}
    of_proposals = {s: warned.get(f"proposal_{s}", never) for s in P.values}
    of_proposals |= dict.fromkeys((P.ASSIGNED, P.IN_PROGRESS, P.REPLY_REVIEW), _soon(WARNING_OF_THE_LAW, now))
    return [
        # What is taken up into a proposal is reminded of with the proposal, whose clock it has.
        Watch(Suggestion.objects.open().exclude(status=S.ESCALATED).defer("search"), _by_state(of_cases), AUTHORS_TURN),
        Watch(opinions(), warned.get("opinion", never)),
        Watch(Commitment.objects.filter(status=Commitment.Status.PROMISED), _soon(WARNING_OF_COMMITMENTS, now)),
        Watch(Proposal.objects.open(), _by_state(of_proposals), (P.REPLIED,)),
    ]


def opinions() -> QuerySet:
    """Co-handlers' parts whose opinion is waited for."""
    return Assignment.objects.missing().filter(suggestion__status__in=AT_WORK)


def to_remind(watch, event, now) -> QuerySet:
    """Rows of ``watch`` to be told ``event`` ("overdue", "due_today", "due_soon") that were not yet, oldest due first.

    On the day itself, and after it, the nearer word replaces the earlier one.
    """
    tonight = workdays.close_of(timezone.localdate(now))
    offers = Q(status__in=watch.offers)
    due = {
        "overdue": Q(due_at__lt=now) & ~offers,
        "due_today": Q(due_at__gte=now, due_at__lte=tonight) & ~offers,
        "due_soon": Q(due_at__gte=now) & (Q(due_at__gt=tonight) | offers) & watch.soon,
    }[event]
    model = watch.rows.model
    changes = model._meta.get_field("changes").related_model.objects
    told = changes.filter(subject=OuterRef("pk"), event=model.news_prefix + event, due_at=OuterRef("due_at"))
    return watch.rows.filter(due).exclude(Exists(told)).order_by("due_at", "pk")


def miscounted():
    """Rows whose due date is not what its rule makes of today's calendar: the calendar changed since.

    Days are counted once for each distinct promise, however many rows have it.
    """
    for rows in (Suggestion.objects.open().defer("search"), Assignment.objects.missing(), Proposal.objects.open()):
        counted = rows.filter(due_at__isnull=False, due_since__isnull=False).exclude(due_rule__in=("", "="))
        # A date set by hand stands, but not what was counted on from there.
        counted = counted.exclude(Q(due_rule__startswith="=") & ~Q(due_rule__contains="+"))
        kinds = counted.annotate(day=TruncDate("due_since")).order_by().values_list("day", "due_rule", "due_at")
        for day, rule, due_at in list(kinds.distinct()):
            if workdays.close_of(workdays.due(day, rule)) != due_at:
                yield from counted.filter(due_since__date=day, due_rule=rule, due_at=due_at).order_by("pk")


def _within(days, now):
    """The end of the ``days``-th working day from ``now``."""
    return workdays.close_of(workdays.add(timezone.localdate(now), days))


def _soon(days, now) -> Q:
    return Q(due_at__lte=_within(days, now))


def _by_state(conditions) -> Q:
    """Each state with its own condition."""
    found = Q(pk__in=[])
    for state, condition in conditions.items():
        found |= Q(status=state) & condition
    return found
