"""A station's page, what hangs on its door, and the home page's next sessions."""

import re
from datetime import datetime, timedelta

import pytest
import segno
from django.utils import timezone

from fzportal import qr
from liaison import places, workflow
from liaison.models import Deputy, Reception, Session, Station, StationMember
from tests.cast import make_session

from .stations import cost, make_station


def test_the_page_of_a_station_costs_the_same_with_one_and_with_twenty_of_everything(client, city, deputy, officer):
    make_session(city.station, [deputy.deputy])
    deputy.deputy.stations.add(city.station)
    StationMember.objects.create(user=officer, station=city.station, role="head")
    before = cost(client, "/stations/wenquan/")
    for n in range(20):
        extra = Deputy.objects.create(name=f"代表{n}", term=city.term)
        extra.stations.add(city.station)
        extra.fields.add(city.field)
        make_session(city.station, [extra], days=n + 8)
    assert cost(client, "/stations/wenquan/") == before


def test_the_page_of_a_station_says_everything_one_needs(client, city, deputy, officer):
    Station.objects.filter(slug="wenquan").update(
        address="东大路 88 号", phone="0591-87650000", opening_hours="工作日 8:30—17:30", step_free="正门右侧坡道",
        getting_there="公交 18 路", about="欢迎来坐坐。", is_demo=True,
    )  # fmt: skip
    StationMember.objects.create(user=officer, station=city.station, role="head")
    deputy.deputy.stations.add(city.station)
    gone = Deputy.objects.create(name="离任的代表", term=city.term, until=timezone.localdate() - timedelta(days=1))
    gone.stations.add(city.station)
    found = make_session(city.station, [deputy.deputy], theme="学校食品安全")
    page = client.get("/stations/wenquan/").content.decode()
    for words in (
        "代表联系群众活动室", "演示数据", "东大路 88 号", 'href="tel:059187650000"', "工作日 8:30—17:30",
        "正门右侧坡道", "公交 18 路", "欢迎来坐坐。", "郑联络",
        f'href="/deputies/{deputy.deputy.pk}/">林静</a>', "学校食品安全",
        f'href="/sessions/{found.pk}/"', "还有 4 个时段可约", 'href="/suggestions/new/?station=wenquan"',
        'href="/stations/wenquan/plan/"', 'href="/stations/wenquan/calendar.ics"', 'src="/stations/wenquan/qr.svg"',
        'href="/stations/wenquan/sheet/"',
    ):  # fmt: skip
        assert words in page, words
    assert "离任的代表" not in page


def test_the_next_ten_sessions_are_shown_with_planned_and_full_ones_and_no_cancelled_one(client, city, office):
    planned = make_session(city.station, days=1, status="planned")
    full = make_session(city.station, days=2)
    full.slots.update(taken=1)
    workflow.cancel_session(make_session(city.station, days=3), by=office, note="台风")
    later = [make_session(city.station, days=n) for n in range(4, 14)]
    sessions = client.get("/stations/wenquan/").context["sessions"]
    assert sessions == [planned, full, *later[:8]]
    page = client.get("/stations/wenquan/").content.decode()
    assert f'href="/sessions/{planned.pk}/"' not in page
    assert "计划中，公布后可以预约。" in page
    assert page.count("已约满") == 1


def test_visits_of_the_year_are_counted_over_the_sessions_held(city, officer, citizen, deputy):
    now = timezone.make_aware(datetime(2026, 11, 25, 10))
    for at, status, visits in [
        (datetime(2026, 1, 1, 9), "held", 2), (datetime(2026, 11, 3, 9), "held", 1),
        (datetime(2025, 12, 31, 9), "held", 1), (datetime(2026, 11, 4, 9), "cancelled", 0),
    ]:  # fmt: skip
        at = timezone.make_aware(at)
        found = Session.objects.create(
            station=city.station, starts_at=at, ends_at=at + timedelta(hours=1), status=status, places=5
        )
        found.slots.bulk_create(workflow.slots_of(found))
        for _n in range(visits):
            visit = found.appointments.create(slot=found.slots.first(), status="served")
            Reception.objects.create(appointment=visit, own_words="路灯不亮", outcome="advice", recorded_by=officer)
    assert places.year_of(city.station, now) == (2026, 3, 2)


def test_without_a_session_held_there_is_no_figure(client, city):
    assert "本年接待批次" not in client.get("/stations/wenquan/").content.decode()


def test_a_station_nobody_knows_is_not_found(client, city):
    for path in ("", "qr.svg", "sheet/"):
        assert client.get(f"/stations/nowhere/{path}").status_code == 404


def dark(svg):
    """The dark modules of an SVG QR code, (column, row), read from its strokes as a scanner sees them."""
    path = re.search(r' d="(M[^"]+)"/></g>', svg).group(1)
    found, x, y = set(), 0.0, 0.0
    for letter, numbers in re.findall(r"([MmhHvV])([^MmhHvV]*)", path):
        values = [float(n) for n in re.findall(r"-?\d*\.?\d+", numbers)]
        if letter == "M":
            x, y = values
        elif letter == "m":
            x, y = x + values[0], y + values[1]
        elif letter == "h":
            found |= {(int(x) + n, int(y)) for n in range(int(values[0]))}
            x += values[0]
    return found


@pytest.mark.parametrize(
    ("query", "path"),
    [("", "/stations/wenquan/"), ("?for=suggestion", "/suggestions/new/?station=wenquan"),
     ("?for=elsewhere", "/stations/wenquan/")],
)  # fmt: skip
def test_the_code_is_that_of_the_public_address(client, city, settings, query, path):
    settings.SITE_URL = "https://portal.example/"
    answer = client.get(f"/stations/wenquan/qr.svg{query}")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/svg+xml", "public, max-age=86400")
    code = segno.make(f"https://portal.example{path}", error="q", micro=False, boost_error=False)
    rows = enumerate(code.matrix_iter(border=4))
    expected = {(x, y) for y, row in rows for x, module in enumerate(row) if module}
    assert dark(answer.content.decode()) == expected
    assert qr.address(path) == f"https://portal.example{path}"


def test_the_sheet_shows_both_codes_and_their_addresses_in_writing(client, city, settings):
    settings.SITE_URL = "https://portal.example"
    page = client.get("/stations/wenquan/sheet/").content.decode()
    for words in (
        "温泉街道代表联系群众活动室", 'src="/stations/wenquan/qr.svg"', 'src="/stations/wenquan/qr.svg?for=suggestion"',
        "https://portal.example/stations/wenquan/", "https://portal.example/suggestions/new/?station=wenquan",
        "data-print",
    ):  # fmt: skip
        assert words in page, words


def test_the_home_page_names_the_next_three_sessions_with_a_free_place(client, city, deputy, office):
    assert "最近的接待" not in client.get("/").content.decode()
    closed = make_station(city, "closed", is_active=False)
    make_session(closed, days=1)
    full = make_session(city.station, days=2)
    full.slots.update(taken=1)
    workflow.cancel_session(make_session(city.station, days=3), by=office, note="台风")
    coming = [make_session(city.station, [deputy.deputy], days=n) for n in (4, 5, 6, 7)]
    page = client.get("/")
    assert page.context["sessions"] == coming[:3]
    text = page.content.decode()
    assert "最近的接待" in text
    assert f'href="/sessions/{coming[0].pk}/"' in text
    assert 'href="/calendar/">日历</a>' in text


def test_the_home_page_costs_the_same_with_one_and_with_twenty_sessions(client, city, deputy):
    client.get("/")
    make_session(city.station, [deputy.deputy])
    before = cost(client, "/")
    for n in range(20):
        make_session(make_station(city, f"x{n}"), [deputy.deputy], days=n + 8)
    assert cost(client, "/") == before
