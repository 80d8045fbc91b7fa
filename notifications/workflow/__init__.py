"""How news reaches people: announced from change rows, gathered, delivered by channel, read, turned off."""

from .delivering import deliver, deliver_digests, send_again
from .gathering import gather
from .reading import (
    Choice,
    NoWayLeft,
    choose,
    chosen,
    keep_silent,
    mark_all_read,
    mark_read,
    proved,
    unsubscribe,
    without_mail,
)
from .telling import announce

__all__ = [
    "Choice",
    "NoWayLeft",
    "announce",
    "choose",
    "chosen",
    "deliver",
    "deliver_digests",
    "gather",
    "keep_silent",
    "mark_all_read",
    "mark_read",
    "proved",
    "send_again",
    "unsubscribe",
    "without_mail",
]
