"""How news reaches people: announced from change rows, delivered by channel, read, turned off."""

from .delivering import deliver, send_again
from .reading import choose, mark_all_read, mark_read, unsubscribe
from .telling import announce

__all__ = ["announce", "choose", "deliver", "mark_all_read", "mark_read", "send_again", "unsubscribe"]
