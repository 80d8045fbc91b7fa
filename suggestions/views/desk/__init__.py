"""The desk: queues, a case on one page, acts."""

from .acts import desk_act, desk_contact, desk_merge
from .case import desk_case
from .lists import desk
from .receptions import reception_suggestion

__all__ = ["desk", "desk_act", "desk_case", "desk_contact", "desk_merge", "reception_suggestion"]
