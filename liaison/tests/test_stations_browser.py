"""The stations in Chromium: a list for everybody; a map and "nearest first" where the browser can, told to nobody."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from fzportal import paging
from liaison.models import Deputy, Division, Station
from tests.cast import make_session
from tests.looks import LOOKS, findings

from .stations import make_station

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HERE = {"latitude": 26.0541, "longitude": 119.3141}
PATHS = ("/stations/", "/stations/?q=nowhere", "/stations/wenquan/", "/stations/wenquan/sheet/", "/")


@pytest.fixture
def town(city, deputy):
    """30 stations in a row to the east of ``HERE``, the farthest first in the list, and one without coordinates."""
    streets = list(Division.objects.filter(level="street").order_by("code")[:30])
    made = [
        make_station(
            city, f"s{n:02}", division=street, latitude=26.0541, longitude=119.3141 + 0.01 * (30 - n), kind=kind,
            phone="0591-87650000", address=f"东大路 {n} 号", step_free="坡道",
        )
        for n, (street, kind) in enumerate(zip(streets, Station.Kind.values * 6, strict=True))
    ]  # fmt: skip
    Station.objects.filter(slug="wenquan").update(
        latitude=26.09, longitude=119.31, phone="0591-87650000", address="东大路 88 号", step_free="坡道", is_demo=True
    )
    lost = make_station(city, "lost", division=city.whole)
    Deputy.objects.get(user=deputy).stations.add(city.station)
    make_session(city.station, [deputy.deputy])
    make_session(made[0], days=8)
    return [*made, lost]


@pytest.fixture
def complaints():
    """What the console of a watched page says."""
    return []


@pytest.fixture
def visit(new_page, complaints):
    """``visit(path, width, …)``: a page whose console is watched."""

    def go(path, width=1280, **options):
        page = new_page(width, **options)
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.emulate_media(reduced_motion="reduce")
        page.goto(path)
        return page

    return go


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_and_nothing_is_cut_off_at_the_side(town, visit, width, elder):
    found = {}
    for path in PATHS:
        page = visit(path, width, elder=elder)
        if path == "/stations/":
            toggle = page.locator("[data-show-map]")
            if toggle.is_visible():
                found["list"] = findings(page)
                toggle.click()
            page.locator("[data-drawn]").wait_for()
            page.locator(".pin").first.wait_for()
        found[path] = findings(page)
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_the_map_shows_every_station_and_breaks_no_rule_of_the_content_security_policy(town, visit, complaints, live):
    page, seen = visit("about:blank"), []
    page.on("request", lambda request: seen.append(request.url))
    page.goto("/stations/")
    page.locator("[data-drawn='31']").wait_for()
    shown = [int(text or 1) for text in page.locator(".pin").all_inner_texts()]
    assert sum(shown) == 31
    names = page.locator(".pin").evaluate_all("pins => pins.map(p => p.getAttribute('aria-label'))")
    assert all(names)
    assert page.locator(".ground-name").count() == 13
    page.get_by_role("button", name="放大").click()
    page.locator(".pin").first.click()
    assert complaints == []
    assert [url for url in seen if not url.startswith((live, "data:", "about:"))] == []


def test_a_pin_opens_and_closes_by_keyboard_and_leads_to_its_station(town, visit, city):
    page = visit("/stations/?q=温泉街道代表")
    pin = page.locator(".pin")
    pin.focus()
    assert pin.get_attribute("aria-label") == "温泉街道代表联系群众活动室，代表联系群众活动室"
    page.keyboard.press("Enter")
    card = page.locator(".map-cards")
    assert card.locator("a").all_inner_texts() == ["温泉街道代表联系群众活动室", "0591-87650000"]
    page.keyboard.press("Escape")
    card.wait_for(state="detached")
    assert page.evaluate("document.activeElement.classList.contains('pin')")
    page.keyboard.press("Space")
    page.get_by_role("button", name="关闭").click()
    assert page.evaluate("document.activeElement.classList.contains('pin')")
    page.keyboard.press("Enter")
    card.locator("a").first.click()
    page.wait_for_url("**/stations/wenquan/")


def test_pins_are_large_enough_and_never_touch(town, visit):
    for elder, least in ((False, 44), (True, 60)):
        page = visit("/stations/", 375, elder=elder)
        page.locator("[data-show-map]").click()
        page.locator(".pin").first.wait_for()
        boxes = page.locator(".pin").evaluate_all(
            "pins => pins.map(p => p.getBoundingClientRect()).map(b => [b.x, b.y, b.width, b.height])"
        )
        assert min(min(width, height) for _x, _y, width, height in boxes) >= least
        for n, (x, y, width, height) in enumerate(boxes):
            for other in boxes[n + 1 :]:
                assert abs(other[0] - x) >= width or abs(other[1] - y) >= height


def test_nearest_first_sorts_all_pages_and_no_request_carries_the_position(town, visit, city):
    page = visit("/stations/")
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(HERE)
    page.locator("[data-drawn]").wait_for()
    asked = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.post_data or ''}"))
    page.get_by_role("button", name="离我近的在前").click()
    rows = page.locator("[data-nearest] .row")
    rows.first.wait_for()
    assert rows.count() == 20
    assert page.locator("[data-nearest] .list-count").inner_text() == "32 个联络站 离您近的在前"
    page.get_by_role("button", name="再看一些").click()
    names = page.locator("[data-nearest] .row-title").all_inner_texts()
    nearest = [f"联络站s{n:02}" for n in range(29, -1, -1)]
    assert [n for n in names if n in nearest] == nearest
    assert (len(names), names[-1]) == (32, "联络站lost")
    assert page.get_by_role("button", name="再看一些").is_hidden()
    first = rows.first
    assert first.locator("strong").inner_text() == "约 1.0 公里"
    assert re.sub(r"\s+", " ", first.locator(".meta").inner_text()) == "东大路 29 号 电话 0591-87650000 可无台阶进入"
    assert not page.locator("[data-own-order]").is_visible()
    assert not [line for line in asked if "26.05" in line or "119.31" in line]
    assert asked == []
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie.includes('119')]") == [
        0,
        0,
        False,
    ]
    page.get_by_role("button", name="离我近的在前").click()
    assert page.locator("[data-own-order] .row").count() == paging.SIZE


def test_without_permission_the_order_stays_and_it_is_said(town, visit):
    page = visit("/stations/")
    page.get_by_role("button", name="离我近的在前").click()
    page.get_by_text("没有得到您的位置").wait_for()
    assert page.locator("[data-own-order] .row").count() == paging.SIZE


def test_on_a_phone_the_map_is_fetched_only_when_asked_for(town, visit):
    page, seen = visit("about:blank", 375), []
    page.on("request", lambda request: seen.append(request.url))
    page.goto("/stations/", wait_until="networkidle")
    assert not [url for url in seen if "leaflet" in url or "points.json" in url]
    page.locator("[data-show-map]").click()
    page.locator("[data-drawn]").wait_for()
    assert not page.locator(".finder-list").is_visible()
    page.locator("[data-show-map]").click()
    assert page.locator(".finder-list").is_visible()


def test_tiles_come_from_the_configured_address_and_the_person_does_not_move_them(town, visit, settings, live):
    settings.MAP = {
        "tiles": f"{live}/static/img/mark.svg?{{z}}/{{x}}/{{y}}",
        "attribution": "天地图",
        "review_number": "",
    }
    page = visit("/stations/", 1280)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 39.9, "longitude": 116.4})
    page.locator(".leaflet-tile-loaded").first.wait_for()
    assert page.locator(".ground-name").count() == 0
    page.wait_for_load_state("networkidle")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="离我近的在前").click()
    page.locator("[data-nearest] .row").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert asked == []


def test_without_javascript_the_list_filters_pages_and_leads_to_a_session(town, visit):
    page = visit("/stations/", 375, javascript=False)
    assert page.locator(".row").count() == paging.SIZE
    assert not page.locator("[data-tools]").is_visible()
    assert not page.locator("[data-map]").is_visible()
    page.get_by_role("link", name="下一页").click()
    page.wait_for_url("**/stations/?page=*")
    page.locator(".row").first.wait_for()
    assert page.locator(".row").count() == 32 - paging.SIZE
    page.goto("/stations/")
    page.get_by_text("筛选").click()
    page.locator("[name=kind]").select_option("activity_room")
    page.locator("[name=county]").select_option("350102")
    page.locator(".browse .button.secondary").click()
    page.wait_for_url("**county=350102**")
    page.get_by_role("link", name="温泉街道代表联系群众活动室").click()
    page.get_by_role("link", name=re.compile("^预约")).first.click()
    page.wait_for_url("**/sessions/*/")


def test_in_the_large_print_view_the_phone_stands_near_the_top(town, visit):
    page = visit("/stations/wenquan/", 375, elder=True)
    call = page.locator(".call a")
    assert call.get_attribute("href") == "tel:059187650000"
    assert call.bounding_box()["y"] < 900


def test_the_sheet_is_one_page_of_paper(town, visit):
    page = visit("/stations/wenquan/sheet/")
    assert page.get_by_role("button", name="打印").is_visible()
    pdf = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(pdf.pages) == 1
    assert [round(float(side) / 72 * 25.4) for side in pdf.pages[0].mediabox[2:]] == [210, 297]
