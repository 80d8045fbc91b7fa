"""Answers counted straight from a file of questions and replies: nothing of the portal is asked, not even its calendar.

Source of working days: the ``chinesecalendar`` package, which holds the State Council's notices.
"""

import json
from collections import defaultdict
from datetime import date, datetime, timedelta
from statistics import median_low
from typing import NamedTuple

from chinese_calendar import is_workday

# The promise a department gets when a case is assigned to it, in working days.
PROMISED = 15


class Pair(NamedTuple):
    """A question and its reply, as the file has them: times of the city, without a zone."""

    asked: datetime
    answered: datetime


def moment(text, *, latest=False):
    """A time; of a day alone its beginning, or with ``latest`` its last second. Raises ValueError."""
    if len(text) > len("2019-11-27"):
        return datetime.fromisoformat(text)
    day = datetime.fromisoformat(text)
    return day + timedelta(days=1, seconds=-1) if latest else day


def pair_of(row) -> Pair | None:
    """The two times of a row; None when one is missing, unreadable, or the reply comes before the question."""
    try:
        pair = Pair(moment(row["created_at"]), moment(row["reply_at"], latest=True))
    except (KeyError, TypeError, ValueError):
        return None
    return pair if pair.asked <= pair.answered else None


def working_days(first: date, last: date) -> int:
    """Worked days after ``first`` up to ``last``."""
    return sum(is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def by_year(path) -> dict[int, dict]:
    """Year of the reply -> answered, median and p90 in working days, promised, on_time."""
    spans = defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for pair in (pair_of(json.loads(line)) for line in lines if line.strip()):
            if pair is not None:
                spans[pair.answered.year].append(working_days(pair.asked.date(), pair.answered.date()))
    return {year: summary(sorted(days)) for year, days in sorted(spans.items())}


def summary(days: list[int]) -> dict:
    """Of sorted spans: the lower median, and the least span within which nine of ten were answered."""
    return {
        "answered": len(days),
        "median": median_low(days),
        "p90": days[-(-len(days) * 9 // 10) - 1],
        "promised": len(days),
        "on_time": sum(span <= PROMISED for span in days),
    }
