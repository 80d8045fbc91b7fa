"""Holidays that are added after sessions were announced: what must move is moved or cancelled, and all are told."""

from django.utils import timezone
from django.utils.translation import gettext as _

from fzportal.templatetags.ui import short_day
from fzportal.workflow import record

from .. import recurrence
from ..models import ReceptionRule, Session
from .ground import call_off, drop, reason, shift

S = Session.Status


def keep_what_was_kept(ground):
    """Sessions announced for a day off while the rule said so stay there when it says so no more."""
    keep = ReceptionRule.Holidays.KEEP
    if not ground.rule.unrolled_as.startswith(f"{keep}:") or ground.rule.holidays == keep:
        return
    for session in announced_on_days_off(ground):
        record(session, "session_kept", by=None, role="clock", now=ground.now)
        ground.by_hand.add(session.pk)


def announced_on_days_off(ground) -> list:
    """Announced sessions to come on days that are not worked, unless people put them there."""
    return [
        s for s in sorted(ground.sessions, key=lambda s: (s.starts_at, s.pk))
        if ground.is_coming(s) and s.status == S.ANNOUNCED and s.pk not in ground.by_hand
        and not ground.is_working(s.day)
    ]  # fmt: skip


def settle_announced(ground):
    """Move or cancel announced sessions whose day is no working day any more; everybody concerned is told."""
    if ground.rule.holidays == ReceptionRule.Holidays.KEEP:
        return
    for session in announced_on_days_off(ground):
        day = resolved(ground, session)
        if day is None:
            call_off(
                ground, session, _("%(reason)s: no reception on this day.") % {"reason": reason(ground, session.day)}
            )
            continue
        same_day = [s for s in ground.sessions if s.day == day and s != session and ground.is_coming(s)]
        if any(s.status == S.ANNOUNCED for s in same_day):
            words = _("%(reason)s: please come to the reception on %(day)s at the same place.")
            call_off(ground, session, words % {"reason": reason(ground, session.day), "day": short_day(day)})
            continue
        for other in same_day:
            drop(ground, other)
        shift(ground, session, day)


def resolved(ground, session):
    """The day an announced session on a day off goes to; None where the rule leaves days off out."""
    day = recurrence.resolve(session.occurrence or session.day, ground.rule.holidays, ground.calendar)
    if day is not None and ground.at(day, timezone.localtime(session.starts_at).time()) <= ground.now:
        # The working day before has passed: it cannot but be later.
        day = recurrence.resolve(session.day, "next", ground.calendar)
    return day
