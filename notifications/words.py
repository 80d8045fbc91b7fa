"""What became of a message, and what it told, in words for those who look after deliveries."""

from django.utils.translation import gettext as _

from fzportal.workflow import Movable

from .models import Channel, Notification

State = Notification.State


def word_for(event: str):
    """The button that led to an event, or the word its kind has for it; else the event's own name."""
    for kind in Movable.__subclasses__():
        words = {m.name: m.label for m in reversed(kind.moves())} | kind.news_words
        if event in words:
            return words[event]
    return event


def result_of(channel, state, error, read_at=None) -> tuple[str, str]:
    """(words, tone) for a delivery's state; a reason for not sending is a code in ``error``."""
    if state == State.SENT:
        unread = _("not read yet") if channel == Channel.INBOX else _("was sent")
        return _("was read") if read_at else unread, "done"
    if state == State.OUTDATED:
        reasons = {
            "read": _("not sent: read in the inbox before"),
            "unwanted": _("not sent: turned off by the receiver"),
            "left": _("not sent: no longer theirs to do"),
        }
        return reasons.get(error, _("not sent: no longer true")), "calm"
    if state == State.FAILED:
        return _("failed: %(error)s") % {"error": error}, "late"
    if state == State.HELD:
        return _("waits for the digest"), "wait"
    if error:
        return _("is tried again: %(error)s") % {"error": error}, "wait"
    return _("waits to be sent"), "wait"
