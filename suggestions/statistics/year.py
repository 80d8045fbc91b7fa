"""The few figures of the home page, out of the table."""

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from .reading import Cell, Slice, latest_run, read


class Year(NamedTuple):
    """A year so far. ``days``: median working days from receipt to first answer over ``answered``, None without any.

    ``on_time`` of ``promised``: of the first answers that had a due date, those given by it. ``at``: when counted.
    """

    number: int
    received: int
    answered: int
    days: int | None
    on_time: int
    promised: int
    at: datetime | None = None

    @property
    def on_time_share(self) -> str:
        """One decimal, never rounded up: 99.96 % is not 100 %."""
        return Cell(self.on_time, base=self.promised).share

    @property
    def on_time_base(self) -> str:
        """ "1,012 / 1,158"."""
        return f"{self.on_time:,} / {self.promised:,}"


def year_so_far(now=None) -> Year:
    """The figures of the home page, in two queries."""
    year, run = timezone.localdate(now).year, latest_run()
    board = read(Slice(), year)
    answered = board.cell("answered")
    return Year(
        number=year,
        received=board.cell("received").number,
        answered=answered.number,
        days=answered.median,
        on_time=board.cell("on_time").number,
        promised=board.cell("promised").number,
        at=run.began_at if run else None,
    )
