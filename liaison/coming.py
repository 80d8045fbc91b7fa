"""The next days of a rule, before anybody has saved it: what holidays do to them, and what stands in their way."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from fzportal import workdays
from fzportal.models import Holiday
from fzportal.templatetags.ui import short_day, span

from . import recurrence
from .models import Duty, Session

# A rule that names a day every other year still shows the next ones.
LOOKED_AHEAD = timedelta(days=3 * 366)


class Coming(NamedTuple):
    """A day the rule names and what becomes of it. ``day`` is None where it is left out."""

    occurrence: date
    day: date | None
    moved: str
    conflicts: list[str]


def coming(rule, deputies=(), *, now=None, number=12) -> list[Coming]:
    """The next ``number`` days of ``rule``, saved or not, with ``deputies`` in its rota."""
    now = now or timezone.now()
    first = timezone.localdate(now)
    last = first + LOOKED_AHEAD
    calendar = workdays.exceptions(first - recurrence.MARGIN, last + 2 * recurrence.MARGIN)
    names = dict(Holiday.objects.filter(date__range=(first, last), is_working=False).values_list("date", "name"))
    named = [d for d in recurrence.occurrences(rule, first, last) if moment(d, rule.begins) > now][:number]
    days = [recurrence.resolve(d, rule.holidays, calendar) for d in named]
    conflicts = in_the_way(rule, [d for d in days if d], deputies)
    rows = []
    for n, (occurrence, day) in enumerate(zip(named, days, strict=True)):
        moved = "" if workdays.is_working(occurrence, calendar) else said(occurrence, day, names)
        if day and day in days[:n]:
            moved += _(" (one session with the one before)")
        rows.append(Coming(occurrence, day, moved, conflicts.get(day, [])))
    return rows


def said(occurrence, day, names) -> str:
    """国庆节，顺延至10月8日."""
    about = {"reason": names.get(occurrence) or WEEKDAYS[occurrence.weekday()], "day": short_day(day)}
    if day is None:
        return _("%(reason)s: left out") % about
    if day == occurrence:
        return _("%(reason)s: held all the same") % about
    if day > occurrence:
        return _("%(reason)s: put off to %(day)s") % about
    return _("%(reason)s: brought forward to %(day)s") % about


def moment(day, clock):
    """``clock`` on ``day`` in the city."""
    return timezone.make_aware(datetime.combine(day, clock))


def in_the_way(rule, days, deputies) -> dict[date, list[str]]:
    """day -> what else takes place at the station or keeps a deputy busy at those hours."""
    if not days:
        return {}
    reach = (moment(min(days), rule.begins), moment(max(days), rule.ends))
    others = Session.objects.taking_place().filter(starts_at__lt=reach[1], ends_at__gt=reach[0])
    duties = Duty.objects.active().filter(deputy__in=deputies, span__overlap=reach)
    duties = duties.select_related("deputy", "session__station")
    if rule.pk:
        others, duties = others.exclude(rule=rule), duties.exclude(session__rule=rule)
    found = {}
    for session in others.filter(station=rule.station_id):
        _put(found, rule, session, _("this station receives at %(hours)s too"), {})
    for duty in duties:
        words = _("%(name)s is at %(station)s at %(hours)s")
        _put(found, rule, duty.session, words, {"name": duty.deputy, "station": duty.session.station})
    return found


def _put(found, rule, session, words, about):
    day = session.day
    if session.starts_at < moment(day, rule.ends) and session.ends_at > moment(day, rule.begins):
        hours = span(session.starts_at, session.ends_at)
        found.setdefault(day, []).append(words % {**about, "hours": hours})
