"""Recurrences: against an independent slow oracle over 2018-2026, in words, and refused where they make no sense."""

from datetime import date, timedelta
from types import SimpleNamespace

import chinese_calendar
import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison import phrases, recurrence

DAY = timedelta(days=1)
FIRST, LAST = date(2018, 1, 1), date(2026, 12, 31)
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def works(day):
    """The oracle's own word on a day; past the last year that is known, weekdays are worked."""
    return chinese_calendar.is_workday(day) if FIRST <= day <= LAST else day.weekday() < 5


CALENDAR = {
    day: works(day)
    for day in (FIRST + n * DAY for n in range((LAST - FIRST).days + 1))
    if works(day) != (day.weekday() < 5)
}


def last_of_month(day):
    return ((day.replace(day=28) + 4 * DAY).replace(day=1) - DAY).day


# Each strategy gives a recurrence and a slow test, written from RFC 5545 by hand: is ``day`` named by it?
def by_month_day(months, numbers):
    text = f"FREQ=MONTHLY;BYMONTHDAY={','.join(map(str, numbers))}"
    if months:
        text += f";BYMONTH={','.join(map(str, months))}"

    def fits(day, since):
        from_end = day.day - last_of_month(day) - 1
        return (day.day in numbers or from_end in numbers) and (not months or day.month in months)

    return text, fits


def by_nth_weekday(nths, weekdays):
    text = "FREQ=MONTHLY;BYDAY=" + ",".join(f"{n}{CODES[w]}" for w in weekdays for n in nths)

    def fits(day, since):
        nth, from_end = (day.day - 1) // 7 + 1, -((last_of_month(day) - day.day) // 7 + 1)
        return day.weekday() in weekdays and (nth in nths or from_end in nths)

    return text, fits


def by_week(interval, weekdays):
    text = f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={','.join(CODES[w] for w in weekdays)}"

    def fits(day, since):
        weeks = ((day - day.weekday() * DAY) - (since - since.weekday() * DAY)).days // 7
        return day.weekday() in weekdays and weeks % interval == 0

    return text, fits


def by_day(interval):
    return f"FREQ=DAILY;INTERVAL={interval}", lambda day, since: (day - since).days % interval == 0


some = {"min_size": 1, "max_size": 3, "unique": True}
month_days = st.lists(st.integers(1, 31) | st.integers(-3, -1), **some)
weekdays = st.lists(st.integers(0, 6), **some).map(sorted)
months = st.sampled_from([(), (1, 3, 5, 7, 9, 11), (2, 4, 6, 8, 10, 12), (1, 4, 7, 10)])
patterns = st.one_of(
    st.builds(by_month_day, months, month_days),
    st.builds(by_nth_weekday, st.lists(st.sampled_from([1, 2, 3, 4, 5, -1]), **some), weekdays),
    st.builds(by_week, st.integers(1, 3), weekdays),
    st.builds(by_day, st.integers(1, 10)),
)
policies = st.sampled_from(["next", "previous", "skip", "keep"])
a_day = st.dates(FIRST, date(2026, 6, 1))


@st.composite
def windows(draw):
    """Since when the rule is in force, its last day, and the window asked for."""
    since = draw(a_day)
    until = draw(st.none() | st.integers(0, 900).map(lambda n: since + n * DAY))
    begin = draw(a_day)
    return since, until, begin, begin + draw(st.integers(0, 400)) * DAY


def oracle(fits, since, until, policy, begin, end):
    """day -> occurrences, by trying every day there is and walking one step at a time."""
    found = {}
    day = since
    while day <= min(until or end + 40 * DAY, end + 40 * DAY):
        if fits(day, since):
            place = day
            while policy in ("next", "previous") and not works(place):
                place += DAY if policy == "next" else -DAY
            if begin <= place <= end and (works(place) or policy == "keep"):
                found.setdefault(place, []).append(day)
        day += DAY
    return found


@settings(max_examples=400, deadline=None)
@given(patterns, policies, windows())
def test_every_occurrence_falls_on_one_day_none_lost_none_twice(pattern, policy, window):
    (text, fits), (since, until, begin, end) = pattern, window
    rule = SimpleNamespace(recurrence=text, since=since, until=until, holidays=policy)
    gathered = recurrence.days(rule, begin, end, CALENDAR)
    assert {g.day: list(g.occurrences) for g in gathered} == oracle(fits, since, until, policy, begin, end)
    assert [g.day for g in gathered] == sorted({g.day for g in gathered})
    named = [occurrence for g in gathered for occurrence in g.occurrences]
    assert len(named) == len(set(named))
    if policy != "keep":
        assert all(works(g.day) for g in gathered)


@settings(max_examples=150, deadline=None)
@given(patterns, policies, windows(), st.integers(1, 60))
def test_a_window_cut_in_two_gives_the_same_days(pattern, policy, window, cut):
    (text, _fits), (since, until, begin, end) = pattern, window
    rule = SimpleNamespace(recurrence=text, since=since, until=until, holidays=policy)
    middle = min(begin + cut * DAY, end)
    parts = recurrence.days(rule, begin, middle, CALENDAR) + recurrence.days(rule, middle + DAY, end, CALENDAR)
    assert parts == recurrence.days(rule, begin, end, CALENDAR)


@settings(max_examples=200, deadline=None)
@given(patterns)
def test_what_is_normal_stays_so_and_means_the_same(pattern):
    text, _fits = pattern
    once = recurrence.normal(text)
    assert recurrence.normal(once) == once
    assert recurrence.parse(once) == recurrence.parse(text)
    assert recurrence.normal(f" rrule:{text.lower()} ") == once


def test_national_day_moves_the_first_of_october_to_the_first_working_day_after_it():
    rule = SimpleNamespace(
        recurrence="FREQ=MONTHLY;BYMONTHDAY=1", since=date(2025, 1, 1), until=None, holidays="next"
    )  # fmt: skip
    found = recurrence.days(rule, date(2025, 9, 2), date(2025, 10, 31), CALENDAR)
    assert found == [recurrence.Gathered(date(2025, 10, 9), (date(2025, 10, 1),))]
    rule.holidays = "previous"
    assert recurrence.days(rule, date(2025, 9, 2), date(2025, 10, 30), CALENDAR) == [
        recurrence.Gathered(date(2025, 9, 30), (date(2025, 10, 1),))
    ]
    rule.holidays = "skip"
    assert recurrence.days(rule, date(2025, 9, 2), date(2025, 10, 30), CALENDAR) == []


def test_a_make_up_saturday_is_a_working_day():
    assert recurrence.resolve(date(2025, 10, 11), "skip", CALENDAR) == date(2025, 10, 11)
    assert recurrence.resolve(date(2025, 10, 12), "skip", CALENDAR) is None


def test_days_that_fall_together_are_known_by_the_occurrence_that_stays():
    rule = SimpleNamespace(recurrence="FREQ=DAILY", since=date(2025, 9, 1), until=None, holidays="next")
    first = recurrence.days(rule, date(2025, 10, 1), date(2025, 10, 9), CALENDAR)
    assert [(g.day, len(g.occurrences), g.key) for g in first] == [(date(2025, 10, 9), 9, date(2025, 10, 9))]


@pytest.mark.parametrize(
    "text",
    [
        "", "每月15日", "FREQ=HOURLY", "FREQ=MONTHLY", "FREQ=WEEKLY", "FREQ=YEARLY;BYMONTH=3", "FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;UNTIL=20270101T000000", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYDAY=6MO", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=MONTHLY;BYMONTH=13;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYMONTHDAY=15;BYMONTHDAY=16", "FREQ=DAILY;BYHOUR=9", "FREQ=DAILY;INTERVAL=0",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2",
        "DTSTART:20260101T000000\nRRULE:FREQ=DAILY", "FREQ=MONTHLY;BYMONTHDAY=1,",
    ],
)  # fmt: skip
def test_a_rule_that_is_none_or_never_comes_round_is_refused(text):
    with pytest.raises(ValidationError):
        recurrence.validate(text)


def test_the_leap_day_comes_round():
    recurrence.validate("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", date(2026, 1, 1))


WORDS = {
    "FREQ=MONTHLY;BYMONTHDAY=15": ("每月15日", "every month: day 15"),
    "FREQ=MONTHLY;BYMONTHDAY=5,25": ("每月5日、25日", "every month: day 5, day 25"),
    "FREQ=MONTHLY;BYMONTHDAY=-1": ("每月最后一天", "every month: the last day"),
    "FREQ=MONTHLY;BYMONTH=1,3,5,7,9,11;BYMONTHDAY=15": ("单月15日", "odd months: day 15"),
    "FREQ=MONTHLY;BYMONTH=2,4,6,8,10,12;BYMONTHDAY=10": ("双月10日", "even months: day 10"),
    "FREQ=MONTHLY;BYMONTH=3,6;BYMONTHDAY=1": ("3月、6月1日", "month 3, month 6: day 1"),
    "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1": ("每3个月1日", "every 3 months: day 1"),
    "FREQ=MONTHLY;BYDAY=1TU,3TU": ("每月第一、三个星期二", "every month: the first, third Tuesday"),
    "FREQ=MONTHLY;BYDAY=-1FR": ("每月最后一个星期五", "every month: the last Friday"),
    "FREQ=MONTHLY;BYDAY=1TU,-1TU": (
        "每月第一个星期二、最后一个星期二", "every month: the first Tuesday, the last Tuesday",
    ),
    "FREQ=WEEKLY;BYDAY=WE": ("每周三", "every Wed"),
    "FREQ=WEEKLY;BYDAY=MO,TH": ("每周一、四", "every Mon, Thu"),
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE": ("每两周星期三", "every two weeks on Wednesday"),
    "FREQ=DAILY": ("每天", "every day"),
    "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=15": ("每年3月15日", "every year in month 3: day 15"),
    "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1": (
        "按规则 FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "by the rule FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", WORDS)
def test_a_rule_is_said_in_words(text):
    chinese, english = WORDS[text]
    with translation.override("zh-hans"):
        assert phrases.phrase(text) == chinese
    with translation.override("en"):
        assert phrases.phrase(text) == english


@settings(max_examples=200, deadline=None)
@given(patterns)
def test_every_rule_has_words(pattern):
    with translation.override("zh-hans"):
        assert not phrases.phrase(pattern[0]).isascii()
