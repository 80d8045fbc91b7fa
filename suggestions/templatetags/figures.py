"""A small block of the year's figures for pages of apps below this one."""

from django import template
from django.utils import timezone

from .. import statistics
from ..statistics import tables

register = template.Library()


@register.inclusion_tag("suggestions/figures/_block.html")
def figures_of(one, level=2):
    """The year's figures of a deputy, a station or a department, read from the table; two queries."""
    about, year = statistics.Slice.about(one), timezone.localdate().year
    board = statistics.read(about, year)
    return {
        "run": statistics.latest_run(), "about": about, "year": year, "level": level,
        "shown": tables.in_short(board) if board.cells else [],
    }  # fmt: skip
