"""Working days of China: weekends and public holidays off, make-up days on (DOMAIN rule 13).

A calendar is read once per question from the ``Holiday`` table. Days are counted from the day after the start, so
"15 working days from assignment" ends at the close of the 15th working day after it.
"""

import calendar
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from .models import Holiday


def exceptions(first: date, last: date) -> dict[date, bool]:
    """Dates in ``first..last`` that differ from their weekday, each with whether it is worked."""
    return dict(Holiday.objects.filter(date__range=(first, last)).values_list("date", "is_working"))


def is_working(day: date, known: dict[date, bool] | None = None) -> bool:
    """Whether ``day`` is worked; ``known`` spares the query when many days are asked."""
    known = exceptions(day, day) if known is None else known
    return known.get(day, day.weekday() < 5)


def add(start: date, days: int) -> date:
    """The ``days``-th working day after ``start`` (0: ``start`` itself). Raises ValueError for negative ``days``."""
    if days < 0:
        raise ValueError("working days are counted forwards")
    known = exceptions(start, start + timedelta(days=days * 3 + 60))
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working(day, known)
    return day


def between(start: date, end: date, known: dict[date, bool] | None = None) -> int:
    """How many working days lie in ``start < day <= end``; negative when ``end`` is before ``start``.

    ``known`` spares the query when many spans are asked.
    """
    if end < start:
        return -between(end, start, known)
    known = exceptions(start, end) if known is None else known
    return sum(is_working(start + timedelta(days=n), known) for n in range(1, (end - start).days + 1))


def days_off(start: date, end: date) -> list[Holiday]:
    """The named holidays that fall in ``start < day <= end``, oldest first: for explaining a due date."""
    return list(Holiday.objects.filter(date__gt=start, date__lte=end, is_working=False).order_by("date"))


def add_months(start: date, months: int) -> date:
    """The same day ``months`` later, or that month's last day; moved on to a working day when it is none."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
    known = exceptions(day, day + timedelta(days=30))
    while not is_working(day, known):
        day += timedelta(days=1)
    return day


def due(start: date, rule: str) -> date:
    """The day on which a promise made on ``start`` ends.

    ``rule``: "15d" working days, "3m" months, "=2026-12-31" that day; "+10d" behind it, any number of times, is an
    extension by so many working days.
    """
    base, *extensions = rule.split("+")
    if base.startswith("="):
        day = date.fromisoformat(base[1:])
    else:
        counted = add_months if base.endswith("m") else add
        day = counted(start, int(base[:-1]))
    for extension in extensions:
        day = add(day, int(extension.removesuffix("d")))
    return day


def close_of(day: date) -> datetime:
    """The last second of ``day`` in the portal's time zone: when something due on that day becomes overdue."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
