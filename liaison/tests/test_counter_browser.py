"""The counter in Chromium: a morning with and without scripts on a phone; axe finds nothing on any page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from liaison import workflow
from liaison.models import Appointment
from tests.cast import make_session
from tests.looks import LOOKS, findings, sign_in

from .counter import begin

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def day(session, officer, deputy):
    """A day in the middle of its session: somebody booked, somebody checked in, somebody in line, one who cancelled."""
    slots = list(session.slots.all())
    names = [("陈阿婆", 0), ("林先生", 1), ("黄女士", 1), ("吴先生", 3), ("郑老师", 2)]
    for n, (name, place) in enumerate(names):
        topic = "想了解学校食堂的菜单能不能每周公开，家长怎样参加监督。" if n == 0 else "路灯不亮"
        workflow.book(slots[place], by=officer, name=name, phone=f"+861380000000{n}", topic=topic, party=n % 3 + 1)
    workflow.cancel(Appointment.objects.get(name="吴先生"), by=officer, note="来电取消")
    begin(session)
    workflow.check_in(Appointment.objects.get(name="林先生"), by=officer)
    return session


def day_url(session):
    return reverse("desk_station_day", args=[session.station.slug, session.day.isoformat()])


@pytest.mark.parametrize("javascript", [True, False])
def test_a_morning_at_the_counter_on_a_phone(javascript, live, new_page, day, officer, deputy):
    page = new_page(375, javascript=javascript)
    sign_in(page, officer, live)
    page.goto(day_url(day))

    def row(name):
        return page.locator("article.visit", has_text=name)

    page.get_by_label("预约码或姓名").fill("阿婆")
    page.get_by_role("button", name="查找").click()
    assert page.locator("article.visit").count() == 1
    row("陈阿婆").get_by_role("button", name="签到").click()
    row("陈阿婆").get_by_role("button", name="请进：林静代表").click()
    assert "正由林静代表接待" in row("陈阿婆").inner_text()
    row("林先生").locator("summary").click()
    row("林先生").get_by_role("button", name="未接待先离开").click()
    page.get_by_role("link", name="登记现场来访").click()
    page.get_by_label("姓名").fill("何大爷")
    page.locator("textarea[name=topic]").fill("公交站太远")
    page.get_by_role("button", name="登记并签到").click()
    page.wait_for_url("**/desk/station/**")
    assert "何大爷" in page.locator("article.visit", has_text="何大爷").inner_text()
    states = dict(Appointment.objects.values_list("name", "status"))
    assert states == {
        "陈阿婆": "checked_in", "林先生": "no_show", "黄女士": "waitlisted", "吴先生": "cancelled", "郑老师": "booked",
        "何大爷": "checked_in",
    }  # fmt: skip


def test_a_deputy_answers_on_a_phone_without_scripts(live, new_page, session, deputy):
    page = new_page(375, javascript=False)
    sign_in(page, deputy, live)
    page.goto("/desk/")
    page.get_by_role("link", name="待确认的值班 1").click()
    page.get_by_role("button", name="我会到场").click()
    assert "已确认，谢谢！" in page.locator("main").inner_text()
    assert session.duties.get().status == "confirmed"


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_at_the_counter(width, elder, live, new_page, city, day, officer, deputy, office):
    planned = make_session(city.station, [deputy.deputy], days=2, status="planned", theme="校园餐")
    empty = reverse(
        "desk_station_day", args=[city.station.slug, (timezone.localdate() + timedelta(days=40)).isoformat()]
    )
    steps = [(officer, path) for path in (
        day_url(day), day_url(day) + "?q=nobody", empty, reverse("desk_session", args=[day.pk]),
        reverse("desk_session", args=[planned.pk]), reverse("desk_session_print", args=[day.pk]),
        reverse("desk_walk_in", args=[day.pk]), reverse("desk_book", args=[day.pk]),
        reverse("desk_plan", args=[city.station.slug]), "/desk/",
    )]  # fmt: skip
    steps += [(deputy, path) for path in (reverse("desk_duties"), day_url(day), "/desk/")]
    steps += [(office, reverse("desk_station")), (office, reverse("desk_station") + "?q=nobody")]
    found = {}
    for user, path in steps:
        page = new_page(width, elder=elder)
        page.emulate_media(reduced_motion="reduce")
        sign_in(page, user, live)
        page.goto(path)
        for details in page.locator("main details.disclosure").all():
            details.evaluate("details => { details.open = true; }")
        found[f"{user.name} {path}"] = findings(page)
        page.context.close()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_where_something_is_wanting(width, elder, live, new_page, day, officer):
    page = new_page(width, elder=elder)
    page.emulate_media(reduced_motion="reduce")
    sign_in(page, officer, live)
    page.goto(reverse("desk_walk_in", args=[day.pk]))
    page.get_by_role("button", name="登记并签到").click()
    page.wait_for_load_state()
    assert (page.title().startswith("错误："), findings(page)) == (True, [])
    page.goto(reverse("desk_session", args=[day.pk]))
    page.locator("summary", has_text="取消场次").click()
    page.get_by_role("button", name="取消场次").click()
    page.wait_for_load_state()
    assert (page.title().startswith("错误："), findings(page)) == (True, [])
