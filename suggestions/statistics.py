"""Every figure the portal publishes, with the base it rests on. No base, no figure."""

from datetime import timedelta
from statistics import median_low
from typing import NamedTuple

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from fzportal.models import Holiday

from .models import Suggestion, SuggestionChange

# Time to answer is looked up for so many of the year's newest answers.
SAMPLE = 1000


class Year(NamedTuple):
    """A year so far. ``days``: median working days from receipt to answer over ``sample`` answers, None without any.

    ``on_time`` of ``promised``: of the sample's answers that had a due date, those given by it.
    """

    number: int
    received: int
    answered: int
    days: int | None
    sample: int
    on_time: int
    promised: int

    @property
    def on_time_share(self) -> str:
        """One decimal, never rounded up: 99.96 % is not 100 %."""
        return f"{self.on_time * 1000 // self.promised / 10:.1f}%" if self.promised else ""

    @property
    def on_time_base(self) -> str:
        """ "1,012 / 1,158"."""
        return f"{self.on_time:,} / {self.promised:,}"


def year_so_far(now=None) -> Year:
    """The figures of the home page, in four queries."""
    now = timezone.localtime(now)
    begin = now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    answered = Suggestion.objects.filter(answered_at__gte=begin)
    sample = list(answered.order_by("-answered_at").annotate(promised=promised_for()).values_list(
        "submitted_at", "answered_at", "promised")[:SAMPLE])  # fmt: skip
    promises = [(at, due) for _submitted, at, due in sample if due]
    days = working_days([(timezone.localdate(a), timezone.localdate(b)) for a, b, _due in sample])
    return Year(
        number=now.year,
        received=Suggestion.objects.filter(submitted_at__gte=begin).count(),
        answered=answered.count(),
        days=median_low(days) if days else None,
        sample=len(sample),
        on_time=sum(at <= due for at, due in promises),
        promised=len(promises),
    )


def promised_for():
    """The due date an answer was given under: that of the last change before it."""
    before = SuggestionChange.objects.filter(
        subject=OuterRef("pk"), at__lt=OuterRef("answered_at"), due_at__isnull=False
    )
    return Subquery(before.order_by("-pk").values("due_at")[:1])


def working_days(spans) -> list[int]:
    """Working days in each (first, last], with one look at the calendar for all of them."""
    if not spans:
        return []
    first, last = min(a for a, _b in spans), max(b for _a, b in spans)
    known = dict(Holiday.objects.filter(date__range=(first, last)).values_list("date", "is_working"))
    # How many working days lie between the first date of all and each date.
    passed, total = {}, 0
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        total += known.get(day, day.weekday() < 5)
        passed[day] = total
    return [passed[b] - passed[a] for a, b in spans]
