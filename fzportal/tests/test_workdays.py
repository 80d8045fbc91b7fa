"""Working days against a slow count of their own and dates anybody can check on a calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fzportal import reference, workdays
from fzportal.models import Holiday


@pytest.fixture
def calendar(db):
    if not Holiday.objects.exists():
        reference.load_holidays()


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday -> Monday
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over National Day
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # the make-up Saturday counts
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
    ],
)
def test_the_nth_working_day_skips_weekends_and_holidays_and_counts_make_up_days(calendar, start, days, end):
    assert workdays.add(start, days) == end


def test_days_between_are_the_inverse_of_adding(calendar):
    assert workdays.between(date(2026, 9, 30), date(2026, 10, 10)) == 3
    assert workdays.between(date(2026, 10, 10), date(2026, 9, 30)) == -3


def test_a_month_ends_on_a_working_day(calendar):
    assert workdays.add_months(date(2026, 8, 31), 1) == date(2026, 9, 30)
    assert workdays.add_months(date(2026, 9, 1), 1) == date(2026, 10, 8)
    assert workdays.add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)  # a make-up Saturday


def test_working_days_are_never_counted_backwards(calendar):
    with pytest.raises(ValueError):
        workdays.add(date(2026, 1, 1), -1)


def test_a_holiday_the_office_enters_counts_at_once(calendar):
    Holiday.objects.create(date=date(2027, 3, 1), is_working=False, name="台风停工")
    assert workdays.add(date(2027, 2, 26), 1) == date(2027, 3, 2)


def slow_add(start, days):
    """The oracle: ask for each day alone, straight from the weekday and the table."""
    day = start
    while days:
        day += timedelta(days=1)
        row = Holiday.objects.filter(date=day).first()
        if row.is_working if row else day.isoweekday() <= 5:
            days -= 1
    return day


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.dates(date(2018, 1, 1), date(2026, 11, 1)), days=st.integers(0, 40))
def test_adding_agrees_with_a_slow_oracle(calendar, start, days):
    end = workdays.add(start, days)
    assert end == slow_add(start, days)
    assert workdays.between(start, end) == days
