"""What came of an import: counted reasons, and every rejected row as CSV."""

import csv
import io

from django.db.models import Count
from django.utils.translation import gettext as _

# A spreadsheet takes a cell that begins like this for a formula; an apostrophe makes it text.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def reasons(run) -> list[tuple[str, int]]:
    """(reason, rows), the commonest first, at most 50."""
    rows = run.rows.order_by().values_list("reason").annotate(rows=Count("pk"))
    return list(rows.order_by("-rows", "reason")[:50])


def harmless(text) -> str:
    """``text`` as a spreadsheet cell that is never computed."""
    text = str(text)
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def lines(run):
    """The rejected rows and remarks of ``run`` as the lines of a CSV file that Excel opens, one str each."""
    yield "\ufeff" + row_text([_("Line"), _("Number there"), _("Title"), _("Reason")])
    for row in run.rows.order_by("line", "pk").iterator(chunk_size=500):
        yield row_text([row.line, row.external_id, row.title, row.reason])


def row_text(cells) -> str:
    """One line of CSV."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([harmless(cell) for cell in cells])
    return buffer.getvalue()
