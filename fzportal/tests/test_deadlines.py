"""Ten thousand due dates against a slow oracle that knows neither the portal's arithmetic nor its table."""

import random
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from fzportal import workdays
from fzportal.models import Holiday
from suggestions import workflow
from suggestions.models import Suggestion
from tests.clock import settable

EXAMPLES = 10_000
# So many of them share a calendar in the real table; the others have one each, in memory.
IN_TABLE = 300
FIRST = date(2021, 1, 1)
SHANGHAI = timezone.get_fixed_timezone(480)


# The oracle: days are asked one by one, and everything is counted with the fingers.


def is_worked(day, calendar):
    if day in calendar:
        return calendar[day]
    return day.strftime("%a") not in ("Sat", "Sun")


def working_days_after(start, count, calendar):
    """The ``count``-th worked day after ``start``."""
    worked, day = [], start
    while len(worked) < count:
        day = date.fromordinal(day.toordinal() + 1)
        if is_worked(day, calendar):
            worked.append(day)
    return worked[-1] if worked else start


def months_after(start, count, calendar):
    """The same number in the calendar month ``count`` later, or that month's last; then on to a worked day."""
    year, month = start.year, start.month
    for _n in range(count):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    number = start.day
    while True:
        try:
            day = date(year, month, number)
            break
        except ValueError:
            number -= 1
    while not is_worked(day, calendar):
        day = date.fromordinal(day.toordinal() + 1)
    return day


def worked_between(start, end, calendar):
    """How many days of ``start < day <= end`` are worked; backwards they count as less than none."""
    if end < start:
        return -worked_between(end, start, calendar)
    days = (date.fromordinal(n) for n in range(start.toordinal() + 1, end.toordinal() + 1))
    return len([day for day in days if is_worked(day, calendar)])


def oracle(start, promise, extensions, calendar):
    """``promise``: (15, "days"), (3, "months") or a date set by hand; ``extensions``: working days each."""
    if isinstance(promise, date):
        day = promise
    else:
        day = {"days": working_days_after, "months": months_after}[promise[1]](start, promise[0], calendar)
    for more in extensions:
        day = working_days_after(day, more, calendar)
    return day


# Random calendars and promises


def a_calendar(dice):
    """A few years with holidays of up to ten days, make-up days on weekends, and single days of either kind."""
    found = {}
    for _n in range(dice.randint(0, 40)):
        first = FIRST + timedelta(days=dice.randint(0, 1500))
        for n in range(dice.choice((1, 1, 3, 5, 10))):
            found[first + timedelta(days=n)] = dice.random() < 0.25
    return found


def write_down(calendar):
    Holiday.objects.all().delete()
    Holiday.objects.bulk_create([Holiday(date=day, is_working=worked) for day, worked in calendar.items()])


def a_promise(dice, start):
    """(as the oracle takes it, as the portal writes it)."""
    kind, extensions = dice.choice("ddddmm="), [dice.randint(1, 60) for _n in range(dice.choice((0, 0, 1, 1, 2, 3)))]
    if kind == "=":
        day = start + timedelta(days=dice.randint(0, 200))
        promise, rule = day, f"={day.isoformat()}"
    else:
        amount = dice.randint(0, 60) if kind == "d" else dice.randint(1, 12)
        promise, rule = (amount, "days" if kind == "d" else "months"), f"{amount}{kind}"
    return promise, extensions, rule + "".join(f"+{more}d" for more in extensions)


def agrees_with_the_oracle(dice, calendar):
    start = FIRST + timedelta(days=dice.randint(0, 1200))
    promise, extensions, rule = a_promise(dice, start)
    due = workdays.due(start, rule)
    assert due == oracle(start, promise, extensions, calendar), f"{start} {rule}"
    assert workdays.between(start, due) == worked_between(start, due, calendar), f"{start} {rule}"


def test_ten_thousand_due_dates_agree_with_a_slow_oracle(monkeypatch):
    """Each with a calendar of its own, which stands where the table is read."""
    for n in range(EXAMPLES - IN_TABLE):
        dice = random.Random(n)
        calendar = a_calendar(dice)

        def read(first, last, calendar=calendar):
            return {day: worked for day, worked in calendar.items() if first <= day <= last}

        monkeypatch.setattr(workdays, "exceptions", read)
        agrees_with_the_oracle(dice, calendar)


@pytest.mark.parametrize("batch", range(3))
def test_due_dates_read_from_the_table_agree_with_it_too(batch, db):
    dice = random.Random(f"table {batch}")
    calendar = a_calendar(dice)
    write_down(calendar)
    for _n in range(IN_TABLE // 3):
        agrees_with_the_oracle(dice, calendar)


@pytest.fixture
def clock():
    # Before anybody's membership begins.
    with settable(datetime(2021, 1, 1, tzinfo=SHANGHAI)) as found:
        yield found


def at(day, dice):
    """Some moment of ``day`` in the portal's time zone."""
    return datetime(day.year, day.month, day.day, dice.randint(0, 23), dice.randint(0, 59), tzinfo=SHANGHAI)


def end_of(day):
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=SHANGHAI)


def asked_and_answered(suggestion, clock, dice, promise, calendar, office, citizen):
    """Let the office ask and the author answer up to three times; give the due date by the fingers."""
    start = timezone.localdate(suggestion.due_since)
    due = oracle(start, promise, [], calendar)
    day = start
    for _n in range(dice.randint(1, 3)):
        day = date.fromordinal(day.toordinal() + dice.randint(0, 12))
        clock.set(at(day, dice).replace(hour=23))
        workflow.ask(suggestion, by=office, question="请补充")
        left = max(worked_between(day, due, calendar), 1)
        day = date.fromordinal(day.toordinal() + dice.randint(1, 90))
        clock.set(at(day, dice))
        workflow.answer(suggestion, by=citizen, text="已补充")
        due = working_days_after(day, left, calendar)
    return day, left, due


@pytest.mark.parametrize("example", range(12))
def test_a_clock_that_was_paused_goes_on_with_what_was_left(example, clock, draft, office, citizen):
    """And once the calendar changes, every running promise is counted anew from where it began."""
    dice = random.Random(f"paused {example}")
    calendar = a_calendar(dice)
    write_down(calendar)
    clock.set(at(FIRST + timedelta(days=dice.randint(0, 1000)), dice))
    workflow.submit(draft, by=citizen)
    amount = int(draft.due_rule.removesuffix("d"))
    day, left, due = asked_and_answered(draft, clock, dice, (amount, "days"), calendar, office, citizen)
    draft = Suggestion.objects.get(pk=draft.pk)
    assert (draft.due_at, draft.due_rule) == (end_of(due), f"{left}d")
    assert timezone.localdate(draft.due_since) == day
    changed = a_calendar(dice) | {date.fromordinal(day.toordinal() + n): False for n in range(1, dice.randint(2, 9))}
    write_down(changed)
    counted = end_of(working_days_after(day, left, changed))
    assert workflow.recalculate(draft) is (counted != end_of(due))
    assert Suggestion.objects.get(pk=draft.pk).due_at == counted
    assert draft.changes.filter(event="recalculated").count() == (counted != end_of(due))
