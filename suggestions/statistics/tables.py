"""A board as tables and charts: what a page shows, in words and with the links behind the numbers."""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fzportal import charts

from ..models import DeclineReason
from .figures import BY_NAME, REASON, STAGES
from .reading import Board, Cell

MONTHS = ("received", "accepted", "declined", "merged", "withdrawn", "answered", "on_time")
RESULTS = ("result:3", "result:2", "result:1", "silent")
ATTITUDES = ("attitude:3", "attitude:2", "attitude:1", "silent")
COMPARED = ("received", "answered", "on_time", "result:3", "result:1", "silent")
AT_WORK = ("assigned", "returned", "extended", "rehandled", "supervised", "closed_over")
PROMISES = ("commitments", "commitments_due", "commitments_kept", "commitments_late", "commitments_overdue")
PROPOSALS = ("proposals", "proposals_answered", "proposals_promised", "proposals_on_time")
MEDIAN, P90 = gettext_lazy("Median, working days"), gettext_lazy("90 % within, working days")
# What a page about one department, deputy or station shows of the year.
IN_SHORT = ("received", "answered", "on_time", "result:1", "silent")


class Shown(NamedTuple):
    """A cell as it stands on the page."""

    text: str
    url: str = ""
    share: str = ""
    public: str = ""


class Table(NamedTuple):
    """``rows``: [(words, link of the words or "", [Shown])]; ``foot``: the last row, set apart, or None."""

    caption: str
    heads: list
    rows: list
    foot: tuple | None = None


def number(cell: Cell) -> Shown:
    """A number, its share of what, and how many of its cases everybody may read."""
    share = f"{cell.share} ({cell.number:,} / {cell.base:,})" if cell.base else ""
    public = _("%(n)s public") % {"n": f"{cell.public:,}"} if cell.hides_some else ""
    return Shown(f"{cell.number:,}", cell.url, share, public)


def days(value) -> Shown:
    """Working days, or a dash."""
    return Shown("–" if value is None else f"{value:,}")


def row(board: Board, words, names, month=0, url="", with_days=False):
    """A row of numbers; with the median and the 90th percentile from receipt to answer when asked."""
    cells = [number(board.cell(name, month)) for name in names]
    if with_days:
        answered = board.cell("answered", month)
        cells += [days(answered.median), days(answered.p90)]
    return words, url, cells


def labels(names) -> list:
    """The heads of figures."""
    return [BY_NAME[name].label for name in names]


def month_words(month: int) -> str:
    """ "3月"."""
    return _("month %(n)s") % {"n": month}


def by_month(board: Board, caption, names, with_days=False) -> Table:
    """Twelve months and their year."""
    rows = [row(board, month_words(m), names, m, with_days=with_days) for m in range(1, 13)]
    heads = [*labels(names), *([MEDIAN, P90] if with_days else [])]
    return Table(caption, heads, rows, row(board, _("The whole year"), names, with_days=with_days))


def stages(board: Board) -> Table:
    """How long each stage took."""
    rows = []
    for name in ("answered", *(f"stage:{stage}" for stage in STAGES)):
        cell = board.cell(name)
        words = _("From receipt to the first answer") if name == "answered" else BY_NAME[name].label
        rows.append((words, "", [number(cell), days(cell.median), days(cell.p90)]))
    return Table(_("Working days in each stage"), [_("Times"), MEDIAN, P90], rows)


def ratings(board: Board) -> Table:
    """Grades of the year, silence among them."""
    rows = [row(board, _("Result"), (*RESULTS, "heard")), row(board, _("Attitude"), (*ATTITUDES, "heard"))]
    return Table(_("What authors say"), labels((*RESULTS, "heard")), rows)


def listed(board: Board, caption, names) -> Table:
    """One figure a row."""
    rows = [(BY_NAME[name].label, "", [number(board.cell(name))]) for name in names]
    return Table(caption, [_("In the year")], rows)


def reasons(board: Board) -> Table | None:
    """Why suggestions were declined; None when none was."""
    named = {f"{REASON}{r.code}": r.name for r in DeclineReason.objects.all()}
    rows = [(named.get(n, n), "", [number(board.cell(n))]) for n in board.names(REASON)]
    return Table(_("Declined, by reason"), [_("In the year")], rows) if rows else None


def compared(boards, caption, link) -> Table:
    """Boards below each other; ``link(board)`` is where the words of a row lead."""
    rows = [row(board, board.about.name, COMPARED, url=link(board)) for board in boards]
    for (_words, _url, cells), board in zip(rows, boards, strict=True):
        cells.insert(3, days(board.cell("answered").median))
    heads = labels(COMPARED)
    heads.insert(3, MEDIAN)
    heads[4] = _("Satisfied with the result")
    heads[5] = _("Dissatisfied with the result")
    return Table(caption, heads, rows)


def drawn(board: Board) -> list:
    """The charts, each told in words as well."""
    months = list(range(1, 13))
    flow = [(str(BY_NAME[n].label), [c.number for c in board.months(n)]) for n in ("received", "answered")]
    answered = board.months("answered")
    took = [(str(MEDIAN), [c.median for c in answered]), (str(P90), [c.p90 for c in answered])]
    grades = [(str(BY_NAME[n].label), [c.number for c in board.months(n)]) for n in RESULTS]
    told = _("By month. The table below has the numbers.")
    return [
        charts.bars("flow", _("Received and answered"), told, months, flow),
        charts.lines("took", _("Working days from receipt to the first answer"), told, months, took),
        charts.stacked("grades", _("What authors say of the result"), told, months, grades),
    ]


def in_short(board: Board) -> list:
    """(label, value, base in words, link) of the year for a page about one deputy, department or station."""
    shown = []
    for name in IN_SHORT:
        cell, label = board.cell(name), BY_NAME[name].label
        if name == "result:1":
            label = _("Dissatisfied with the result")
        if not BY_NAME[name].base:
            shown.append((label, f"{cell.number:,}", number(cell).public, cell.url))
        elif cell.base:
            shown.append((label, cell.share, f"{cell.number:,} / {cell.base:,}", cell.url))
    answered = board.cell("answered")
    if answered.median is not None:
        base = _("median of %(n)s first answers") % {"n": f"{answered.number:,}"}
        shown.insert(2, (_("Working days to the first answer"), f"{answered.median:,}", base, ""))
    return shown
