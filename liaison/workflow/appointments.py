"""What happens to an appointment. The slot's row is locked first, always: capacity and the waiting line are exact."""

from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed, Stale, lock, move, record

from ..models import Appointment, Slot
from ..permissions import is_office, is_officer, is_visitor
from .sessions import next_reminder

A = Appointment.Status
# How long a freed place is kept for the first in line: a day, but it is settled two hours before the slot begins.
OFFERED_FOR = timedelta(hours=24)
SETTLED_BEFORE = timedelta(hours=2)
OFFERED_AT_LEAST = timedelta(minutes=30)


class CannotBook(Exception):
    """No place can be given in ``slot``."""

    def __init__(self, slot):
        super().__init__(str(slot))
        self.slot = slot


class Closed(CannotBook):
    """The session is not open for appointments, or the slot has begun."""


class Full(CannotBook):
    """Every place of the slot is taken."""


class AlreadyBooked(CannotBook):
    """This person has an open appointment for the session: ``appointment``."""

    def __init__(self, slot, appointment):
        super().__init__(slot)
        self.appointment = appointment


@transaction.atomic
def book(slot, *, by, user=None, or_wait=True, now=None, **words):
    """Give ``user`` (None: a caller without an account) a place in ``slot``, or the next place in its waiting line.

    ``or_wait``: whether they want to wait when every place is taken. ``words``: name, phone, email, topic,
    about_number, party, reminded_by. Raises Closed, AlreadyBooked, and Full for who does not want to wait.
    """
    now = now or timezone.now()
    lock(slot)
    if not slot.session.is_open or slot.starts_at <= now:
        raise Closed(slot)
    appointment = begin(slot, user=user, **words)
    with one_each(slot, appointment):
        if slot.taken < slot.places:
            take_place(slot)
            appointment.remind_at = next_reminder(slot.starts_at, now)
            appointment.save()
            move(appointment, A.BOOKED, by=by, now=now)
        elif not or_wait:
            raise Full(slot)
        else:
            join_line(slot, appointment)
            appointment.save()
            move(appointment, A.WAITLISTED, by=by, now=now)
    return appointment


def begin(slot, *, user, **words) -> Appointment:
    """An unsaved appointment for ``slot``, with who it is for."""
    person = f"user:{user.pk}" if user else words.get("phone") or words.get("email", "").lower()
    return Appointment(session=slot.session, slot=slot, user=user, person=person, **words)


@contextmanager
def one_each(slot, appointment):
    """Turn the database's refusal of a second open appointment into ``AlreadyBooked``; undo what was done inside."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "one_open_appointment_per_person":
            raise
        same = Appointment.objects.open().filter(session=slot.session_id, person=appointment.person)
        raise AlreadyBooked(slot, same.first()) from error


def take_place(slot):
    """One place less. Under the slot's lock."""
    slot.taken += 1
    slot.save(update_fields=["taken"])


def join_line(slot, appointment):
    """The next number in the waiting line. Under the slot's lock."""
    slot.last_in_line += 1
    slot.save(update_fields=["last_in_line"])
    appointment.place_in_line = slot.last_in_line


def lock_with_slot(appointment) -> Slot:
    """Lock the slot, then the appointment. Raises Stale when it has gone to another slot meanwhile."""
    slot = lock(appointment.slot)
    lock(appointment)
    if appointment.slot_id != slot.pk:
        raise Stale(appointment, appointment.status, None)
    return slot


def give_back(slot, now):
    """One place is free again: offer it to the first in line. Under the slot's lock."""
    slot.taken -= 1
    slot.save(update_fields=["taken"])
    offer_free_places(slot, now)


def offer_free_places(slot, now):
    """Offer what is free to the first in line, while there is time. Under the slot's lock."""
    while slot.taken < slot.places and slot.starts_at > now:
        first = slot.appointments.in_line().first()
        if first is None:
            return
        take_place(slot)
        move(first, A.OFFERED, by=None, due_at=offer_until(slot, now), now=now)


def offer_until(slot, now):
    """When an offer made now lapses: by day, as long as the slot leaves time."""
    settled = max(slot.starts_at - SETTLED_BEFORE, now + OFFERED_AT_LEAST)
    return min(after_sleep(now + OFFERED_FOR), settled, slot.starts_at)


def after_sleep(at):
    """``at``, or the next nine o'clock when it falls between nine in the evening and eight in the morning."""
    local = timezone.localtime(at)
    morning = local.replace(hour=9, minute=0, second=0, microsecond=0)
    if local.hour >= 21:
        return morning + timedelta(days=1)
    return morning if local.hour < 8 else at


@transaction.atomic
def accept_offer(appointment, *, by, now=None):
    """Take the place that was offered. Raises Stale when the offer has lapsed."""
    now = now or timezone.now()
    slot = lock_with_slot(appointment)
    if appointment.due_at is not None and appointment.due_at < now:
        raise Stale(appointment, A.BOOKED, by)
    change = move(appointment, A.BOOKED, by=by, event="booked", now=now)
    keep_reminder(appointment, slot, now)
    return change


def keep_reminder(appointment, slot, now):
    """Set when to remind next."""
    appointment.remind_at = next_reminder(slot.starts_at, now)
    appointment.save(update_fields=["remind_at"])


@transaction.atomic
def cancel(appointment, *, by, note="", now=None):
    """Cancel before the visit; a place set free is offered to the first in line. Staff say why."""
    return end(appointment, A.CANCELLED, by=by, note=note, now=now)


@transaction.atomic
def lapse(appointment, *, by=None, now=None):
    """End an offer nobody took up in time; the next in line is asked. True when this call did."""
    now = now or timezone.now()
    slot = lock_with_slot(appointment)
    if appointment.status != A.OFFERED or appointment.due_at >= now:
        return False
    move(appointment, A.CANCELLED, by=by, event="lapsed", now=now)
    give_back(slot, now)
    return True


def end(appointment, target, *, by, note="", event="", now=None):
    """Go to ``target``, which holds no place, and give back the place held until now."""
    now = now or timezone.now()
    slot = lock_with_slot(appointment)
    held = appointment.status in Appointment.HOLDING
    change = move(appointment, target, by=by, note=note, event=event, now=now)
    if held:
        give_back(slot, now)
    return change


@transaction.atomic
def change_slot(appointment, slot, *, by, now=None):
    """Go to another slot that has a place, of this session or another one.

    Raises Closed, Full, AlreadyBooked, and MoveNotAllowed for everybody but the visitor and staff.
    """
    now = now or timezone.now()
    # Two slots are locked in the order of their keys, whoever comes from where.
    before, after = appointment.slot, slot
    for one in sorted({before.pk: before, after.pk: after}.values(), key=lambda s: s.pk):
        lock(one)
    lock(appointment)
    if appointment.slot_id != before.pk or appointment.status not in (A.BOOKED, A.OFFERED, A.WAITLISTED):
        raise Stale(appointment, A.BOOKED, by)
    role = next((who.role for who in (is_visitor, is_officer, is_office) if who(by, appointment)), None)
    if role is None:
        raise MoveNotAllowed(appointment, A.BOOKED, by)
    if not after.session.is_open or after.starts_at <= now:
        raise Closed(after)
    if after.pk == before.pk or after.taken >= after.places:
        raise Full(after)
    return go_over(appointment, before, after, by=by, role=role, now=now)


def go_over(appointment, before, after, *, by, role, now):
    """Both slots are locked and ``after`` has a place: take it, give back the old one."""
    held = appointment.status in Appointment.HOLDING
    with one_each(after, appointment):
        take_place(after)
        appointment.slot, appointment.session, appointment.place_in_line = after, after.session, None
        appointment.remind_at = next_reminder(after.starts_at, now)
        appointment.save(update_fields=["slot", "session", "place_in_line", "remind_at"])
        if appointment.status == A.BOOKED:
            change = record(appointment, "rebooked", by=by, role=role, now=now)
        else:
            change = move(appointment, A.BOOKED, by=by, event="rebooked", now=now)
    if held:
        give_back(before, now)
    return change


def remind(appointment, *, by=None, now=None):
    """Write the reminder that is due, a day or an hour before; True when this call wrote it."""
    now = now or timezone.now()
    with transaction.atomic():
        lock(appointment)
        if appointment.status != A.BOOKED or appointment.remind_at is None or appointment.remind_at > now:
            return False
        begins = appointment.slot.starts_at
        if begins > now:
            event = "reminder_hour" if begins - now <= timedelta(hours=1) else "reminder_day"
            record(appointment, event, by=by, role="clock", now=now)
        appointment.remind_at = next_reminder(begins, now)
        appointment.save(update_fields=["remind_at"])
    return True
