"""The plan of a year: every session of it by month, on paper and as a workbook whose cells are text."""

import io
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from liaison import plan, workflow
from liaison.models import ReceptionRule, Session, Station
from tests.cast import make_deputy, make_session, person
from tests.looks import LOOKS, findings

CITY = ZoneInfo("Asia/Shanghai")
YEAR = timezone.localdate().year + 1


@pytest.fixture
def planned(city):
    """``planned((month, day, hour, minute), station, deputies, …)``: a planned session of an hour next year."""

    def make(moment, station=None, deputies=(), year=YEAR, **fields):
        row = make_session(station or city.station, deputies, days=300 + Session.objects.count(), status="planned")
        starts_at = datetime(year, *moment, tzinfo=CITY)
        Session.objects.filter(pk=row.pk).update(
            starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), **fields
        )  # fmt: skip
        return row

    return make


@pytest.fixture
def cangshan(city):
    return Station.objects.create(name="仓山站", slug="cangshan", kind="liaison_station", division=city.cangshan)


def months(client, path, **asked):
    """{month's title: [pks]}."""
    response = client.get(path, {"year": YEAR} | asked)
    assert response.status_code == 200
    return {title: [s.pk for s in sessions] for title, sessions in response.context["months"]}


def cells(response):
    """Rows of the workbook's sheet."""
    assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return list(openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows())


def test_a_stations_plan_has_the_whole_year_in_the_citys_time_and_nothing_else(client, planned, cangshan):
    last, first = planned((12, 31, 23, 59)), planned((1, 1, 0, 0))
    middle = planned((6, 15, 9, 0))
    planned((6, 15, 9, 0), cangshan)
    planned((12, 31, 23, 59), year=YEAR - 1)
    planned((1, 1, 0, 0), year=YEAR + 1)
    assert months(client, "/stations/wenquan/plan/") == {
        f"{YEAR}年1月": [first.pk], f"{YEAR}年6月": [middle.pk], f"{YEAR}年12月": [last.pk]
    }  # fmt: skip


def test_a_row_says_when_where_who_what_and_how_it_stands(client, city, planned, deputy, other_deputy, office):
    Station.objects.filter(pk=city.station.pk).update(address="五四路89号")
    row = planned((6, 15, 9, 0), deputies=[deputy.deputy, other_deputy.deputy], theme="加装电梯")
    off = planned((6, 16, 9, 0), place="温泉公园北门", mode="outing")
    workflow.cancel_session(Session.objects.get(pk=off.pk), by=office, note="停电")
    ((_title, sessions),) = client.get("/stations/wenquan/plan/", {"year": YEAR}).context["months"]
    weekday = "一二三四五六日"[date(YEAR, 6, 15).weekday()]
    assert (sessions[0].pk, sessions[0].weekday, sessions[0].place_words) == (row.pk, f"星期{weekday}", "五四路89号")
    assert [str(s.standing.label) for s in sessions] == ["计划", "已取消"]
    assert [[str(d.deputy) for d in s.on_duty] for s in sessions] == [["林静", "黄敏"], []]
    assert sessions[1].place_words == "温泉公园北门"
    heads, one, _off = cells(client.get("/stations/wenquan/plan.xlsx", {"year": YEAR}))
    assert [c.value for c in heads] == ["日期", "时间", "联络站", "地点", "代表", "主题", "状态"]
    assert [c.value for c in one] == [
        f"{YEAR}年6月15日（星期{weekday}）", "9:00—10:00", "温泉街道代表联系群众活动室", "五四路89号", "林静、黄敏",
        "加装电梯", "计划",
    ]  # fmt: skip


def test_the_rule_is_said_in_words(client, city):
    ReceptionRule.objects.create(
        station=city.station, recurrence="FREQ=MONTHLY;BYMONTHDAY=15", begins="09:00", ends="11:00", theme="民生"
    )
    ReceptionRule.objects.create(
        station=city.station, recurrence="FREQ=MONTHLY;BYMONTHDAY=25", begins="14:00", ends="16:30", is_active=False
    )
    assert "<li>每月15日 9:00—11:00 · 民生</li>" in client.get("/stations/wenquan/plan/").content.decode().replace(
        "每月 15 日", "每月15日"
    )


def test_the_citys_plan_narrows_to_a_division_and_keeps_the_year(client, city, planned, cangshan):
    here, there = planned((6, 15, 9, 0)), planned((6, 15, 10, 0), cangshan)
    path, title = reverse("city_plan"), f"{YEAR}年6月"
    assert months(client, path) == {title: [here.pk, there.pk]}
    assert months(client, path, division="350102") == {title: [here.pk]}
    assert months(client, path, division="350104") == {title: [there.pk]}
    context = client.get(path, {"year": YEAR, "division": "350104"}).context
    assert context["xlsx"] == f"/calendar/plan.xlsx?year={YEAR}&division=350104"
    assert context["feed"] == "/calendar/division/350104.ics"
    assert [r[2].value for r in cells(client.get(context["xlsx"]))] == ["联络站", "仓山站"]
    assert client.get(path, {"year": "nonsense", "division": "x"}).context["year"] == timezone.localdate().year


def test_a_plan_too_long_to_read_leads_to_its_parts(client, city, planned, cangshan, monkeypatch):
    monkeypatch.setattr(plan, "MOST", 2)
    whole = Station.objects.create(name="实践中心", slug="centre", kind="practice_centre", division=city.whole)
    for station in (None, None, cangshan, whole):
        planned((6, 15, 9, 0), station)

    def parts(**asked):
        response = client.get(reverse("city_plan"), {"year": YEAR} | asked)
        return [(str(place), words, url) for place, words, url in response.context["parts"]]

    assert parts() == [
        ("福州市", "1 场", ""),
        ("鼓楼区", "2 场", f"?year={YEAR}&division=350102"),
        ("仓山区", "1 场", f"?year={YEAR}&division=350104"),
    ]
    planned((6, 15, 9, 0))
    assert parts(division="350102") == [("温泉街道", "3 场", f"?year={YEAR}&division={city.street.code}")]
    assert client.get(f"/calendar/plan.xlsx?year={YEAR}").url == f"/calendar/plan/?year={YEAR}"


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "=cmd|'/c calc'!A0"])
def test_no_cell_is_a_formula(client, planned, evil):
    planned((6, 15, 9, 0), theme=evil)
    _heads, row = cells(client.get("/stations/wenquan/plan.xlsx", {"year": YEAR}))
    assert (row[5].value, row[5].data_type, bool(row[5].quotePrefix)) == (evil, "s", True)
    assert "f" not in {cell.data_type for cell in row}


def test_control_characters_do_not_break_the_workbook(client, planned):
    planned((6, 15, 9, 0), theme="加装\x0b电梯")
    _heads, row = cells(client.get("/stations/wenquan/plan.xlsx", {"year": YEAR}))
    assert row[5].value == "加装电梯"


@pytest.mark.parametrize("path", ["/stations/wenquan/plan/", "/stations/wenquan/plan.xlsx", "/calendar/plan/"])
def test_twenty_sessions_cost_as_many_queries_as_one(client, city, planned, path):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path, {"year": YEAR}).status_code == 200
        return len(caught)

    def add(number):
        for n in range(number):
            name = f"林{Session.objects.count()}"
            mine = make_deputy(person("", name), city, name, f"lin {n}", [city.gulou]).deputy
            planned((6, 1 + n, 9, 0), deputies=[mine])

    add(1)
    one = queries()
    add(20)
    assert queries() == one


PAGES = {
    "month": "/calendar/?date={day}",
    "week": "/calendar/?view=week&date={day}",
    "day": "/calendar/?view=day&date={day}",
    "empty": "/calendar/?date=2022-01-01",
    "plan": "/stations/wenquan/plan/?year={year}",
    "city's plan": "/calendar/plan/?year={year}",
    "mine": "/my/calendar/",
}


@pytest.fixture
def full(city, deputy, citizen, client):
    """A week from today is full of sessions of every kind; citizen has an address and is signed in: their cookie."""
    for n in range(5):
        make_session(city.station, [deputy.deputy] if n == 0 else [], theme="老旧小区加装电梯" if n % 2 else "")
    workflow.cancel_session(make_session(city.station, days=8), by=None, note="停电")
    make_session(city.station, days=8, status="planned")
    workflow.open_feed(by=citizen)
    client.force_login(citizen)
    return client.cookies["sessionid"].value


@pytest.mark.browser
@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_nobody_is_shut_out(new_page, live, full, width, elder):
    page = new_page(width, elder=elder)
    page.context.add_cookies([{"name": "sessionid", "value": full, "url": live}])
    day = timezone.localdate() + timedelta(days=7)
    wrong = []
    for name, address in PAGES.items():
        page.goto(live + address.format(day=day, year=day.year))
        wrong += [(name, found) for found in findings(page)]
    assert wrong == []


@pytest.mark.browser
def test_the_month_is_a_table_where_there_is_room_and_a_list_elsewhere(new_page, live, full):
    day = timezone.localdate() + timedelta(days=7)

    def shape(width, elder):
        page = new_page(width, elder=elder, javascript=False)
        page.goto(f"{live}/calendar/?date={day}")
        display = "e => getComputedStyle(e).display"
        return page.locator("table.calendar").evaluate(display), page.locator("td.day-empty").first.is_visible()

    assert shape(1280, False) == ("table", True)
    assert shape(375, False) == shape(375, True) == shape(1280, True) == ("block", False)
    page = new_page(375, javascript=False)
    page.goto(f"{live}/calendar/?date={day}")
    page.get_by_role("link", name="还有 2 场").click()
    assert page.locator(".rows .row").count() == 5


@pytest.mark.browser
def test_on_paper_the_plan_has_no_doors_and_repeats_its_heads(new_page, live, full):
    page = new_page()
    page.emulate_media(media="print")
    page.goto(f"{live}/stations/wenquan/plan/")
    assert not page.locator("header.top, nav, footer, .actions").locator("visible=true").count()
    assert page.locator("table.plan thead").evaluate("e => getComputedStyle(e).display") == "table-header-group"
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
