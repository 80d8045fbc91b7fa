"""The tables: every way a status may change, one module for each thing that has one."""

from .assignment import ASSIGNMENT_MOVES, ASSIGNMENT_NEWS
from .commitment import COMMITMENT_MOVES, COMMITMENT_NEWS
from .proposal import PROPOSAL_MOVES, PROPOSAL_NEWS
from .suggestion import BEFORE_REPLIED, MOVES, NEWS

__all__ = [
    "ASSIGNMENT_MOVES",
    "ASSIGNMENT_NEWS",
    "BEFORE_REPLIED",
    "COMMITMENT_MOVES",
    "COMMITMENT_NEWS",
    "MOVES",
    "NEWS",
    "PROPOSAL_MOVES",
    "PROPOSAL_NEWS",
]
