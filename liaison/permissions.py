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
    return bool(deputies) and session_of(obj).duties.active().filter(deputy__in=deputies).exists()


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
def is_officer_once_begun(by, appointment) -> bool:
    """Head or officer of the station, once the slot has begun: nobody is missing before."""
    return appointment.slot.starts_at <= timezone.now() and is_officer(by, appointment)


@acts_as("office")
def is_office_once_begun(by, appointment) -> bool:
    """The congress office, once the slot has begun."""
    return appointment.slot.starts_at <= timezone.now() and is_office(by)


def is_staff_of(by, obj) -> bool:
    """Works at the session's station, or for the congress office."""
    return is_office(by) or is_officer(by, obj)


def receives(by, obj) -> bool:
    """Staff of the station, the office, or a deputy on duty: they see who comes and write down what was said."""
    return is_staff_of(by, obj) or is_on_duty(by, obj)
