"""Stations in public: filters live in the address, each open one once, at the cost of one."""

import gzip
import json
import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from liaison import ground, places, workflow
from liaison.forms.stations import StationFilterForm
from liaison.models import Division, Field, Session, Station
from liaison.templatetags.stations import dial
from tests.cast import make_session

from .stations import cost, make_station

LIST, POINTS = "/stations/", "/stations/points.json"


def shown(client, **asked):
    response = client.get(LIST, asked)
    assert response.status_code == 200
    return [station.slug for station in response.context["entries"]]


def test_every_filter_narrows_and_they_join(client, city):
    other = Division.objects.filter(parent=city.gulou).exclude(pk=city.street.pk).first()
    care = Field.objects.exclude(pk=city.field.pk).first()
    make_station(city, "a", name="教育行业代表联络站", kind="industry_station", division=city.gulou).fields.add(
        city.field
    )
    make_station(city, "b", division=other, address="福州市鼓楼区榕荫路 12 号").fields.add(city.field, care)
    make_station(city, "c", division=city.cangshan, kind="contact_point")
    make_station(city, "d", division=city.whole, kind="practice_centre")
    expected = {
        "": {"wenquan", "a", "b", "c", "d"},
        "county=350102": {"wenquan", "a", "b"},
        f"county=350102&street={city.street.code}": {"wenquan"},
        f"county=350104&street={city.street.code}": {"c"},
        "kind=contact_point": {"c"},
        f"field={city.field.pk}": {"a", "b"},
        f"field={care.pk}&county=350102": {"b"},
        f"field={city.field.pk}&kind=industry_station": {"a"},
        "q=榕荫路": {"b"},
        "q=联络站 b": {"b"},
        "q=鼓楼": {"wenquan", "a", "b"},
        "q=wenquan": {"wenquan"},
        "q=Wenquan": {"wenquan"},
        "q=没有这样的站": set(),
        "q=wenquan&county=350104": set(),
    }
    for query, slugs in expected.items():
        found = [s.slug for s in client.get(f"{LIST}?{query}").context["entries"]]
        assert (query, set(found), len(found)) == (query, slugs, len(slugs))


def test_open_this_week_means_a_session_from_monday_to_sunday_that_is_not_cancelled(city, office):
    wednesday = timezone.make_aware(datetime(2026, 11, 25, 10))
    monday = timezone.make_aware(datetime(2026, 11, 23))
    assert places.week_of(wednesday) == (monday, monday + timedelta(days=7))
    times = {
        "sunday-before": monday - timedelta(minutes=1), "monday": monday,
        "sunday": monday + timedelta(days=6, hours=23), "next-monday": monday + timedelta(days=7),
        "cancelled": monday + timedelta(days=2),
    }  # fmt: skip
    for slug, at in times.items():
        station = make_station(city, slug)
        found = Session.objects.create(station=station, starts_at=at, ends_at=at + timedelta(hours=1))
        if slug == "cancelled":
            workflow.cancel_session(found, by=office, note="台风")
    rows = StationFilterForm({"week": "on"}).narrow(Station.objects.all(), wednesday)
    assert {s.slug for s in rows} == {"monday", "sunday"}


@pytest.mark.parametrize(
    "query",
    ["county=1", "street=350102003", "kind=x", "field=abc", "field=999999", "page=x", "q=%00", "q=" + "a" * 300,
     "week=maybe", "county=350102&county=<b>", "q=%25_"],
)  # fmt: skip
def test_nonsense_in_the_address_is_answered_all_the_same(client, city, query):
    assert client.get(f"{LIST}?{query}").status_code == 200
    assert client.get(f"{POINTS}?{query}").status_code == 200


def test_the_order_is_that_of_the_divisions_and_pages_neither_skip_nor_repeat(client, city):
    streets = list(Division.objects.filter(level="street").order_by("-code")[:30])
    for n, street in enumerate(streets):
        make_station(city, f"s{n:02}", division=street)
        make_station(city, f"t{n:02}", division=street)
    found, path = [], LIST
    while path:
        context = client.get(path).context
        found += [s.slug for s in context["entries"]]
        path = f"{LIST}{context['older']}" if context["older"] else ""
    expected = Station.objects.order_by("division__code", "pk").values_list("slug", flat=True)
    assert found == list(expected)
    assert len(found) == 61


def test_how_many_and_in_which_order_is_said_and_filters_can_be_removed_one_by_one(client, city):
    page = client.get(LIST, {"county": "350102", "street": city.street.code, "kind": "activity_room"})
    text = page.content.decode()
    assert ">1 个联络站</strong>" in text
    assert "按区县、街道排列" in text
    removed = [url for _label, _word, url in page.context["chips"]]
    assert removed[0] == "?kind=activity_room"  # the street goes with its county
    assert removed[1] == "?county=350102&kind=activity_room"


def test_a_closed_station_leaves_the_list_and_the_map_but_keeps_its_page(client, city):
    make_station(city, "closed", is_active=False, latitude=26.08, longitude=119.3)
    assert shown(client) == ["wenquan"]
    assert [row[0] for row in client.get(POINTS).json()["stations"]] == [city.station.name]
    page = client.get("/stations/closed/").content.decode()
    assert "这个联络站已停止接待" in page
    assert "提建议给这个联络站" not in page
    assert "这个联络站已停止接待" not in client.get("/stations/wenquan/").content.decode()


def test_a_row_names_the_soonest_session_with_a_free_place(client, city, deputy):
    full = make_session(city.station, days=2)
    full.slots.update(taken=1)
    make_session(city.station, days=3, status="planned")
    free = make_session(city.station, days=4)
    first = free.slots.first()
    first.taken = 1
    first.save()
    make_session(city.station, days=5)
    [entry] = client.get(LIST).context["entries"]
    assert (entry.next, entry.next.free) == (free, 3)
    row = client.get(LIST).content.decode()
    assert f'href="/sessions/{free.pk}/"' in row
    assert "还有 3 个时段可约" in row


def test_slots_that_have_begun_are_not_free(city):
    now = timezone.now()
    begun = Session.objects.create(
        station=city.station, starts_at=now - timedelta(minutes=20), ends_at=now + timedelta(minutes=40)
    )
    begun.slots.bulk_create(workflow.slots_of(begun))
    workflow.announce(begun, by=None)
    assert places.next_sessions([city.station.pk], now)[city.station.pk].free == 2
    assert places.next_sessions([city.station.pk], now + timedelta(minutes=30)) == {}


def test_list_and_points_cost_the_same_with_one_and_with_twenty_stations(client, city, deputy):
    make_session(city.station, [deputy.deputy])
    before = cost(client, LIST), cost(client, POINTS)
    for n in range(20):
        street = Division.objects.filter(level="street")[n]
        station = make_station(city, f"x{n}", division=street, latitude=26, longitude=119, phone="0591-87650000")
        station.fields.add(city.field)
        make_session(station, days=n + 8)
    assert (cost(client, LIST), cost(client, POINTS)) == before


def test_points_are_those_of_the_filters_and_carry_what_a_row_shows(client, city):
    make_station(city, "a", latitude=26.0812345678, longitude=119.3, phone="0591-87650000 转 2", step_free="坡道",
         address="东大路 1 号", is_demo=True)  # fmt: skip
    make_station(city, "b", division=city.cangshan, latitude=26.04, longitude=119.3)
    found = make_session(Station.objects.get(slug="a"))
    rows = client.get(POINTS, {"county": "350102"}).json()["stations"]
    when = timezone.localtime(found.starts_at)
    words = f"{when.year}年{when.month}月{when.day}日（星期{'一二三四五六日'[when.weekday()]}）9:00"
    assert rows == [
        ["温泉街道代表联系群众活动室", "/stations/wenquan/", "activity_room", None, None, "鼓楼区 · 温泉街道", "", 0,
         "", "", 0, 0],
        ["联络站a", "/stations/a/", "liaison_station", 26.08123, 119.3, "东大路 1 号", "0591-87650000 转 2", 1,
         f"/sessions/{found.pk}/", words, 4, 1],
    ]  # fmt: skip


def test_points_may_be_kept_for_minutes_and_two_thousand_of_them_are_light(client, city):
    streets = list(Division.objects.filter(level="street"))
    Station.objects.bulk_create(
        Station(
            slug=f"b-{n}", name=f"{streets[n % 180]}第{n}代表联络站", kind="liaison_station", division=streets[n % 180],
            address=f"{streets[n % 180].place}榕荫路{n * 7 % 400}号{n % 9}楼", phone=f"0591-{87000000 + n * 137}",
            latitude=26 + n * 7919 % 33331 / 1e5, longitude=119 + n * 104729 % 33331 / 1e5,
        )
        for n in range(2000)
    )  # fmt: skip
    answer = client.get(POINTS)
    squeezed = client.get(POINTS, headers={"Accept-Encoding": "gzip"})
    assert "max-age=120" in answer["Cache-Control"]
    assert len(answer.json()["stations"]) == 2001
    assert gzip.decompress(squeezed.content) == answer.content
    assert len(squeezed.content) < 80_000


def test_without_tiles_the_map_says_that_it_is_a_sketch(client, city):
    page = client.get(LIST).content.decode()
    assert "示意图" in page
    assert 'data-tiles=""' in page
    rows = json.loads(re.search(r'id="ground"[^>]*>(.*?)</', page).group(1))
    names = {name: (lat, lon) for name, lat, lon in rows}
    assert len(names) == 13
    assert names["平潭县"] == (25.5, 119.79)


def test_with_tiles_the_map_names_its_source_and_its_review_number(client, city, settings):
    settings.MAP = {
        "tiles": "https://tiles.example/{z}/{x}/{y}.png", "attribution": "天地图 <b>", "review_number": "GS（2026）1 号"
    }  # fmt: skip
    page = client.get(LIST).content.decode()
    assert "示意图" not in page
    assert 'data-tiles="https://tiles.example/{z}/{x}/{y}.png"' in page
    assert "天地图 &lt;b&gt;" in page
    assert "审图号： GS（2026）1 号" in page


def test_every_county_of_the_reference_data_has_its_place_on_the_ground(city):
    assert set(ground.SEATS) == set(Division.objects.filter(level="county").values_list("code", flat=True))


@pytest.mark.parametrize(
    ("written", "dialled"),
    [("0591-87650000", "tel:059187650000"), ("0591-87650000 转 803", "tel:059187650000"),
     ("+86 591 8765 0000", "tel:+8659187650000"), ("87650000、87650001", "tel:87650000"),
     ("（0591）87650000", "tel:059187650000"), ("请看公告", ""), ("", "")],
)  # fmt: skip
def test_a_number_as_people_write_it_can_be_dialled(written, dialled):
    assert dial(written) == dialled
