"""What happens to sessions, duties and appointments: the tables of moves, and the verbs, by who says them."""

from .appointments import (
    AlreadyBooked,
    CannotBook,
    Closed,
    Full,
    accept_offer,
    book,
    cancel,
    change_slot,
    lapse,
    remind,
)
from .contact import view_contact
from .counter import call_in, check_in, confirm_record, miss, receive, undo_check_in, walk_in
from .duties import DeputyBusy, ask, ask_deputy, confirm, decline_duty, remind_deputy, substitute
from .feeds import open_feed, revoke_feed
from .moves import (
    APPOINTMENT_MOVES,
    APPOINTMENT_NEWS,
    DUTY_MOVES,
    DUTY_NEWS,
    SESSION_MOVES,
    SESSION_NEWS,
)
from .receptions import NOT_CHECKED_IN, add_note, anonymise_visitor, take_down
from .sessions import announce, cancel_session, hold, move_session, plan, slots_of, warn
from .unrolling import Unrolled, unroll

__all__ = [
    "APPOINTMENT_MOVES",
    "APPOINTMENT_NEWS",
    "DUTY_MOVES",
    "DUTY_NEWS",
    "NOT_CHECKED_IN",
    "SESSION_MOVES",
    "SESSION_NEWS",
    "AlreadyBooked",
    "CannotBook",
    "Closed",
    "DeputyBusy",
    "Full",
    "Unrolled",
    "accept_offer",
    "add_note",
    "announce",
    "anonymise_visitor",
    "ask",
    "ask_deputy",
    "book",
    "call_in",
    "cancel",
    "cancel_session",
    "change_slot",
    "check_in",
    "confirm",
    "confirm_record",
    "decline_duty",
    "hold",
    "lapse",
    "miss",
    "move_session",
    "open_feed",
    "plan",
    "receive",
    "remind",
    "remind_deputy",
    "revoke_feed",
    "slots_of",
    "substitute",
    "take_down",
    "undo_check_in",
    "unroll",
    "view_contact",
    "walk_in",
    "warn",
]
