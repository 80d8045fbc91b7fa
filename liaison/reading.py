"""What the holder of an appointment reads on its page."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import CodeHolder

from .models import Appointment, Session
from .timeline import timeline

A = Appointment.Status
AHEAD = (A.BOOKED, A.OFFERED, A.WAITLISTED)
NEXT_SESSIONS = 3
TONES = {
    A.BOOKED: "done", A.WAITLISTED: "wait", A.OFFERED: "late", A.CHECKED_IN: "info", A.SERVED: "done",
    A.NO_SHOW: "calm", A.CANCELLED: "calm",
}  # fmt: skip


def reading(appointment, by) -> dict:
    """The values of templates/liaison/appointment.html; ``appointment`` comes ``with_parts``."""
    now, session = timezone.now(), appointment.session
    is_over = appointment.status in (A.CANCELLED, A.NO_SHOW)
    changes = list(appointment.changes.all())
    lines = timeline(changes)
    return {
        "appointment": appointment,
        "session": session,
        "station": session.station,
        "deputies": on_duty(session),
        "tone": TONES[appointment.status],
        "may_change": appointment.status in AHEAD and appointment.slot.starts_at > now,
        "is_over": is_over,
        # Whoever waits has no place in the meeting yet.
        "link": session.link if appointment.status in (A.BOOKED, A.CHECKED_IN) else "",
        "before_me": before(appointment),
        "told": told(appointment, by),
        "why": lines[-1].note if lines else "",
        "timeline": lines,
        "others": next_sessions(session, now) if is_over else [],
        **outcome(appointment, by),
    }


def told(appointment, by) -> list[tuple]:
    """What the visitor said when booking; how to reach them only for who is signed in as themselves."""
    people = ngettext("%(count)d person", "%(count)d people", appointment.party) % {"count": appointment.party}
    pairs = [
        (_("About my suggestion"), appointment.about_number),
        (_("How many come"), people),
        (_("Name"), appointment.name),
    ]
    if not isinstance(by, CodeHolder):
        pairs += [(_("Phone"), appointment.phone), (_("E-mail"), appointment.email)]
    return [*pairs, (_("Reminder by"), appointment.get_reminded_by_display())]


def outcome(appointment, by) -> dict:
    """The record of the visit and, when it became a suggestion, where that one is read: by its author, or by code."""
    record = getattr(appointment, "reception", None)
    suggestion = getattr(record, "suggestion", None)
    if suggestion is None:
        return {"record": record, "suggestion": None}
    is_author = suggestion.author_id is not None and suggestion.author_id == by.pk
    address = suggestion.get_absolute_url() if is_author else f"{reverse('track')}?number={suggestion.number}"
    return {"record": record, "suggestion": suggestion, "suggestion_url": address}


def on_duty(session) -> list:
    """The deputies who are to be there."""
    return [duty.deputy for duty in session.duties.active().select_related("deputy").order_by("pk")]


def before(appointment) -> int:
    """How many in the waiting line come first."""
    if appointment.status != A.WAITLISTED:
        return 0
    return appointment.slot.appointments.in_line().filter(place_in_line__lt=appointment.place_in_line).count()


def next_sessions(session, now=None) -> list:
    """The next sessions at the same station with places left."""
    rows = Session.objects.filter(station=session.station_id).with_free_places(now).upcoming(now)
    return list(rows.exclude(pk=session.pk).with_parts()[:NEXT_SESSIONS])
