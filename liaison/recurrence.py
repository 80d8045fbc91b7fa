"""When a rule's days come round: RFC 5545 recurrences by whole days, and what becomes of those on days off.

No database here: a rule is anything with ``recurrence``, ``since``, ``until`` and ``holidays``; a calendar is what
``workdays.exceptions`` gives, date -> whether it is worked. Every occurrence resolves to exactly one day, or to none
where days off are skipped; occurrences that resolve to the same day fall together (DOMAIN rules 11 and 13).
"""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from dateutil.rrule import rrulestr
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from fzportal import workdays

DAY = timedelta(days=1)
# The longest way to a working day that is looked for, on either side of a window.
MARGIN = timedelta(days=60)
# A rule that names no day in so many years never will, 29 February included.
SEARCHED = timedelta(days=9 * 366)
NUMBER, WEEKDAY = r"[1-9]\d?", "(?:MO|TU|WE|TH|FR|SA|SU)"
SHAPES = {
    "INTERVAL": rf"{NUMBER}",
    "BYDAY": rf"{WEEKDAY}(?:,{WEEKDAY})*",
    "BYMONTH": rf"{NUMBER}(?:,{NUMBER})*",
    "BYMONTHDAY": rf"-?{NUMBER}(?:,-?{NUMBER})*",
    "BYSETPOS": rf"-?{NUMBER}(?:,-?{NUMBER})*",
    "WKST": WEEKDAY,
}
NTH_DAYS = rf"(?:-?[1-5])?{WEEKDAY}(?:,(?:-?[1-5])?{WEEKDAY})*"
LIMITS = {"BYMONTH": 12, "BYMONTHDAY": 31}
# What may stand in a rule of each frequency, and what must: the day is said by the rule, not by its beginning.
ALLOWED = {
    "DAILY": ({"INTERVAL"}, ()),
    "WEEKLY": ({"INTERVAL", "BYDAY", "BYMONTH", "WKST"}, (("BYDAY",),)),
    "MONTHLY": ({"INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"}, (("BYDAY", "BYMONTHDAY"),)),
    "YEARLY": (
        {"INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"}, (("BYMONTH",), ("BYDAY", "BYMONTHDAY")),
    ),
}  # fmt: skip


class Gathered(NamedTuple):
    """A day and the occurrences that resolve to it, in order. ``key`` is the one nearest to the day."""

    day: date
    occurrences: tuple[date, ...]

    @property
    def key(self) -> date:
        """The occurrence the session is known by: the day itself where it is one, so that it stays when others go."""
        return min(self.occurrences, key=lambda o: (abs(o - self.day), o))


def parse(text: str) -> dict[str, str]:
    """The parts of a recurrence, upper case: {"FREQ": "MONTHLY", "BYMONTHDAY": "15"}. Raises ValidationError."""
    text = re.sub(r"\s", "", text).upper().removeprefix("RRULE:")
    pairs = [part.partition("=") for part in text.split(";") if part]
    parts = {name: value for name, _equals, value in pairs}
    if len(parts) != len(pairs) or parts.get("FREQ") not in ALLOWED:
        raise ValidationError(_("Begin with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY, and name each part once."))
    allowed, needed = ALLOWED[parts["FREQ"]]
    for name, value in parts.items():
        if name != "FREQ":
            _check_part(name, value, parts["FREQ"], allowed)
    for choice in needed:
        if not set(choice) & set(parts):
            raise ValidationError(_("%(part)s is missing."), params={"part": _(" or ").join(choice)})
    return parts


def _check_part(name, value, frequency, allowed):
    if name not in allowed:
        raise ValidationError(
            _("%(part)s cannot be used with FREQ=%(frequency)s."), params={"part": name, "frequency": frequency}
        )
    shape = NTH_DAYS if name == "BYDAY" and frequency in ("MONTHLY", "YEARLY") else SHAPES[name]
    limit = LIMITS.get(name)
    within = limit is None or all(abs(int(number)) <= limit for number in re.findall(r"\d+", value))
    if not re.fullmatch(shape, value) or not within:
        raise ValidationError(_("%(part)s cannot be “%(value)s”."), params={"part": name, "value": value})


def normal(text: str) -> str:
    """One way to write it: "FREQ=MONTHLY;BYMONTHDAY=15". Raises ValidationError."""
    parts = parse(text)
    return ";".join(f"{name}={parts[name]}" for name in ("FREQ", *SHAPES) if name in parts)


def validate(text: str, since: date | None = None):
    """Raise ValidationError unless ``text`` is a recurrence of whole days that comes round at all after ``since``."""
    since = since or date(2018, 1, 1)
    until = min(since, date.max - SEARCHED) + SEARCHED
    if not _dates(normal(text), since, since, until):
        raise ValidationError(_("No day ever fits this rule."))


def _dates(text, anchor, since, until) -> list[date]:
    """The days of ``text`` counted from ``anchor``, in ``since <= day <= until``."""
    last = datetime.combine(until, time())
    found = rrulestr(f"{text};UNTIL={last.year:04}{last:%m%dT%H%M%S}", dtstart=datetime.combine(anchor, time()))
    return [at.date() for at in found.between(datetime.combine(since, time()), last, inc=True)]


def occurrences(rule, since: date, until: date) -> list[date]:
    """The days the rule names in ``since <= day <= until``, within its own first and last day, before holidays."""
    since, until = max(since, rule.since), min(until, rule.until or until)
    return _dates(rule.recurrence, rule.since, since, until) if since <= until else []


def resolve(day: date, policy: str, calendar: dict[date, bool]) -> date | None:
    """Where an occurrence takes place: ``policy`` is "next", "previous", "skip" (None on a day off) or "keep"."""
    if policy == "keep" or workdays.is_working(day, calendar):
        return day
    if policy == "skip":
        return None
    step = DAY if policy == "next" else -DAY
    while not workdays.is_working(day, calendar):
        day += step
    return day


def days(rule, since: date, until: date, calendar: dict[date, bool]) -> list[Gathered]:
    """The days in ``since <= day <= until`` on which the rule's sessions take place, in order.

    An occurrence just outside may resolve into the window, one inside may resolve out of it. ``calendar`` must reach
    ``MARGIN`` beyond both ends.
    """
    first, last = since, until
    while first > since - MARGIN and not workdays.is_working(first - DAY, calendar):
        first -= DAY
    while last < until + MARGIN and not workdays.is_working(last + DAY, calendar):
        last += DAY
    found = {}
    for occurrence in occurrences(rule, first, last):
        day = resolve(occurrence, rule.holidays, calendar)
        if day is not None and since <= day <= until:
            found.setdefault(day, []).append(occurrence)
    return [Gathered(day, tuple(found[day])) for day in sorted(found)]
