"""What happens to a session: planned, announced, moved, cancelled, held."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed, lock, move, record

from ..models import Appointment, Duty, Mode, Session, Slot
from ..permissions import is_staff_of
from .duties import spare_if_busy

S, D, A = Session.Status, Duty.Status, Appointment.Status


def slots_of(session) -> list[Slot]:
    """Unsaved slots of ``slot_minutes`` each; what is left at the end and too short is none."""
    step, found, at = timedelta(minutes=session.slot_minutes), [], session.starts_at
    while at + step <= session.ends_at:
        found.append(Slot(session=session, starts_at=at, ends_at=at + step, places=session.places))
        at += step
    return found


@transaction.atomic
def plan(session, *, by, deputies=()):
    """Store a single session with its slots and the deputies proposed. Raises MoveNotAllowed, DeputyBusy."""
    if not is_staff_of(by, session):
        raise MoveNotAllowed(session, S.PLANNED, by)
    session.save()
    Slot.objects.bulk_create(slots_of(session))
    with spare_if_busy(session):
        Duty.objects.bulk_create([Duty(session=session, deputy=d, span=span_of(session)) for d in deputies])
    return session


def span_of(session):
    """The session's time as a range, for ``Duty.span``."""
    return (session.starts_at, session.ends_at)


@transaction.atomic
def announce(session, *, by, now=None):
    """Publish it: appointments may be made. Deputies who were only proposed are asked.

    Raises MoveNotAllowed while an online session has no address.
    """
    lock(session)
    if session.mode == Mode.ONLINE and not session.link:
        raise MoveNotAllowed(session, S.ANNOUNCED, by)
    change = move(session, S.ANNOUNCED, by=by, now=now)
    touch(session, change.at)
    for duty in session.duties.filter(status=D.PROPOSED):
        move(duty, D.ASKED, by=by, now=now)
    return change


def lock_with_slots(session) -> list[Slot]:
    """Lock a session and its slots, always in this order: nobody books meanwhile."""
    lock(session)
    return list(session.slots.select_for_update(no_key=True).order_by("pk"))


def touch(session, now):
    """Tell calendars that it changed (RFC 5545: SEQUENCE)."""
    session.sequence += 1
    session.changed_at = now
    session.save(update_fields=["sequence", "changed_at"])


@transaction.atomic
def cancel_session(session, *, by, note, now=None):
    """Cancel it: everybody with a place and every deputy on duty is told why."""
    now = now or timezone.now()
    lock_with_slots(session)
    change = move(session, S.CANCELLED, by=by, note=note, now=now)
    touch(session, now)
    for duty in session.duties.active():
        event = "duty_dropped" if duty.status == D.PROPOSED else "duty_session_off"
        move(duty, D.RELEASED, by=None, note=note, event=event, now=now)
    # Who is there already stays, and keeps the place.
    for appointment in session.appointments.filter(status__in=(A.BOOKED, A.OFFERED, A.WAITLISTED)):
        let_go(appointment, A.CANCELLED, note=note, event="session_cancelled", now=now)
    return change


def let_go(appointment, target, **how):
    """The clock ends an appointment; a place it held is taken no more. Under the lock of the slot."""
    held = appointment.status in Appointment.HOLDING
    move(appointment, target, by=None, **how)
    if held:
        Slot.objects.filter(pk=appointment.slot_id).update(taken=F("taken") - 1)


@transaction.atomic
def move_session(session, *, by, starts_at, note="", now=None):
    """Move it to another time, as long as it was: slots, duties and appointments go along, and all are told.

    ``by=None``: the clock, when a holiday was added later. Raises MoveNotAllowed, DeputyBusy.
    """
    now = now or timezone.now()
    lock_with_slots(session)
    if session.status not in (S.PLANNED, S.ANNOUNCED) or not (by is None or is_staff_of(by, session)):
        raise MoveNotAllowed(session, session.status, by)
    shift_times(session, starts_at)
    with spare_if_busy(session):
        session.duties.active().update(span=span_of(session))
    touch(session, now)
    role = "clock" if by is None else "office" if by.is_office else "officer"
    change = record(session, "session_moved", by=by, role=role, note=note, read="public", now=now)
    for duty in session.duties.filter(status__in=(D.ASKED, D.CONFIRMED)):
        record(duty, "duty_moved", by=None, role="clock", note=note, now=now)
    for appointment in session.appointments.open().select_related("slot"):
        begins = appointment.slot.starts_at
        appointment.remind_at = next_reminder(begins, now)
        # An offer lapses when the slot begins, at the latest.
        appointment.due_at = appointment.due_at and min(appointment.due_at, begins)
        appointment.save(update_fields=["remind_at", "due_at"])
        record(appointment, "moved", by=None, role="clock", note=note, read="author", now=now)
    return change


def shift_times(session, starts_at):
    """The session and all its slots by the same stretch of time."""
    stretch = starts_at - session.starts_at
    session.starts_at, session.ends_at = starts_at, session.ends_at + stretch
    session.save(update_fields=["starts_at", "ends_at"])
    for slot in session.slots.all():
        slot.starts_at, slot.ends_at = slot.starts_at + stretch, slot.ends_at + stretch
        slot.save(update_fields=["starts_at", "ends_at"])


def next_reminder(starts_at, now):
    """A day before, else an hour before, else never."""
    times = [starts_at - timedelta(days=1), starts_at - timedelta(hours=1)]
    return next((at for at in times if at > now), None)


@transaction.atomic
def hold(session, *, by=None, now=None):
    """Close a session that is over: who was booked and not seen did not come, who waited was not reached."""
    now = now or timezone.now()
    lock_with_slots(session)
    change = move(session, S.HELD, by=by, now=now)
    # Who came all the same is taken in later: the place is theirs again.
    for appointment in session.appointments.filter(status=A.BOOKED):
        let_go(appointment, A.NO_SHOW, now=now)
    for appointment in session.appointments.filter(status=A.OFFERED):
        let_go(appointment, A.CANCELLED, event="lapsed", now=now)
    for appointment in session.appointments.filter(status=A.WAITLISTED):
        let_go(appointment, A.CANCELLED, event="not_reached", now=now)
    return change


def warn(session, *, event, by=None, now=None):
    """Write a warning once per session ("announce_soon", "lacks_deputies", "records_missing"); True when written."""
    with transaction.atomic():
        lock(session)
        if session.changes.filter(event=event).exists():
            return False
        record(session, event, by=by, role="clock", now=now)
    return True
