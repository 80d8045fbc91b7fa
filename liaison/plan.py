"""The yearly plan (DOMAIN rule 11): all sessions of a year by month, on a page made for paper, and as a workbook."""

import io
from datetime import date
from typing import NamedTuple

from django.db.models import Count
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font

from fzportal.templatetags.ui import DAYS, WEEKDAYS, day, span

from .ical import deputies_of
from .models import Division
from .timetable import midnight, with_standing

# A plan longer than this is nobody's reading: the page shows how many there are where, and leads there.
MOST = 1200
# Excel's number for the paper.
A4 = 9
# Excel takes these for the beginning of a formula when a cell is edited or saved as text.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDTHS = (26, 14, 30, 34, 30, 26, 12)


class Month(NamedTuple):
    """A month of the plan."""

    first: date
    sessions: list


def of_year(sessions, year: int):
    """``sessions`` that begin in ``year``, in the city's time."""
    return sessions.between(midnight(date(year, 1, 1)), midnight(date(year + 1, 1, 1)))


def months(rows, now) -> list[Month]:
    """``rows`` by month, each with ``standing``; months without any are left out."""
    found = {}
    for session in with_standing(rows, now):
        session.weekday, session.place_words = weekday_of(session.day), place_of(session)
        found.setdefault(session.day.replace(day=1), []).append(session)
    return [Month(first, sessions) for first, sessions in found.items()]


def by_division(rows, inside: Division | None) -> list[tuple[Division, int]]:
    """How many of ``rows`` lie in each division below ``inside`` (None: in each county), itself last when it has some.

    Reads the counts and the divisions, whatever their number.
    """
    counts = dict(rows.order_by().values_list("station__division").annotate(Count("pk")))
    divisions = {one.pk: one for one in Division.objects.all()}
    found = {}
    for pk, count in counts.items():
        place = _below(divisions, pk, inside)
        found[place] = found.get(place, 0) + count
    return sorted(((divisions[pk], n) for pk, n in found.items()), key=lambda pair: pair[0].code)


def _below(divisions, pk, inside):
    """The division around ``pk`` that lies directly below ``inside``: a county of the city, a street of a county."""
    while True:
        one = divisions[pk]
        is_reached = one.level != Division.Level.STREET if inside is None else inside.pk in (pk, one.parent_id)
        if is_reached or one.parent_id is None:
            return pk
        pk = one.parent_id


def workbook(title: str, rows, now) -> bytes:
    """The plan as XLSX: one sheet, every cell text, none a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(ILLEGAL_CHARACTERS_RE.sub("", "".join(c for c in title if c not in "[]:*?/\\"))[:31])
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    for number, width in enumerate(WIDTHS):
        sheet.column_dimensions["ABCDEFG"[number]].width = width
    sheet.append([_cell(sheet, word, bold=True) for word in heads()])
    for session in with_standing(rows, now):
        sheet.append([_cell(sheet, word) for word in line(session)])
    found = io.BytesIO()
    book.save(found)
    return found.getvalue()


def heads() -> list[str]:
    """The columns."""
    return [_("Date"), _("Hours"), _("Station"), _("Place"), _("Deputies"), _("Theme"), _("Status")]


def line(session) -> list[str]:
    """A session in these columns."""
    return [
        day(session.starts_at),
        span(session.starts_at, session.ends_at),
        session.station.name,
        place_of(session),
        pgettext("between names", ", ").join(deputies_of(session)),
        session.theme,
        str(session.standing.label),
    ]


def weekday_of(on: date) -> str:
    """星期日; Sunday."""
    return f"星期{WEEKDAYS[on.weekday()]}" if (get_language() or "zh").startswith("zh") else DAYS[on.weekday()]


def place_of(session) -> str:
    """Where it takes place: online, outside, or at the station's address."""
    return _("Online") if session.mode == "online" else session.where


def _cell(sheet, text, bold=False):
    """Text that stays text."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", str(text)))
    cell.data_type = "s"
    cell.font, cell.alignment = Font(bold=bold), Alignment(vertical="top", wrap_text=True)
    if str(text).startswith(FORMULA):
        cell.quotePrefix = True
    return cell
