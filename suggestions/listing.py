"""Suggestions as rows of a list: what a row shows, read with as few queries and bytes as it takes."""

from django.db.models import Prefetch
from django.db.models.functions import Left

from fzportal.paging import Order
from liaison.models import Division

from . import ledger
from .models import Reply
from .standing import AUTHORS_TURN, due_line, is_late, tag

# The lists' orders; each has its own index.
NEWEST = Order(("published_at", "id"))
SUPPORTED = Order(("supporters", "id"))
ANSWERED = Order(("answered_at", "id"))
OPENING = 90


def listed(suggestions):
    """``suggestions`` with what a row shows and without the long texts; eight queries for any number of rows.

    The small tables are read apart: joining six of them, the planner thinks longer than the database reads.
    """
    opening = Reply.objects.released().select_related("department", "deputy").defer("text")
    opening = opening.annotate(opening=Left("text", OPENING))
    long = ("situation", "proposal", "search", "public__situation", "public__proposal")
    return (
        suggestions.select_related("public")
        .defer(*long)
        .prefetch_related(
            "category",
            "department",
            "deputy",
            Prefetch("division", Division.objects.select_related("parent")),
            Prefetch("replies", opening, to_attr="answers"),
            ledger.badges(),
        )
    )


def entries(suggestions) -> list:
    """Rows of ``listed`` with ``tag``, ``due`` (a sentence), ``late``, ``answer`` (the newest reply) and ``badge``."""
    for suggestion in suggestions:
        suggestion.tag = tag(suggestion)
        suggestion.due = "" if suggestion.status in AUTHORS_TURN else due_line(suggestion)
        suggestion.late = is_late(suggestion)
        suggestion.answer = suggestion.answers[-1] if suggestion.answers else None
        suggestion.badge = ledger.badge(suggestion.promises)
    return suggestions
