"""May this actor do this: predicates ``(by, obj)``; ``obj`` is a session, or a duty or an appointment of one.

``by`` is a user, a ``CodeHolder`` (somebody who followed the link to an appointment), or None (the clock).
"""

from django.utils import timezone

from accounts.permissions import CodeHolder, is_office
from fzportal.workflow import acts_as, is_clock

from .models import Session

__all__ = ["CodeHolder", "is_clock", "is_office"]


def session_of(obj) -> Session:
    """The session itself, or the one a duty or an appointment belongs to."""
    return obj if isinstance(obj, Session) else obj.session


def begins(obj):
    """When a session, or an appointment's slot, begins."""
    return obj.starts_at if isinstance(obj, Session) else obj.slot.starts_at


def _scopes(by, name) -> frozenset:
    """The pks ``by`` is ``name`` for; none for the clock and for strangers."""
    return by.scopes(name) if by is not None and by.is_authenticated else frozenset()


@acts_as("officer")
def is_officer(by, obj) -> bool:
    """Head or officer of the station."""
    stations = _scopes(by, "officer")
    return bool(stations) and session_of(obj).station_id in stations


@acts_as("deputy")
def is_on_duty(by, obj) -> bool:
    """A deputy who is to be at the session."""
    deputies = _scopes(by, "deputy")
    session = session_of(obj)
    if deputies and hasattr(session, "on_duty"):
        # Lists ask for every row; a verb that locks its row forgets what was read before.
        return any(duty.deputy_id in deputies for duty in session.on_duty)
    return bool(deputies) and session.duties.active().filter(deputy__in=deputies).exists()


@acts_as("deputy")
def is_own_duty(by, duty) -> bool:
    """The deputy whose duty it is, while still a deputy."""
    return duty.deputy_id in _scopes(by, "deputy")


@acts_as("visitor")
def is_visitor(by, appointment) -> bool:
    """Whose appointment it is, or who holds its code."""
    if isinstance(by, CodeHolder):
        return by.holds(appointment)
    return by is not None and by.is_authenticated and appointment.user_id == by.pk


@acts_as("officer")
def is_officer_once_begun(by, obj) -> bool:
    """Head or officer of the station, once the slot or session has begun: nobody is missing before."""
    return begins(obj) <= timezone.now() and is_officer(by, obj)


@acts_as("office")
def is_office_once_begun(by, obj) -> bool:
    """The congress office, once the slot or session has begun."""
    return begins(obj) <= timezone.now() and is_office(by)


def is_staff_of(by, obj) -> bool:
    """Works at the session's station, or for the congress office."""
    return is_office(by) or is_officer(by, obj)


def receives(by, obj) -> bool:
    """Staff of the station, the office, or a deputy on duty: they see who comes and write down what was said."""
    return is_staff_of(by, obj) or is_on_duty(by, obj)


def may_see_contact(by, appointment) -> bool:
    """Staff of the station and the office, while it is kept; deputies receive people without it."""
    return appointment.anonymised_at is None and is_staff_of(by, appointment)
