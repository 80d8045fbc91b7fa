"""Every message about sessions, duties and appointments, read as its receiver reads it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.utils import timezone, translation

from fzportal.templatetags.ui import day, short_day, span, when
from liaison import workflow
from liaison.models import AppointmentChange, DutyChange, Reception, SessionChange
from notifications import messages
from notifications.models import Notification
from notifications.workflow import announce
from tests.cast import make_session

# Every (event, audience) the design tells. Written by hand, apart from the tables.
TOLD = {
    "session": {
        "announced": ("officers",), "session_off": ("officers",), "session_moved": ("officers",),
        "announce_soon": ("officers",), "lacks_deputies": ("officers", "office"), "records_missing": ("officers",),
    },
    "duty": {
        "duty_asked": ("deputy",), "duty_confirmed": ("officers",), "duty_declined": ("officers",),
        "duty_released": ("deputy",), "duty_session_off": ("deputy",), "duty_moved": ("deputy",),
        "duty_reminder": ("deputy",),
    },
    "appointment": dict.fromkeys(
        (
            "booked", "waitlisted", "offered", "lapsed", "not_reached", "rebooked", "cancelled",
            "cancelled_by_station", "session_cancelled", "moved", "reminder_day", "reminder_hour", "received",
        ),
        ("visitor",),
    ),
}  # fmt: skip
EVERY = [(kind, event, who) for kind, events in TOLD.items() for event, people in events.items() for who in people]
VISITORS = list(TOLD["appointment"])
CHANGES = {"session": SessionChange, "duty": DutyChange, "appointment": AppointmentChange}
NOTE = "当天停电。"
STATION = {
    "address": "温泉街道某路1号", "phone": "0591-00000011", "step_free": "东门有坡道，可按门铃。",
    "getting_there": "公交温泉站下车。",
}  # fmt: skip
# Where the note is the reason the receiver needs.
REASONED = {"session_off", "session_moved", "duty_declined", "duty_released", "duty_session_off", "duty_moved",
            "cancelled_by_station", "session_cancelled", "moved"}  # fmt: skip
# Whoever has to be somewhere reads how to get there.
VISITS = ["booked", "waitlisted", "offered", "rebooked", "moved", "reminder_day", "reminder_hour"]


def test_this_list_is_the_tables():
    tables = {
        "session": (workflow.SESSION_MOVES, workflow.SESSION_NEWS), "duty": (workflow.DUTY_MOVES, workflow.DUTY_NEWS),
        "appointment": (workflow.APPOINTMENT_MOVES, workflow.APPOINTMENT_NEWS),
    }  # fmt: skip
    for kind, (moves, news) in tables.items():
        found = {}
        for event, tell in [*((m.name, m.tell) for m in moves), *news.items()]:
            if tell:
                found.setdefault(event, set()).update(tell)
        assert found == {event: set(people) for event, people in TOLD[kind].items()}


def test_every_message_file_is_told_to_somebody():
    folder = Path(get_template("messages/base.txt").origin.name).parent / "liaison"
    files = {path.name for path in folder.glob("*.txt") if not path.name.startswith("_")}
    assert {f"{event}.txt" for _kind, event, _who in EVERY} <= files
    assert files - {f"{event}.txt" for _kind, event, _who in EVERY} == {"lacks_deputies.office.txt"}


@pytest.fixture
def visit(session, citizen):
    """The citizen's appointment for the first slot, at a station that has everything a station may have."""
    type(session.station).objects.filter(pk=session.station_id).update(**STATION)
    return workflow.book(
        session.slots.first(), by=citizen, user=citizen, name="林晓榕", phone="+8613800001111", topic="小区的路灯坏了"
    )


@pytest.fixture
def said(visit, session):
    """``said(kind, event, audience)``: the message about the visit, its session or its deputy's duty."""

    def say(kind, event, audience, due=timedelta(hours=5)):
        subject = {"session": session, "duty": session.duties.get(), "appointment": visit}[kind]
        change = CHANGES[kind].objects.create(
            subject=subject, before=subject.status, after=subject.status, event=event, role="clock", note=NOTE,
            due_at=timezone.now() + due,
        )  # fmt: skip
        return messages.message(as_delivered(change), audience)

    return say


def as_delivered(change):
    """The change as the worker and the inbox fetch it."""
    row = Notification(topic=change._meta.label_lower, change_id=change.pk)
    return messages.changes_of([row])[row.topic, row.change_id]


def body(message):
    return "\n".join(message.paragraphs)


@pytest.mark.parametrize(("kind", "event", "who"), EVERY)
def test_the_subject_says_which_day_and_names_nobody(said, visit, kind, event, who):
    subject = said(kind, event, who).subject
    for private in ("林", "代表林静", "13800001111", visit.topic, NOTE, visit.code, visit.spoken_code):
        assert private not in subject
    assert len(subject) <= 48
    slot = visit.slot if kind == "appointment" else visit.session
    if event != "received":
        assert span(slot.starts_at, slot.ends_at) in subject
    if event not in ("received", "reminder_hour"):
        assert short_day(slot.starts_at) in subject


@pytest.mark.parametrize(("kind", "event", "who"), EVERY)
def test_a_message_is_chinese_and_whole(said, visit, kind, event, who):
    reception(visit)
    message = said(kind, event, who)
    words = re.sub(r"https?://\S+|[A-Z0-9]{5}-[A-Z0-9]{5}", "", f"{message.subject}\n{body(message)}")
    assert re.findall(r"[A-Za-z{}%&]+", words) == []
    assert "：：" not in words and "（）" not in words and "： " not in words
    for paragraph in message.paragraphs:
        for line in paragraph.splitlines():
            assert re.search(r"[。：？！]$", line) or "：" in line or "http" in line, line


@pytest.mark.parametrize(("kind", "event", "who"), EVERY)
def test_a_message_names_the_station_first_and_ends_with_a_way_on(said, visit, kind, event, who):
    message = said(kind, event, who)
    assert "温泉街道代表联系群众活动室" in message.paragraphs[0]
    addresses = [line for line in body(message).splitlines() if line.startswith("http://testserver/")]
    assert body(message).splitlines()[-1] == addresses[-1]
    ended = ("lapsed", "not_reached", "cancelled", "cancelled_by_station", "session_cancelled")
    where = (
        visit.session.station.get_absolute_url() if event in ended else message.url.removeprefix("http://testserver")
    )
    assert addresses == [f"http://testserver{where}"]


@pytest.mark.parametrize("event", VISITS)
def test_who_is_to_come_reads_when_where_how_and_to_whom(said, visit, event):
    lines = body(said("appointment", event, "visitor")).splitlines()
    slot = visit.slot
    assert f"时间：{day(slot.starts_at)}{span(slot.starts_at, slot.ends_at)}" in lines
    assert "接待代表：林静" in lines
    assert "地点：温泉街道代表联系群众活动室（温泉街道某路1号）" in lines
    assert "怎么来：公交温泉站下车。" in lines
    assert "无障碍通道：东门有坡道，可按门铃。" in lines
    assert "联络站电话：0591-00000011" in lines
    assert f"预约码：{visit.spoken_code}" in lines


@pytest.mark.parametrize(("kind", "event", "who"), EVERY)
def test_nobody_but_the_visitor_reads_the_code_and_what_it_is_about(said, visit, kind, event, who):
    text = body(said(kind, event, who))
    assert visit.topic not in text
    assert who == "visitor" or (visit.code not in text and visit.spoken_code not in text and "林晓榕" not in text)


@pytest.mark.parametrize(("kind", "event", "who"), EVERY)
def test_the_reason_is_told_where_the_receiver_needs_it(said, kind, event, who):
    assert (NOTE in body(said(kind, event, who))) == (event in REASONED)


def test_an_offer_says_until_when(said):
    assert f"保留到{when(timezone.now() + timedelta(hours=5))}，" in body(said("appointment", "offered", "visitor"))


def test_a_deputy_reads_by_when_to_answer_and_at_once_when_it_is_soon(said):
    assert f"请在{when(timezone.now() + timedelta(hours=5))}前答复" in body(said("duty", "duty_asked", "deputy"))
    assert "请马上答复。" in body(said("duty", "duty_asked", "deputy", due=timedelta(seconds=-1)))


def test_the_station_reads_by_when_to_announce_and_at_once_when_it_is_late(said, session):
    assert f"请在{when(session.announce_by)}前公布" in body(said("session", "announce_soon", "officers"))
    soon = timezone.now() + timedelta(days=1)
    session.starts_at, session.ends_at = soon, soon + timedelta(hours=1)
    session.save()
    assert "请立即公布" in body(said("session", "announce_soon", "officers"))


def test_an_online_session_gives_its_address_instead_of_the_stations(said, session):
    session.mode, session.link = "online", "https://meeting.example/7"
    session.save()
    text = body(said("appointment", "reminder_hour", "visitor"))
    assert "https://meeting.example/7" in text
    assert "地点" not in text and "无障碍" not in text


def test_outside_the_station_the_place_is_named_and_not_the_stations_door(said, session):
    session.mode, session.place = "outing", "五四路菜市场门口"
    session.save()
    text = body(said("appointment", "booked", "visitor"))
    assert "地点：五四路菜市场门口" in text
    assert "某路1号" not in text and "坡道" not in text


@pytest.mark.parametrize("event", ["session_cancelled", "cancelled_by_station", "cancelled", "lapsed", "not_reached"])
def test_who_has_no_place_any_more_is_led_to_the_next_session_with_free_places(said, city, other_deputy, event):
    full = make_session(city.station, days=8)
    full.slots.update(taken=1)
    following = make_session(city.station, days=9)
    make_session(city.station, days=10)
    text = body(said("appointment", event, "visitor"))
    assert f"下一场还有名额的接待是{when(following.starts_at)}" in text
    assert f"http://testserver/sessions/{following.pk}/" in text


@pytest.mark.parametrize("event", ["session_cancelled", "not_reached"])
def test_without_a_next_session_the_stations_page_is_named(said, city, event):
    make_session(city.station, days=8, status="planned")
    text = body(said("appointment", event, "visitor"))
    assert "没有别的场次有名额" in text
    assert f"http://testserver/stations/{city.station.slug}/" in text


def reception(visit, **values):
    """The record of a visit."""
    values = {"outcome": "answered", "answer": "路灯本周修好。"} | values
    return Reception.objects.update_or_create(
        appointment=visit, defaults={"own_words": "灯不亮。", "recorded_by": visit.user, **values}
    )[0]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, ["已当场答复：\n路灯本周修好。"]),
        ({"outcome": "suggestion", "answer": ""}, ["作为群众建议继续办理", "编号会另发一条消息告诉您"]),
        (
            {"outcome": "transferred", "transferred_to": "12345热线"},
            ["由12345热线负责", "当场的答复：\n路灯本周修好。"],
        ),
        ({"outcome": "advice", "answer": ""}, ["政策解释和咨询答复"]),
    ],
)
def test_the_visitor_is_told_what_came_of_the_visit(said, visit, values, words):
    reception(visit, notes="登记人的备注。", **values)
    text = body(said("appointment", "received", "visitor"))
    assert [w for w in words if w not in text] == []
    # The record itself stays behind the code: own words and notes are not sent around.
    assert "灯不亮" not in text and "备注" not in text
    assert text.count("路灯本周修好") == ("answer" not in values)


def test_an_sms_says_what_when_and_where_to_read_on(visit, said):
    message = said("appointment", "booked", "visitor")
    row = Notification(pk=1, topic="liaison.appointmentchange", change_id=1, address="+8613800001111")
    text = messages.short_text(message, row)
    slot = visit.slot
    start = f"预约成功：{short_day(slot.starts_at)}{span(slot.starts_at, slot.ends_at)} http://testserver/"
    assert text.startswith(start)
    assert len(text) <= 70


def test_a_short_link_leads_a_visitor_without_an_account_to_the_appointment(client, session, officer):
    visit = workflow.book(session.slots.first(), by=officer, name="王阿婆", phone="+8613800002222")
    announce()
    row = Notification.objects.get(channel="sms", event="booked")
    assert (row.address, row.recipient_id) == ("+8613800002222", None)
    answer = client.get(messages.short_text(messages.message(row.change, "visitor"), row).split("testserver")[1])
    assert answer["Location"] == visit.get_absolute_url()


def test_messages_speak_english_to_those_who_read_the_page_in_english(said, visit):
    with translation.override("en"):
        subject = said("appointment", "booked", "visitor").subject
        start = short_day(visit.slot.starts_at)
    assert subject == f"Your appointment is made: {start}, 9:00—9:15"


def test_twenty_pieces_of_news_cost_as_many_queries_as_one(
    client, city, citizen, deputy, django_assert_max_num_queries, django_assert_num_queries
):
    client.force_login(citizen)

    def happen(days):
        for n in days:
            session = make_session(city.station, [deputy.deputy], days=n)
            workflow.book(session.slots.first(), by=citizen, user=citizen)
            workflow.cancel_session(session, by=None, note="停电") if n % 2 else None
        announce()

    happen([7])
    client.get("/my/inbox/")
    with django_assert_max_num_queries(14) as few:
        client.get("/my/inbox/")
    happen(range(8, 22))
    with django_assert_num_queries(len(few)):
        assert len(client.get("/my/inbox/").context["items"]) == 20


def test_a_moved_offer_still_asks_to_be_accepted_and_a_moved_wait_stays_a_wait(said, visit, neighbour, session):
    text = body(said("appointment", "moved", "visitor"))
    assert "您的名额保留" in text
    waiting = workflow.book(visit.slot, by=neighbour, user=neighbour)
    workflow.cancel(visit, by=visit.user)
    workflow.move_session(session, by=None, starts_at=session.starts_at + timedelta(days=1))
    waiting.refresh_from_db()
    text = body(messages.message(as_delivered(waiting.changes.last()), "visitor"))
    assert f"请在{when(waiting.due_at)}前确认" in text


def test_a_deputy_who_has_not_answered_yet_is_asked_for_the_new_time(said, session, deputy):
    assert "请按新的时间答复" in body(said("duty", "duty_moved", "deputy"))
    workflow.confirm(session.duties.get(), by=deputy)
    assert "请您按新的时间到场" in body(said("duty", "duty_moved", "deputy"))


def test_who_only_waits_is_not_given_the_address_of_the_online_meeting(said, session):
    session.mode, session.link = "online", "https://meeting.example/7"
    session.save()
    text = body(said("appointment", "waitlisted", "visitor"))
    assert "方式：网上接待。" in text
    assert "meeting.example" not in text
