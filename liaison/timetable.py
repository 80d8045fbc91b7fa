"""What the calendar shows: the days of a month, a week or one day, each with its first sessions and how many there are.

However many sessions a month has, a page reads a few per day, chosen by the database.
"""

import calendar
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber, TruncDate
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from fzportal.models import Holiday

from .models import Duty, DutyChange, Session, Slot

S = Session.Status
# How many sessions a day shows before it says how many more there are.
SHOWN = {"month": 3, "week": 8}
# Dates further away than this are taken for today: nobody, and no robot, walks on for ever.
YEARS = 5


class Standing(NamedTuple):
    """A session's status as the calendar words it, and its tone."""

    label: str
    tone: str


PLANNED = Standing(pgettext_lazy("session", "Planned"), "info")
OPEN = Standing(pgettext_lazy("session", "Places free"), "done")
FULL = Standing(pgettext_lazy("session", "Fully booked"), "wait")
UNDER_WAY = Standing(pgettext_lazy("session", "Under way"), "done")
OVER = Standing(pgettext_lazy("session", "Over"), "calm")
CANCELLED = Standing(pgettext_lazy("session", "Cancelled"), "late")


class Day(NamedTuple):
    """A day: its sessions (the first few), how many more, and what kind of day it is beyond its weekday."""

    date: date
    sessions: list
    more: int
    holiday: Holiday | None
    is_today: bool
    is_outside: bool


class Stretch(NamedTuple):
    """The dates a page shows (``first <= day <= last``) and the days that lead to the ones before and after."""

    view: str
    first: date
    last: date
    earlier: date | None
    later: date | None

    @property
    def times(self) -> tuple[datetime, datetime]:
        """The stretch as moments, for ``between``."""
        return midnight(self.first), midnight(self.last + timedelta(days=1))


def midnight(day: date) -> datetime:
    """When ``day`` begins in the city."""
    return timezone.make_aware(datetime.combine(day, time()))


def stretch(view: str, day: date, today: date) -> Stretch:
    """The month, week or day around ``day``."""
    if view == "month":
        first = day.replace(day=1)
        last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    elif view == "week":
        first = day - timedelta(days=day.weekday())
        last = first + timedelta(days=6)
    else:
        first = last = day
    earlier, later = first - timedelta(days=1), last + timedelta(days=1)
    if view == "month":
        earlier = earlier.replace(day=1)
    elif view == "week":
        earlier -= timedelta(days=6)
    return Stretch(view, first, last, near(earlier, today), near(later, today))


def near(day: date, today: date) -> date | None:
    """``day``, unless it is too many years away."""
    return day if abs(day.year - today.year) <= YEARS else None


def weeks(sessions, shown: Stretch, now) -> list[list[Day]]:
    """The days of ``shown`` in weeks from Monday to Sunday. ``sessions``: a queryset, narrowed as asked."""
    chosen, totals = first_of_each_day(sessions, shown)
    by_day = {}
    for session in with_standing(Session.objects.filter(pk__in=chosen), now):
        by_day.setdefault(session.day, []).append(session)
    holidays = {h.date: h for h in Holiday.objects.filter(date__range=(shown.first, shown.last))}
    today = timezone.localdate(now)

    def made(day):
        rows = by_day.get(day, [])
        outside = not shown.first <= day <= shown.last
        return Day(day, rows, totals.get(day, 0) - len(rows), holidays.get(day), day == today, outside)

    monday = shown.first - timedelta(days=shown.first.weekday())
    count = (shown.last - monday).days // 7 + 1
    return [[made(monday + timedelta(days=7 * week + n)) for n in range(7)] for week in range(count)]


def first_of_each_day(sessions, shown: Stretch) -> tuple[list[int], dict[date, int]]:
    """(pks of the first few sessions of every day, day -> how many there are), in one query."""
    day = TruncDate("starts_at", tzinfo=timezone.get_default_timezone())
    rows = (
        sessions.order_by()
        .filter(starts_at__gte=shown.times[0], starts_at__lt=shown.times[1])
        .annotate(
            on=day,
            nth=Window(RowNumber(), partition_by=[F("on")], order_by=["starts_at", "pk"]),
            in_all=Window(Count("pk"), partition_by=[F("on")]),
        )
        .filter(nth__lte=SHOWN[shown.view])
        .values_list("pk", "on", "in_all")
    )
    pks, totals = [], {}
    for pk, on, in_all in rows:
        pks.append(pk)
        totals[on] = in_all
    return pks, totals


def of_deputies(sessions, deputies):
    """Sessions at which any of ``deputies`` is on duty, and the cancelled ones that released them from it."""
    of_session = {"session": OuterRef("pk"), "deputy__in": deputies}
    released = DutyChange.objects.filter(
        subject__session=OuterRef("pk"), subject__deputy__in=deputies, after=Duty.Status.RELEASED,
        at=OuterRef("changed_at"),
    )  # fmt: skip
    on_duty = Exists(Duty.objects.active().filter(**of_session))
    return sessions.filter(on_duty | (Q(status=S.CANCELLED) & Exists(released)))


def with_standing(sessions, now) -> list:
    """``sessions`` in order, with station, deputies on duty and ``standing``: two queries."""
    free = Slot.objects.free(now).filter(session=OuterRef("pk"))
    rows = list(sessions.with_parts().annotate(is_free=Exists(free)).order_by("starts_at", "pk"))
    for row in rows:
        row.standing = standing_of(row, now)
    return rows


def standing_of(session, now) -> Standing:
    """How a session with ``is_free`` stands at ``now``."""
    if session.status == S.CANCELLED:
        return CANCELLED
    if session.status == S.HELD or session.ends_at <= now:
        return OVER
    if session.status == S.PLANNED:
        return PLANNED
    if session.is_free:
        return OPEN
    return UNDER_WAY if session.starts_at <= now else FULL
