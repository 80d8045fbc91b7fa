"""What happens to a proposal of deputies (代表建议): the verbs, by who says them.

Lock order, everywhere: the proposal first, then its suggestions by pk. A suggestion's own verbs lock the suggestion
alone, so nobody waits in a circle; under its lock each suggestion is asked again whether it is still part of it.
"""

from .bearer import (
    begin,
    bundle,
    edit,
    evaluate,
    invite,
    refuse,
    sign,
    submit,
    take_up,
    unbundle,
    withdraw,
)
from .lead import (
    close_silent,
    give_opinion,
    hand_in,
    log_contact,
    release,
    return_assignment,
    save_reply,
    send_reply_back,
    take_on,
)
from .office import assign, mark_key, send_back, unmark_key

__all__ = [
    "assign",
    "begin",
    "bundle",
    "close_silent",
    "edit",
    "evaluate",
    "give_opinion",
    "hand_in",
    "invite",
    "log_contact",
    "mark_key",
    "refuse",
    "release",
    "return_assignment",
    "save_reply",
    "send_back",
    "send_reply_back",
    "sign",
    "submit",
    "take_on",
    "take_up",
    "unbundle",
    "unmark_key",
    "withdraw",
]
