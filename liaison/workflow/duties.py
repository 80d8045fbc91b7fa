"""What happens to a deputy's duty: asked, confirmed, declined, handed to a substitute."""

from contextlib import contextmanager

from django.db import IntegrityError, transaction

from fzportal.workflow import MoveNotAllowed, Stale, lock, move, record

from ..models import Duty, Session
from ..permissions import is_staff_of

D = Duty.Status
GUARDS = ("deputy_is_in_one_place_at_a_time", "on_duty_once_a_session")


class DeputyBusy(Exception):
    """A deputy is on duty elsewhere at that time. ``session`` is the one that could not have them."""

    def __init__(self, session):
        super().__init__(str(session))
        self.session = session


@contextmanager
def spare_if_busy(session):
    """Turn the database's refusal of a double duty into ``DeputyBusy``, and undo what was done inside."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name not in GUARDS:
            raise
        raise DeputyBusy(session) from error


@transaction.atomic
def ask_deputy(session, deputy, *, by, stands_in_for=None):
    """Put a deputy on duty and ask them. Raises MoveNotAllowed, DeputyBusy."""
    # Its time and status are those under the lock: somebody may be moving or cancelling it.
    lock(session)
    if not is_staff_of(by, session) or session.status not in (Session.Status.PLANNED, Session.Status.ANNOUNCED):
        raise MoveNotAllowed(session, session.status, by)
    duty = Duty(session=session, deputy=deputy, span=(session.starts_at, session.ends_at), stands_in_for=stands_in_for)
    with spare_if_busy(session):
        duty.save()
    move(duty, D.ASKED, by=by)
    return duty


def ask(duty, *, by=None, now=None):
    """Ask a deputy whom the rota proposed."""
    return move(duty, D.ASKED, by=by, now=now)


def confirm(duty, *, by, now=None):
    """The deputy comes; staff may note what they said on the phone."""
    return move(duty, D.CONFIRMED, by=by, now=now)


def decline_duty(duty, *, by, note):
    """The deputy cannot come, and says why."""
    return move(duty, D.DECLINED, by=by, note=note)


@transaction.atomic
def substitute(duty, deputy, *, by):
    """Ask another deputy instead; the first one, if still on duty, is released and told.

    Raises Stale when somebody has been asked instead already, MoveNotAllowed, DeputyBusy.
    """
    # The session before its duties, like everybody who moves or cancels it.
    session = lock(duty.session)
    lock(duty)
    if duty.substitutes.exists():
        raise Stale(duty, D.RELEASED, by)
    if duty.status not in Duty.ENDS:
        move(duty, D.RELEASED, by=by, event="duty_dropped" if duty.status == D.PROPOSED else "duty_released")
    return ask_deputy(session, deputy, by=by, stands_in_for=duty)


@transaction.atomic
def remind_deputy(duty, *, by=None, now=None):
    """Remind a deputy of tomorrow, once per time of the session; True when this call did."""
    lock(duty)
    last = duty.changes.filter(event__in=("duty_reminder", "duty_moved")).last()
    if duty.status != D.CONFIRMED or (last is not None and last.event == "duty_reminder"):
        return False
    record(duty, "duty_reminder", by=by, role="clock", now=now)
    return True
