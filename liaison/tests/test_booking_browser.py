"""Booking in Chromium: on a phone and a desk screen, in large print, without JavaScript; axe on every page."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from django.urls import reverse

from liaison import workflow
from liaison.models import Appointment, Session, Slot
from tests.cast import make_session, person
from tests.looks import LOOKS, findings, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(city, deputy, officer, citizen, neighbour):
    """Sessions and appointments of every kind at one station, by name."""
    station = city.station
    station.address, station.phone = "鼓楼区温泉路 100 号（温泉公园东门旁）", "0591-87550000"
    station.getting_there, station.step_free = "公交 2 路、18 路到温泉公园站", "东门有坡道，可坐轮椅进入"
    station.save()
    sessions = {
        "open": make_session(station, [deputy.deputy], days=7, theme="学校食堂", scope="食材来源、价格、卫生"),
        "later": make_session(station, [deputy.deputy], days=21, places=3),
        "planned": make_session(station, [deputy.deputy], days=40, status="planned"),
        "cancelled": make_session(station, days=10),
        "online": make_session(station, days=11, mode="online", link="https://meet.example/a"),
        "held": make_session(station, [deputy.deputy], days=12),
    }
    slots = list(sessions["open"].slots.all())
    workflow.book(slots[0], by=officer, name="王先生", phone="+8613800138001")
    return {
        "sessions": sessions,
        "slots": slots,
        "visits": visits(sessions, slots, citizen, neighbour, officer, deputy),
    }


def visits(sessions, slots, citizen, neighbour, officer, deputy):
    """Appointments in every state a visitor reads: {name: appointment}."""
    third, words = (
        person("丙", "郭晓", "third@example.com"),
        {"name": "林晓榕", "topic": "路灯不亮。\n晚上看不清台阶。"},
    )
    later = list(sessions["later"].slots.all())
    found = {
        "waitlisted": workflow.book(slots[0], by=third, user=third, **words),
        "booked": workflow.book(later[0], by=citizen, user=citizen, party=2, reminded_by="email", **words),
        "cancelled": workflow.book(sessions["cancelled"].slots.first(), by=citizen, user=citizen, **words),
        "online": workflow.book(sessions["online"].slots.first(), by=citizen, user=citizen, **words),
        "served": workflow.book(sessions["held"].slots.first(), by=citizen, user=citizen, **words),
        "no_show": workflow.book(sessions["held"].slots.last(), by=neighbour, user=neighbour, **words),
    }
    blocker = workflow.book(sessions["later"].slots.last(), by=officer, name="赵", phone="+8613800138002")
    Slot.objects.filter(pk=blocker.slot_id).update(places=1)
    found["offered"] = workflow.book(blocker.slot, by=third, user=third, **words)
    workflow.cancel(blocker, by=officer, note="来电取消")
    workflow.cancel_session(sessions["cancelled"], by=officer, note="台风预警，人员不能到站，请另约时间。")
    workflow.check_in(found["served"], by=officer)
    workflow.receive(
        found["served"], by=officer, deputies=[deputy.deputy], own_words="路灯坏了半年。\n晚上看不清台阶。",
        answer="已联系城管部门，本周修好。", outcome="answered",
    )  # fmt: skip
    long_ago(sessions["held"])
    workflow.hold(sessions["held"], by=officer)
    return {name: Appointment.objects.get(pk=a.pk) for name, a in found.items()}


def long_ago(session):
    """It took place three weeks before."""
    for rows in (Session.objects.filter(pk=session.pk), session.slots.all()):
        rows.update(starts_at=F("starts_at") - timedelta(days=21), ends_at=F("ends_at") - timedelta(days=21))
    session.refresh_from_db()


class Look:
    """Checks and, when SHOTS names a folder, photographs each page: ``wrong`` lists what is found."""

    def __init__(self, page, width, name):
        self.page, self.width, self.name, self.wrong, self.count = page, width, name, [], 0

    def __call__(self, name):
        self.count += 1
        if folder := os.environ.get("SHOTS"):
            path = Path(folder) / f"{self.name}-{self.count:02}-{name}.png"
            self.page.screenshot(path=str(path), full_page=True)
        self.wrong += [f"{name}: {found}" for found in findings(self.page)]
        if self.page.locator("main .button.primary:visible, main button.primary:visible").count() > 1:
            self.wrong.append(f"{name}: two primary buttons")

    def go(self, name, address):
        self.page.goto(address)
        self(name)

    def press(self, name):
        self.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_on_any_page_and_the_stations_phone_is_always_there(
    town, new_page, live, neighbour, citizen, officer, width, elder
):
    look = Look(new_page(width, elder=elder), width, f"{width}{'-elder' if elder else ''}")
    page, slots = look.page, town["slots"]
    for name, session in town["sessions"].items():
        look.go(f"session-{name}", session.get_absolute_url())
        assert page.get_by_role("main").locator('a[href="tel:0591-87550000"]').is_visible()
    look.go("find", reverse("appointment_find"))
    look.press("查询")
    look("find-error")
    for name, visit in town["visits"].items():
        look.go(f"visit-{name}", visit.get_absolute_url())
        assert page.get_by_role("main").locator('a[href="tel:0591-87550000"]').is_visible()
    booked = town["visits"]["booked"]
    look.go("change", reverse("appointment_change", args=[booked.code]))
    look.press("改到这个时段")
    look("change-error")
    look.go("cancel", reverse("appointment_cancel", args=[booked.code]))
    workflow.cancel(booked, by=officer, note="代表临时有会")
    look.press("是的，取消")
    look("stale")
    book_pages(look, slots, live, neighbour, officer)
    sign_in(page, citizen, live)
    look.go("my", reverse("my_appointments"))
    look.go("visit-mine", town["visits"]["served"].get_absolute_url())
    assert look.wrong == []


def book_pages(look, slots, live, neighbour, officer):
    """The form with errors; the way to sign in; the check; a time that is full, and one that filled meanwhile."""
    page, url = look.page, reverse("book", args=[slots[1].session_id, slots[1].pk])
    look.go("book", url)
    look.press("继续")
    look("book-error")
    fill(page)
    look.press("继续")
    look("sign-in")
    # A session of its own: what was typed before is gone.
    sign_in(page, neighbour, live)
    page.goto(url)
    fill(page)
    look.press("继续")
    assert page.get_by_role("button", name="确认预约").is_visible()
    look("check")
    workflow.book(slots[1], by=officer, name="快一步", phone="+8613800138009")
    look.press("确认预约")
    look("just-filled")
    look.go("full", reverse("book", args=[slots[0].session_id, slots[0].pk]))
    look.go("full-check", reverse("book_check", args=[slots[0].session_id, slots[0].pk]))


def fill(page):
    page.get_by_label("想谈的事").fill("温泉小学门口没有斑马线。")
    page.get_by_label("您的姓名").fill("陈茉")
    page.get_by_label("电话", exact=False).first.fill("138 0013 8000")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
def test_somebody_books_changes_accepts_and_cancels(town, new_page, live, neighbour, javascript):
    page = new_page(375, javascript=javascript)
    sign_in(page, neighbour, live)
    main = page.get_by_role("main")
    page.goto(town["sessions"]["open"].get_absolute_url())
    main.get_by_role("link", name="预约 9:15—9:30").click()
    page.get_by_label("想谈的事").fill("温泉小学门口没有斑马线。")
    page.get_by_label("来访人数").select_option(label="3 人")
    main.get_by_role("button", name="继续", exact=True).click()
    main.get_by_role("button", name="确认预约").click()
    made = Appointment.objects.get(user=neighbour, status="booked")
    assert page.url.endswith(made.get_absolute_url()) and main.get_by_text(made.spoken_code).is_visible()
    assert (made.topic, made.party, made.slot) == ("温泉小学门口没有斑马线。", 3, town["slots"][1])
    main.get_by_role("link", name="改时间").click()
    main.get_by_label("9:30—9:45").first.check()
    main.get_by_role("button", name="改到这个时段").click()
    assert main.get_by_text("已改好。预约码不变。").is_visible()
    made.refresh_from_db()
    assert made.slot == town["slots"][2]
    main.get_by_role("link", name="取消预约").click()
    main.get_by_role("button", name="是的，取消").click()
    assert main.get_by_text("预约已取消，谢谢您告诉我们。").is_visible()
    made.refresh_from_db()
    assert made.status == "cancelled"


def test_without_javascript_an_offer_is_found_by_the_code_on_paper_and_accepted(town, new_page):
    page, offered = new_page(375, javascript=False), town["visits"]["offered"]
    page.goto("/appointments/")
    page.get_by_label("预约码").fill(offered.spoken_code.lower())
    page.get_by_role("main").get_by_role("button", name="查询").click()
    page.get_by_role("button", name="接受名额").click()
    assert page.get_by_text("名额已归您。").is_visible()
    offered.refresh_from_db()
    assert offered.status == "booked"


def test_a_time_that_fills_while_somebody_types_asks_and_loses_nothing(town, new_page, live, neighbour, officer):
    page, slot = new_page(375, javascript=False), town["slots"][3]
    sign_in(page, neighbour, live)
    main = page.get_by_role("main")
    page.goto(reverse("book", args=[slot.session_id, slot.pk]))
    page.get_by_label("想谈的事").fill("斑马线")
    main.get_by_role("button", name="继续", exact=True).click()
    workflow.book(slot, by=officer, name="快一步", phone="+8613800138009")
    main.get_by_role("button", name="确认预约").click()
    assert main.get_by_text("这个时段刚刚约满").is_visible()
    main.get_by_role("button", name="加入候补").click()
    made = Appointment.objects.get(user=neighbour, session=slot.session)
    assert (made.status, made.topic, made.place_in_line) == ("waitlisted", "斑马线", 1)


def test_nothing_breaks_the_security_policy(town, new_page, live, citizen):
    page, complaints = new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, citizen, live)
    slot = town["slots"][1]
    book = reverse("book", args=[slot.session_id, slot.pk])
    visit = town["visits"]["booked"].get_absolute_url()
    for address in (slot.session.get_absolute_url(), book, visit, "/my/appointments/"):
        page.goto(address)
    assert complaints == []
