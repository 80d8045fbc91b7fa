"""The calendar: every session on its day in the city's time, a few per day, at the cost of one."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fzportal.models import Holiday
from liaison import timetable, workflow
from liaison.models import Session, Slot, Station
from tests.cast import make_deputy, make_session, person

CITY = ZoneInfo("Asia/Shanghai")
PAGE = "/calendar/"


def at(year, month, day, hour=9, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=CITY)


@pytest.fixture
def other_station(city):
    return Station.objects.create(
        name="仓山行业站", slug="cangshan-hang-ye", kind="industry_station", division=city.cangshan
    )


@pytest.fixture
def planned(city):
    """``planned(moment, …)``: a planned session of an hour at that moment, without slots."""

    def make(starts_at, station=None, **fields):
        ends = fields.pop("ends_at", starts_at + timedelta(hours=1))
        return Session.objects.create(station=station or city.station, starts_at=starts_at, ends_at=ends, **fields)

    return make


def seen(client, **asked):
    """{day: [pks shown]} of a month or week."""
    response = client.get(PAGE, asked)
    assert response.status_code == 200
    days = [day for week in response.context["weeks"] for day, _url in week]
    return {day.date: [s.pk for s in day.sessions] for day in days if day.sessions}


def standing(session, now=None):
    now = now or timezone.now()
    return str(timetable.with_standing(Session.objects.filter(pk=session.pk), now)[0].standing.label)


def test_a_session_stands_on_its_day_in_the_city_not_in_utc(client, planned):
    first = planned(at(2026, 11, 1, 0, 0))
    last = planned(at(2026, 11, 30, 23, 59))
    planned(at(2026, 10, 31, 23, 59))
    planned(at(2026, 12, 1, 0, 0))
    assert seen(client, date="2026-11-15") == {date(2026, 11, 1): [first.pk], date(2026, 11, 30): [last.pk]}


def test_a_week_runs_from_monday_to_sunday_across_the_end_of_a_year(client, planned):
    monday, sunday = planned(at(2026, 12, 28, 0, 0)), planned(at(2027, 1, 3, 23, 59))
    planned(at(2027, 1, 4, 0, 0))
    expected = {date(2026, 12, 28): [monday.pk], date(2027, 1, 3): [sunday.pk]}
    assert seen(client, view="week", date="2027-01-01") == expected


def test_a_full_day_shows_the_earliest_and_leads_to_the_rest(client, planned):
    rows = [planned(at(2026, 11, 20, 8, n)) for n in range(25)]
    response = client.get(PAGE, {"date": "2026-11-22", "division": "350102"})
    (day, url) = next((d, u) for week in response.context["weeks"] for d, u in week if d.sessions)
    assert ([s.pk for s in day.sessions], day.more) == ([r.pk for r in rows[:3]], 22)
    assert url == "?view=day&date=2026-11-20&division=350102"
    page = client.get(PAGE + url)
    assert [s.pk for s in page.context["sessions"]] == [r.pk for r in rows[:20]]
    rest = client.get(PAGE + page.context["older"])
    assert [s.pk for s in rest.context["sessions"]] == [r.pk for r in rows[20:]]
    assert "division=350102" in page.context["older"]
    week = client.get(PAGE, {"date": "2026-11-20", "view": "week"})
    assert [d.more for w in week.context["weeks"] for d, _u in w if d.sessions] == [17]


def test_the_status_is_a_word_for_every_case(city, session):
    now = session.starts_at - timedelta(days=1)
    assert standing(session, now) == "可预约"
    Slot.objects.filter(session=session).update(taken=1)
    assert standing(session, now) == "已约满"
    assert standing(session, session.starts_at + timedelta(minutes=20)) == "进行中"
    assert standing(session, session.ends_at) == "已结束"
    later = make_session(city.station, days=8, status="planned")
    assert standing(later) == "计划"
    workflow.cancel_session(later, by=None, note="停电")
    assert standing(later) == "已取消"


def test_a_session_of_which_only_past_slots_are_free_is_under_way_and_not_open(session):
    Slot.objects.filter(session=session, starts_at__gt=session.starts_at).update(taken=1)
    assert standing(session, session.starts_at - timedelta(minutes=1)) == "可预约"
    assert standing(session, session.starts_at + timedelta(minutes=1)) == "进行中"


def test_every_filter_narrows_and_stays_in_the_links(client, planned, city, other_station, deputy, other_deputy):
    here = make_session(city.station, [deputy.deputy], days=1)
    there = make_session(other_station, [other_deputy.deputy], days=1)
    day = here.day.isoformat()
    both = {here.day: [here.pk, there.pk]}
    assert seen(client, date=day) == both
    for name, mine, other in (
        ("division", "350102", "350104"),
        ("station", "wenquan", "cangshan-hang-ye"),
        ("station", "温泉街道", "仓山"),
        ("deputy", str(deputy.deputy.pk), str(other_deputy.deputy.pk)),
        ("deputy", "林静", "huang"),
    ):
        assert seen(client, date=day, **{name: mine}) == {here.day: [here.pk]}, mine
        assert seen(client, date=day, **{name: other}) == {here.day: [there.pk]}, other
    assert seen(client, date=day, division=city.street.code) == {here.day: [here.pk]}
    response = client.get(PAGE, {"date": day, "station": "wenquan", "division": "350102", "deputy": "林静"})
    for url in (response.context["earlier"], response.context["later"], response.context["today"]):
        assert url.endswith(f"&division=350102&station=wenquan&deputy={deputy.deputy.pk}")
    assert [word for _label, word, _url in response.context["chips"]] == [
        "鼓楼区",
        "温泉街道代表联系群众活动室",
        "林静",
    ]
    _label, _word, without_station = response.context["chips"][1]
    assert without_station == f"?view=month&date={day}&division=350102&deputy={deputy.deputy.pk}"


def test_a_cancelled_session_stays_in_its_deputys_calendar_and_a_declined_duty_does_not(client, city, deputy):
    off = make_session(city.station, [deputy.deputy], days=1)
    declined = make_session(city.station, [deputy.deputy], days=2)
    workflow.cancel_session(off, by=None, note="停电")
    workflow.decline_duty(declined.duties.get(), by=deputy, note="出差")
    workflow.cancel_session(declined, by=None, note="停电")
    assert seen(client, view="week", date=off.day.isoformat(), deputy=deputy.deputy.pk) == {off.day: [off.pk]}


def test_nonsense_in_the_address_is_taken_for_nothing(client, planned):
    row = planned(timezone.now() + timedelta(minutes=1))
    for asked in (
        {"date": "2026-13-45"}, {"view": "year"}, {"date": "0001-01-01"}, {"date": "9999-12-31"},
        {"division": "'; --"}, {"station": "\0"}, {"deputy": ""}, {"page": "x"},
    ):  # fmt: skip
        assert seen(client, **asked) == {row.day: [row.pk]}, asked
    assert seen(client, deputy="99999999999999999999") == {}
    assert seen(client, station="没有这个站") == {}


def test_steps_lead_to_the_neighbouring_month_week_and_day_and_end_somewhere(client, db):
    def steps(**asked):
        context = client.get(PAGE, asked).context
        return context["earlier"], context["later"]

    assert steps(date="2026-01-31") == ("?view=month&date=2025-12-01", "?view=month&date=2026-02-01")
    assert steps(view="week", date="2026-11-22") == ("?view=week&date=2026-11-09", "?view=week&date=2026-11-23")
    assert steps(view="day", date="2026-03-01") == ("?view=day&date=2026-02-28", "?view=day&date=2026-03-02")
    last = timezone.localdate().year + timetable.YEARS
    assert steps(date=f"{last}-12-05")[1] is None


def test_holidays_and_make_up_days_are_named_on_their_days(client, planned):
    planned(at(2026, 10, 12))
    Holiday.objects.update_or_create(date=date(2026, 10, 1), defaults={"name": "国庆节", "is_working": False})
    Holiday.objects.update_or_create(date=date(2026, 10, 10), defaults={"name": "国庆节", "is_working": True})
    response = client.get(PAGE, {"date": "2026-10-05"})
    marks = {d.date: d.holiday for week in response.context["weeks"] for d, _u in week if d.holiday}
    assert (marks[date(2026, 10, 1)].is_working, marks[date(2026, 10, 10)].is_working) == (False, True)
    text = response.content.decode()
    assert text.count('<span class="visually-hidden">调休上班</span> 国庆节') == sum(
        h.is_working for h in marks.values()
    )
    assert text.count('<span class="visually-hidden">法定节假日</span> 国庆节') == sum(
        not h.is_working for h in marks.values()
    )


def test_an_empty_month_says_what_to_do(client, city):
    text = client.get(PAGE, {"date": "2026-11-22"}).content.decode()
    assert "这段时间没有接待场次" in text and 'href="/stations/"' in text
    narrowed = client.get(PAGE, {"date": "2026-11-22", "division": "350102"}).content.decode()
    assert 'href="?view=month&amp;date=2026-11-01"' in narrowed


@pytest.mark.parametrize("asked", [{}, {"view": "week"}, {"view": "day"}, {"station": "wenquan", "deputy": "林"}])
def test_twenty_sessions_cost_as_many_queries_as_one(client, city, asked):
    asked = {"date": "2026-11-18"} | asked

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(PAGE, asked).context["count"].endswith("场")
        return len(caught)

    def add(number):
        for n in range(number):
            name = f"林{Session.objects.count()}"
            mine = make_deputy(person("", name), city, name, f"lin {n}", [city.gulou]).deputy
            row = make_session(city.station, [mine], days=30 + n % 3, status="planned")
            row.starts_at, row.ends_at = at(2026, 11, 18, 9, n), at(2026, 11, 18, 10, n)
            row.save()

    add(1)
    one = queries()
    add(20)
    assert queries() == one
