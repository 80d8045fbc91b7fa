"""``/sessions/<pk>/``: a session in public, and its times with places left."""

from datetime import timedelta
from typing import NamedTuple

from django.db.models import Count, F, Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ..models import Appointment, Reception, Session, Slot
from ..reading import next_sessions

A, S = Appointment.Status, Session.Status
TONES = {S.PLANNED: "calm", S.ANNOUNCED: "info", S.HELD: "done", S.CANCELLED: "late"}
WAITING = Count("appointments", filter=Q(appointments__status=A.WAITLISTED))


class Time(NamedTuple):
    """A line of the list of times: the slot, what it says, and what one may do ("book", "wait" or "")."""

    slot: Slot
    words: str
    act: str


@require_safe
def session_detail(request, pk):
    """Who receives whom where and when, and which times are free."""
    session = get_object_or_404(Session.objects.with_parts().select_related("rule"), pk=pk)
    now = timezone.now()
    times = [
        as_time(slot, session, now) for slot in session.slots.annotate(waiting=WAITING).order_by("starts_at", "pk")
    ]
    values = {
        "session": session,
        "deputies": [duty.deputy for duty in session.on_duty],
        "tone": TONES[session.status],
        "times": times,
        "mine": own_appointment(request.user, session),
        "opens_on": opens_on(session, now),
        **aftermath(session),
    }
    if not any(time.act == "book" for time in times):
        values["others"] = next_sessions(session, now)
    return render(request, "liaison/session.html", values)


def as_time(slot, session, now) -> Time:
    """``slot`` (with ``waiting``) as a visitor reads it."""
    if slot.starts_at <= now:
        return Time(slot, _("has begun"), "")
    if not session.is_open:
        return Time(slot, "", "")
    if slot.free > 0:
        words = ngettext("%(count)d place left", "%(count)d places left", slot.free) % {"count": slot.free}
        return Time(slot, words, "book")
    return Time(slot, _("Full; you may wait (%(count)d in line before you)") % {"count": slot.waiting}, "wait")


def opens_on(session, now):
    """When appointments begin, for a session only planned; None when the day is past or is not known."""
    if session.status != S.PLANNED or session.rule is None:
        return None
    day = session.starts_at - timedelta(days=session.rule.announce_days)
    return day if day > now else None


def own_appointment(user, session):
    """The open appointment of ``user`` for this session, or None."""
    if not user.is_authenticated:
        return None
    return session.appointments.open().of_user(user).select_related("slot").first()


def aftermath(session) -> dict:
    """Why it was cancelled, or what came of it."""
    if session.status == S.CANCELLED:
        change = session.changes.filter(event="session_off").last()
        return {"why": change.note if change else ""}
    if session.status != S.HELD:
        return {}
    labels = dict(Reception.Outcome.choices)
    rows = Reception.objects.filter(appointment__session=session).order_by().values_list("outcome")
    outcomes = rows.annotate(number=Count("pk")).order_by(F("number").desc(), "outcome")
    return {"outcomes": [(labels[outcome], number) for outcome, number in outcomes]}
