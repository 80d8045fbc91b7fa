"""Where pages read the figures: from the table alone, one query for a board, one for a comparison."""

from collections import defaultdict
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from liaison.models import Deputy, Division, Station

from ..models import Category, Department, Statistic, StatisticsRun
from .behind import has_list
from .figures import base_of

Of, Span = Statistic.Of, Statistic.Span
MODELS = {
    Of.CATEGORY: Category.objects.select_related("parent"),
    Of.DIVISION: Division.objects.filter(level__in=("county", "street")).select_related("parent"),
    Of.DEPARTMENT: Department.objects.all(),
    Of.STATION: Station.objects.all(),
    Of.DEPUTY: Deputy.objects.all(),
}
# Rows a comparison shows at most: those who received most.
COMPARED = 50
LEDGERS = {"commitments": "commitment_list", "proposals": "proposal_list"}


class Slice(NamedTuple):
    """Of whom the figures are: the whole city, or one theme, division, department, station, deputy (``one``)."""

    kind: str = Of.CITY
    pk: int = 0
    name: str = ""
    one: object = None

    @classmethod
    def about(cls, one):
        """The slice of a row."""
        kind = next(kind for kind, rows in MODELS.items() if isinstance(one, rows.model))
        return cls(kind, one.pk, one.place if kind == Of.DIVISION else str(one), one)

    @classmethod
    def named(cls, text: str):
        """The slice an address names ("department-5"); the whole city for anything else."""
        kind, _dash, pk = text.partition("-")
        if kind not in MODELS or not pk.isdecimal() or len(pk) > 18:
            return cls()
        one = MODELS[kind].filter(pk=pk).first()
        return cls.about(one) if one else cls()

    @property
    def key(self) -> str:
        """As an address names it; "" for the whole city."""
        return f"{self.kind}-{self.pk}" if self.pk else ""

    @property
    def query(self) -> dict:
        """The same as filters of the public list."""
        one, kind = self.one, self.kind
        if kind == Of.CATEGORY:
            return {"theme": one.slug}
        if kind == Of.DIVISION:
            is_street = one.level == Division.Level.STREET
            return {"county": one.parent.code, "street": one.code} if is_street else {"county": one.code}
        if kind == Of.STATION:
            return {"station": one.slug}
        return {str(kind): one.pk} if one else {}


class Cell(NamedTuple):
    """One figure of a slice in a month or year; ``url`` leads to the list behind it ("" when there is none)."""

    number: int = 0
    public: int | None = None
    base: int | None = None
    median: int | None = None
    p90: int | None = None
    url: str = ""

    @property
    def share(self) -> str:
        """One decimal, never rounded up: 99.96 % is not 100 %. Without a base there is none."""
        return f"{self.number * 1000 // self.base / 10:.1f}%" if self.base else ""

    @property
    def hides_some(self) -> bool:
        """The list behind it is shorter than the number: some are not public, or one counts several times."""
        return self.public is not None and self.public != self.number


class Board:
    """All figures of one slice in one year; the office's links lead to all cases, others' to the public ones."""

    def __init__(self, about: Slice, year: int, rows, for_office=False):
        self.about, self.year, self.for_office = about, year, for_office
        self.cells = {(row.span, row.begins, row.figure): row for row in rows}

    def cell(self, name: str, month: int = 0) -> Cell:
        """A figure of the year, or of a month (1 to 12); zero, of its base, when nothing was counted."""
        span = Span.MONTH if month else Span.YEAR
        begins = date(self.year, month or 1, 1)
        row = self.cells.get((span, begins, name))
        if row is None:
            # None of twelve is a figure as well.
            whole = self.cells.get((span, begins, base_of(name)))
            return Cell(base=whole.number if whole else None)
        shown = row.number if self.for_office else row.public
        span = f"{self.year}-{month:02}" if month else str(self.year)
        url = address(self.about, name, span, self.for_office) if shown else ""
        return Cell(row.number, row.public, row.base, row.median, row.p90, url)

    def months(self, name: str) -> list[Cell]:
        """The twelve months of a figure."""
        return [self.cell(name, month) for month in range(1, 13)]

    def names(self, beginning: str) -> list[str]:
        """Figures of the year whose name begins so, most first."""
        found = [(-row.number, name) for (span, _b, name), row in self.cells.items() if span == Span.YEAR]
        return [name for _number, name in sorted(found) if name.startswith(beginning)]


def address(about: Slice, name: str, span: str, for_office=False) -> str:
    """The list behind a figure: suggestions, promises or proposals; "" when there is none."""
    for ledger, route in LEDGERS.items():
        if name.startswith(ledger):
            return f"{reverse(route)}?{urlencode(about.query)}".rstrip("?")
    if not has_list(name):
        return ""
    query = urlencode({"counted": name, "span": span} | about.query)
    if for_office:
        return f"{reverse('admin:suggestions_suggestion_changelist')}?{urlencode({'counted': query})}"
    return f"{reverse('suggestion_list')}?{query}"


def read(about: Slice, year: int, for_office=False) -> Board:
    """The board of a slice; one query, so that it is all of one counting."""
    of_year = Q(span=Span.YEAR, begins=date(year, 1, 1))
    of_months = Q(span=Span.MONTH, begins__range=(date(year, 1, 1), date(year, 12, 1)))
    rows = Statistic.objects.filter(of_year | of_months, of=about.kind, of_id=about.pk).order_by()
    return Board(about, year, rows, for_office)


def comparison(of: str, year: int, within=None, for_office=False) -> list[Board]:
    """The boards of a year of all rows of a kind (``within``: of these), who received most first."""
    rows = Statistic.objects.filter(of=of, span=Span.YEAR, begins=date(year, 1, 1), figure="received")
    if within is not None:
        rows = rows.filter(of_id__in=within)
    most = list(rows.order_by("-number", "of_id").values_list("of_id", flat=True)[:COMPARED])
    ones = MODELS[of].in_bulk(most)
    return boards(of, year, [ones[pk] for pk in most if pk in ones], for_office)


def boards(of: str, year: int, ones, for_office=False) -> list[Board]:
    """A board for each of ``ones``, rows of one kind; they know the year's figures only. One query."""
    found = defaultdict(list)
    keys = [one.pk for one in ones]
    for row in Statistic.objects.filter(of=of, span=Span.YEAR, begins=date(year, 1, 1), of_id__in=keys).order_by():
        found[row.of_id].append(row)
    return [Board(Slice.about(one), year, found[one.pk], for_office) for one in ones]


def years() -> list[int]:
    """The years anything was counted in, newest first."""
    spans = Statistic.objects.filter(of=Of.CITY, of_id=0, span=Span.YEAR).order_by("-begins")
    return [begins.year for begins in spans.values_list("begins", flat=True).distinct()]


def latest_run() -> StatisticsRun | None:
    """The counting that pages show."""
    return StatisticsRun.objects.filter(finished_at__isnull=False).last()
