"""What can be done at the counter: each act, the moves it comes with, its form and its verb.

Whether an act is offered follows from ``moves_for`` alone; the tables add what a button needs beside the move.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from liaison import workflow
from liaison.forms import counter, roster
from liaison.permissions import is_staff_of


class Act(NamedTuple):
    """One way to act. ``moves``: (what the actor is, name of the move) that bring the button."""

    slug: str
    label: str
    moves: frozenset
    form: type[counter.ActForm]
    verb: Callable
    done: str
    hint: str = ""
    # A kind of templates/ui/button.html.
    kind: str = "secondary"
    # One tap; the others wait behind "more", where a slip of the thumb does no harm.
    is_direct: bool = False

    def is_offered(self, moves) -> bool:
        """Whether any of the ``moves`` open to the actor brings this act."""
        return not self.moves.isdisjoint((m.who.role, m.name) for m in moves)

    def fits(self, obj) -> bool:
        """Whether the act starts from where ``obj`` is now, whoever makes it."""
        return self.is_offered(m for m in obj.moves() if m.source == obj.status)


def by_staff(*names):
    return frozenset((role, name) for role in ("officer", "office") for name in names)


def by_all(*names):
    return by_staff(*names) | frozenset(("deputy", name) for name in names)


F, R = counter, roster
APPOINTMENT_ACTS = (
    Act("check-in", _("Check in"), by_all("checked_in"), F.ActForm, workflow.check_in, _("Checked in: {name}"),
        is_direct=True),
    Act("accept", _("Takes the offered place"), by_staff("booked"), F.ActForm, workflow.accept_offer,
        _("Booked: {name}"), is_direct=True),
    Act("call-in", _("Now with"), by_all("received"), F.CallInForm, workflow.call_in, _("Called in: {name}"),
        is_direct=True),
    Act("came-late", _("Came after all"), by_all("came_late"), F.ActForm, workflow.check_in, _("Checked in: {name}"),
        is_direct=True),
    Act("miss", _("Did not come"), by_staff("no_show"), F.ActForm, partial(workflow.miss, event="no_show"),
        _("Marked as not come: {name}")),
    Act("undo", _("Undo the check-in"), by_staff("check_in_undone"), F.ActForm, workflow.undo_check_in,
        _("Check-in undone: {name}")),
    Act("left", _("Left before being received"), by_staff("left"), F.ActForm, partial(workflow.miss, event="left"),
        _("Marked as left: {name}")),
    Act("cancel", _("Cancel the appointment"), by_staff("cancelled_by_station"), F.CancelForm, workflow.cancel,
        _("Cancelled: {name}"), kind="danger"),
)  # fmt: skip

DUTY_ACTS = (
    Act("confirm", _("I will come"), frozenset({("deputy", "duty_confirmed")}), F.ActForm, workflow.confirm,
        _("Confirmed. Thank you!"), is_direct=True),
    Act("confirm-for", _("Has confirmed to us"), by_staff("duty_confirmed"), F.ActForm, workflow.confirm,
        _("Confirmed: {name}"), is_direct=True),
    Act("decline", _("Cannot come"), by_all("duty_declined"), R.DeclineForm, workflow.decline_duty,
        _("Noted, cannot come: {name}")),
    Act("ask", _("Ask now"), by_staff("duty_asked"), F.ActForm, workflow.ask, _("Asked: {name}"), is_direct=True),
    Act("substitute", _("Somebody else comes instead"), by_staff("duty_released", "duty_dropped"), R.AskForm,
        workflow.substitute, _("Somebody else has been asked instead of {name}."),
        hint=_("The first deputy is released and told; the other one is asked.")),
)  # fmt: skip

SESSION_ACTS = (
    Act("announce", _("Announce"), by_staff("announced"), R.AnnounceForm, workflow.announce, _("Announced."),
        hint=_("Appointments may then be made, and the deputies on the list are asked."), kind="primary"),
    Act("ask-deputy", _("Ask another deputy"), by_staff("session_off"), R.AskForm, workflow.ask_deputy, _("Asked.")),
    Act("move", _("Move to another time"), by_staff("session_off"), R.MoveForm, workflow.move_session,
        _("Moved, and everybody concerned is told.")),
    Act("close", _("Close the session"), by_staff("held"), R.CloseForm, workflow.hold, _("Closed."),
        hint=_("Whoever was booked and not checked in then counts as not come.")),
    Act("cancel", _("Cancel the session"), by_staff("session_off"), R.CallOffForm, workflow.cancel_session,
        _("Cancelled, and everybody concerned is told."), kind="danger"),
)  # fmt: skip
APPOINTMENT, DUTY, SESSION = ({act.slug: act for act in acts} for acts in (APPOINTMENT_ACTS, DUTY_ACTS, SESSION_ACTS))


def offered(acts, obj, user) -> list[Act]:
    """Of ``acts`` those open to ``user`` now."""
    moves = obj.moves_for(user)
    return [act for act in acts if act.is_offered(moves)]


def offered_on_duty(duty, user) -> list[Act]:
    """As ``offered``; in the place of a deputy who cannot come the station may still put somebody else."""
    found = offered(DUTY_ACTS, duty, user)
    if is_replaceable(duty) and is_staff_of(user, duty):
        found.append(DUTY["substitute"])
    return found


def is_replaceable(duty) -> bool:
    """Declined, before the session, and nobody has been asked instead."""
    is_ahead = duty.session.status in ("planned", "announced")
    return is_ahead and duty.status == "declined" and not duty.substitutes.all()
