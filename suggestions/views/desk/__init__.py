"""The desk: queues, a case on one page, acts."""

from .acts import desk_act, desk_contact, desk_merge
from .case import desk_case
from .lists import desk

__all__ = ["desk", "desk_act", "desk_case", "desk_contact", "desk_merge"]
