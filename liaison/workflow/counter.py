"""What happens at the station's counter: walk-ins, check-in, who sits with whom, no-shows; and the record."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed, lock, move, record

from ..models import Appointment, Reception
from ..permissions import is_visitor, receives
from .appointments import Closed, Full, begin, end, lock_with_slot, one_each, take_place

A = Appointment.Status


@transaction.atomic
def walk_in(slot, *, by, now=None, **words):
    """Take in somebody without an appointment, who counts like all others. Raises Closed, Full, AlreadyBooked."""
    now = now or timezone.now()
    lock(slot)
    if slot.session.status != "announced" or slot.ends_at <= now:
        raise Closed(slot)
    if slot.taken >= slot.places:
        raise Full(slot)
    appointment = begin(slot, user=None, is_walk_in=True, **words)
    with one_each(slot, appointment):
        take_place(slot)
        appointment.save()
        move(appointment, A.CHECKED_IN, by=by, now=now)
    return appointment


@transaction.atomic
def check_in(appointment, *, by, now=None):
    """The visitor is there, booked, waiting or late.

    Raises Full when the place is gone and none is left, AlreadyBooked when they have made another appointment since.
    """
    slot = lock_with_slot(appointment)
    if appointment.status not in Appointment.HOLDING:
        if slot.taken >= slot.places:
            raise Full(slot)
        take_place(slot)
    # Who was noted as absent may have made another appointment since.
    with one_each(slot, appointment):
        return move(appointment, A.CHECKED_IN, by=by, now=now)


@transaction.atomic
def undo_check_in(appointment, *, by):
    """The wrong row was pressed."""
    lock(appointment)
    change = move(appointment, A.BOOKED, by=by, event="check_in_undone")
    appointment.with_deputy = None
    appointment.save(update_fields=["with_deputy"])
    return change


@transaction.atomic
def miss(appointment, *, by, event="", now=None):
    """The visitor did not come ("no_show"), or left before being received ("left"): the place is free for others."""
    return end(appointment, A.NO_SHOW, by=by, event=event, now=now)


@transaction.atomic
def call_in(appointment, *, by, deputy, now=None):
    """The visitor sits with ``deputy`` now (None: with nobody). Raises MoveNotAllowed."""
    lock(appointment)
    on_duty = deputy is None or appointment.session.duties.active().filter(deputy=deputy).exists()
    if appointment.status != A.CHECKED_IN or not receives(by, appointment) or not on_duty:
        raise MoveNotAllowed(appointment, A.CHECKED_IN, by)
    appointment.with_deputy = deputy
    appointment.save(update_fields=["with_deputy"])
    role = next(m.who.role for m in appointment.moves_for(by))
    return record(appointment, "called_in", by=by, role=role, note=str(deputy or ""), now=now)


@transaction.atomic
def receive(appointment, *, by, deputies, is_confirmed=False, now=None, **words):
    """Write down a reception and return its line of history.

    ``words``: own_words, notes, answer, outcome, transferred_to, may_publish, may_pass_contact.
    """
    now = now or timezone.now()
    lock(appointment)
    change = move(appointment, A.SERVED, by=by, now=now)
    reception = Reception.objects.create(
        appointment=appointment, recorded_by=by, recorded_at=now, confirmed_at=now if is_confirmed else None,
        consent_version=settings.CONSENT_VERSION if agreed(words) else "", **words,
    )  # fmt: skip
    reception.deputies.set(deputies)
    appointment.with_deputy = None
    appointment.save(update_fields=["with_deputy"])
    return change


def agreed(words) -> bool:
    """Whether the visitor gave a consent, whose wording is kept by its version."""
    return bool(words.get("may_publish") or words.get("may_pass_contact"))


@transaction.atomic
def confirm_record(reception, *, by, now=None):
    """The visitor has read what was written down and says it is right; True when this call noted it.

    Raises MoveNotAllowed for anybody else.
    """
    appointment = lock(reception.appointment)
    if not is_visitor(by, appointment):
        raise MoveNotAllowed(appointment, appointment.status, by)
    lock(reception)
    if reception.confirmed_at is not None:
        return False
    reception.confirmed_at = now or timezone.now()
    reception.save(update_fields=["confirmed_at"])
    record(appointment, "record_confirmed", by=by, role="visitor", now=reception.confirmed_at)
    return True
