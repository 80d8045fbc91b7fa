"""A talk at the counter is written down (接待登记), added to, and in time forgotten whose it was."""

from django.db import transaction
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed, lock
from notifications.models import Notification

from ..models import Appointment, AppointmentChange, Reception
from ..permissions import receives
from .appointments import lock_with_slot
from .counter import check_in, receive

A = Appointment.Status
# Nobody pressed "check in", yet the visitor was there.
NOT_CHECKED_IN = (A.WAITLISTED, A.OFFERED, A.BOOKED, A.NO_SHOW)


@transaction.atomic
def take_down(appointment, *, by, deputies, now=None, **words) -> Reception:
    """Write down a reception, words as for ``receive``; who was not checked in yet is, in the same act.

    Raises Full (without a place, and none is left), Stale (somebody wrote it down first), MoveNotAllowed.
    """
    lock_with_slot(appointment)
    if appointment.status in NOT_CHECKED_IN:
        check_in(appointment, by=by, now=now)
    receive(appointment, by=by, deputies=deputies, now=now, **words)
    return appointment.reception


@transaction.atomic
def add_note(reception, *, by, text, now=None):
    """Add to the recorder's notes, with the time and the name; what stands there is never changed.

    Raises MoveNotAllowed.
    """
    appointment = reception.appointment
    if not receives(by, appointment) or not text.strip():
        raise MoveNotAllowed(appointment, appointment.status, by)
    lock(reception)
    at = timezone.localtime(now or timezone.now())
    added = f"[{at:%Y-%m-%d %H:%M} {by.get_full_name()}] {text.strip()}"
    reception.notes = "\n\n".join(filter(None, [reception.notes, added]))
    reception.save(update_fields=["notes"])


@transaction.atomic
def anonymise_visitor(appointment, *, by=None, now=None):
    """Blank who came, long after the session (setting CONTACT_KEPT_YEARS), and where their news went."""
    appointment.name = appointment.phone = appointment.email = appointment.person = ""
    appointment.anonymised_at = now or timezone.now()
    appointment.save(update_fields=["name", "phone", "email", "person", "anonymised_at"])
    told = AppointmentChange.objects.filter(subject=appointment).values("pk")
    topic = AppointmentChange._meta.label_lower
    sent = Notification.objects.filter(topic=topic, change_id__in=told).exclude(address="")
    # What has not gone out yet has nowhere to go any more.
    State = Notification.State
    sent.filter(state__in=[State.WAITING, State.FAILED]).update(state=State.OUTDATED, lease_until=None)
    sent.update(address="", error="")
