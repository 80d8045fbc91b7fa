"""The change of term (DOMAIN rule 10): who stays a deputy, who leaves, and what leaves with them.

What continuing deputies hold, listen to and are resident at goes on; nothing else changes.
"""

from datetime import date, timedelta
from hashlib import sha256
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import is_office
from fzportal.workflow import MoveNotAllowed, move
from liaison.models import Deputy, Duty, Session, Term

from ..models import Suggestion
from .deputy import release

PLANNED, ANNOUNCED = Session.Status.PLANNED, Session.Status.ANNOUNCED


class Carrying(NamedTuple):
    """What a change of term does: the deputies both ways, and what the leaving ones give up."""

    term: Term
    from_term: Term
    continuing: list[Deputy]
    leaving: list[Deputy]
    cases: list[Suggestion]
    duties: list[Duty]
    residencies: int

    @property
    def last_day(self) -> date:
        """Of those who leave: the day before the new term begins."""
        return last_day_before(self.term)

    @property
    def key(self) -> str:
        """Another one when anything of it is another: what was previewed is what is done."""
        parts = [[row.pk for row in rows] for rows in (self.continuing, self.leaving, self.cases, self.duties)]
        return sha256(repr([self.term.pk, self.from_term.pk, *parts, self.residencies]).encode()).hexdigest()[:16]


class Outdated(Exception):
    """Something has changed since the preview. ``carrying`` is as it would be now."""

    def __init__(self, carrying):
        super().__init__(carrying.key)
        self.carrying = carrying


def last_day_before(term) -> date:
    """The last day of those who do not continue in ``term``."""
    return term.since - timedelta(days=1)


def candidates(term, from_term, level=""):
    """The deputies of ``from_term`` who are in office until ``term`` begins, by pinyin."""
    lasting = Q(until=None) | Q(until__gte=last_day_before(term))
    rows = Deputy.objects.filter(lasting, term=from_term, since__lt=term.since)
    return (rows.filter(level=level) if level else rows).order_by("pinyin", "pk")


def plan(term, from_term, *, continuing, level="") -> Carrying:
    """What carrying over would do, when the candidates whose pks are in ``continuing`` stay."""
    found = list(candidates(term, from_term, level).select_related("delegation", "constituency"))
    stay, leave = [d for d in found if d.pk in continuing], [d for d in found if d.pk not in continuing]
    duties = Duty.objects.active().filter(
        deputy__in=leave, session__status__in=(PLANNED, ANNOUNCED), session__starts_at__date__gte=term.since
    )
    return Carrying(
        term=term,
        from_term=from_term,
        continuing=stay,
        leaving=leave,
        cases=list(
            Suggestion.objects.filter(status="triaging", deputy__in=leave).select_related("deputy").order_by("pk")
        ),
        duties=list(duties.with_parts().order_by("session__starts_at", "pk")),
        residencies=Deputy.stations.through.objects.filter(deputy__in=leave).count(),
    )


@transaction.atomic
def carry_over(term, from_term, *, continuing, by, level="", key="") -> Carrying:
    """Change the term, and give what was done. ``key``: of the plan that was previewed.

    Cases of leaving deputies go back to the pool at once, their duties after the last day are released, their
    residencies end: at once when the last day is over, else they last as long as the membership does.
    Raises MoveNotAllowed for others than the office, Outdated. Running twice changes nothing more.
    """
    if not is_office(by):
        raise MoveNotAllowed(Duty(), "released", by)
    list(candidates(term, from_term, level).select_for_update(no_key=True).order_by("pk").values_list("pk"))
    done = plan(term, from_term, continuing=continuing, level=level)
    if key and key != done.key:
        raise Outdated(done)
    note = _("The term has changed: deputy %(name)s does not continue.")
    for case in done.cases:
        release(case, by=by, note=note % {"name": case.deputy.name})
    for duty in done.duties:
        event = "duty_dropped" if duty.status == Duty.Status.PROPOSED else "duty_released"
        move(duty, Duty.Status.RELEASED, by=by, note=note % {"name": duty.deputy.name}, event=event)
    Deputy.objects.filter(pk__in=[d.pk for d in done.continuing]).update(term=term, until=None)
    leaving = [d.pk for d in done.leaving]
    Deputy.objects.filter(pk__in=leaving).update(until=done.last_day)
    if done.last_day < timezone.localdate():
        Deputy.stations.through.objects.filter(deputy__in=leaving).delete()
    return done
