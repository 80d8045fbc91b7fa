"""Every figure the portal publishes: what it means, how it is counted, and where a page reads it."""

from .behind import PARTS, behind, has_list
from .counting import is_due, refresh
from .figures import BY_NAME, FIGURES, REASON, STAGES, Figure
from .reading import Board, Cell, Slice, boards, comparison, latest_run, read, years
from .year import Year, year_so_far

__all__ = [
    "BY_NAME",
    "FIGURES",
    "PARTS",
    "REASON",
    "STAGES",
    "Board",
    "Cell",
    "Figure",
    "Slice",
    "Year",
    "behind",
    "boards",
    "comparison",
    "has_list",
    "is_due",
    "latest_run",
    "read",
    "refresh",
    "year_so_far",
    "years",
]
