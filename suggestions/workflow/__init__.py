"""What happens to a suggestion: the table of moves, and the verbs, by who says them."""

from .citizen import (
    answer,
    follow,
    rate,
    submit,
    support,
    unfollow,
    unsupport,
    withdraw,
    withdraw_consent,
)
from .clock import anonymise_contact, close_silent, purge_draft, remind
from .department import hand_in, release_reply, save_reply, send_back, take_on
from .deputy import answer_directly, claim, propose_decline, recuse, refer, release
from .moves import MOVES, NEWS
from .office import accept, ask, assign, decline, merge, publish, redact, unpublish, view_contact

__all__ = [
    "MOVES",
    "NEWS",
    "accept",
    "anonymise_contact",
    "answer",
    "answer_directly",
    "ask",
    "assign",
    "claim",
    "close_silent",
    "decline",
    "follow",
    "hand_in",
    "merge",
    "propose_decline",
    "publish",
    "purge_draft",
    "rate",
    "recuse",
    "redact",
    "refer",
    "release",
    "release_reply",
    "remind",
    "save_reply",
    "send_back",
    "submit",
    "support",
    "take_on",
    "unfollow",
    "unpublish",
    "unsupport",
    "view_contact",
    "withdraw",
    "withdraw_consent",
]
