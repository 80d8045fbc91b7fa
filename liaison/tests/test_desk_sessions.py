"""A session at the desk: announced, moved, cancelled, closed, printed; by whom, and who hears."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from liaison import desk, workflow
from liaison.models import Appointment, Session
from tests.cast import make_deputy, make_session, person

from .counter import LOGIN, answers, begin, make_other_officer
from .test_counter import queries

pytestmark = pytest.mark.django_db

STAFF = {"officer": 302, "other_officer": 404, "deputy": 403, "other_deputy": 404, "office": 302, "citizen": 404,
         "anonymous": LOGIN}  # fmt: skip
READERS = {"officer": 200, "other_officer": 404, "deputy": 200, "other_deputy": 404, "office": 200, "citizen": 404,
           "anonymous": LOGIN}  # fmt: skip
ACTS = ("announce", "ask-deputy", "move", "close", "cancel")


@pytest.fixture
def other_officer(city):
    return make_other_officer(city)


@pytest.fixture
def colleague(city):
    """Another deputy of 鼓楼区."""
    return make_deputy(person("", "吴代表", "colleague@example.com"), city, "吴强", "wu qiang", [city.gulou])


@pytest.fixture
def prepared(city, deputy, colleague):
    """``prepared("move")``: a session the act can be made on, and what its form needs."""

    def make(act):
        status = "planned" if act == "announce" else "announced"
        session = make_session(city.station, [deputy.deputy], status=status)
        if act == "close":
            begin(session, 61)
        day = (session.day + timedelta(days=1)).isoformat()
        typed = {
            "ask-deputy": {"deputy": colleague.deputy.pk},
            "move": {"day": day, "at": "14:00", "note": "会场有变"},
            "cancel": {"note": "停电"},
        }
        return session, typed.get(act, {})

    return make


def url(session, act=""):
    if act:
        return reverse("desk_session_act", args=[session.pk, act])
    return reverse("desk_session", args=[session.pk])


@pytest.mark.parametrize("act", ACTS)
def test_an_act_answers_every_persona_as_the_rules_say(
    act, client, request, prepared, officer, other_officer, deputy, other_deputy, office, citizen
):
    session, typed = prepared(act)
    assert answers(client, request, url(session, act), typed) == STAFF


@pytest.mark.parametrize(
    ("act", "status", "event"),
    [
        ("announce", "announced", "announced"),
        ("ask-deputy", "announced", "announced"),
        ("move", "announced", "session_moved"),
        ("close", "held", "held"),
        ("cancel", "cancelled", "session_off"),
    ],
)
def test_an_act_leaves_the_new_state_and_its_line(act, status, event, client, prepared, officer):
    session, typed = prepared(act)
    client.force_login(officer)
    answer = client.post(url(session, act), typed)
    session.refresh_from_db()
    assert (answer.status_code, answer.url) == (302, url(session))
    assert (session.status, session.changes.last().event) == (status, event)


@pytest.mark.parametrize("act", ACTS)
def test_an_act_on_what_was_cancelled_meanwhile_is_refused_with_who_was_faster(act, client, prepared, officer, office):
    session, typed = prepared(act)
    if act == "close":
        workflow.hold(session, by=office)
    else:
        workflow.cancel_session(session, by=office, note="停电")
    lines = session.changes.count()
    client.force_login(officer)
    answer = client.post(url(session, act), typed)
    assert (answer.status_code, session.changes.count()) == (409, lines)
    assert "办公室" in answer.context["change_line"]
    assert answer.context["change_line"] in answer.content.decode()


def test_the_page_and_the_list_open_for_whoever_receives(
    client, request, session, officer, other_officer, deputy, other_deputy, office, citizen
):
    assert answers(client, request, url(session), method="get") == READERS
    assert answers(client, request, reverse("desk_session_print", args=[session.pk]), method="get") == READERS


def test_the_page_shows_the_visitors_the_deputies_and_what_happened(client, session, officer):
    visit = workflow.book(session.slots.first(), by=officer, name="陈阿婆", phone="+8613800000001", topic="食堂菜单")
    client.force_login(officer)
    page = client.get(url(session)).content.decode()
    for word in ("陈阿婆", visit.spoken_code, "食堂菜单", "林静 · 已邀请值班", "已公告", "余 1 个名额"):
        assert word in page, word
    assert "13800000001" not in page


def test_the_buttons_follow_what_each_may_do_now(client, prepared, officer, deputy):
    def shown(session, user):
        client.force_login(user)
        return [one.act.slug for one in client.get(url(session)).context["acts"]]

    planned, _typed = prepared("announce")
    assert shown(planned, officer) == ["announce", "ask-deputy", "move", "cancel"]
    assert shown(planned, deputy) == []
    workflow.cancel_session(planned, by=officer, note="停电")
    over, _typed = prepared("close")
    assert shown(over, officer) == ["ask-deputy", "move", "close", "cancel"]
    workflow.hold(over, by=officer)
    assert shown(over, officer) == []


def test_moving_and_cancelling_say_how_many_people_hear(client, session, officer):
    slots = session.slots.all()
    workflow.book(slots[0], by=officer, name="陈阿婆", phone="+8613800000001", topic="")
    workflow.book(slots[0], by=officer, name="林先生", phone="+8613800000002", topic="")
    gone = workflow.book(slots[1], by=officer, name="吴先生", phone="+8613800000003", topic="")
    workflow.cancel(gone, by=officer, note="来电取消")
    client.force_login(officer)
    answer = client.get(url(session))
    assert answer.context["told"] == "将通知 2 位来访人和1 位代表。"
    assert answer.context["told"] in answer.content.decode()


def test_a_moved_session_takes_everybody_along(client, prepared, officer):
    session, typed = prepared("move")
    visit = workflow.book(session.slots.all()[1], by=officer, name="陈阿婆", phone="+8613800000001", topic="")
    client.force_login(officer)
    client.post(url(session, "move"), typed)
    session.refresh_from_db()
    begins = timezone.localtime(session.starts_at)
    assert (begins.date().isoformat(), f"{begins:%H:%M}") == (typed["day"], "14:00")
    visit = Appointment.objects.get(pk=visit.pk)
    assert timezone.localtime(visit.slot.starts_at).strftime("%H:%M") == "14:15"
    line = visit.changes.last()
    assert (line.event, line.note) == ("moved", "会场有变")


@pytest.mark.parametrize(
    ("day", "at", "said"),
    [(-1, "09:00", "这个时间已经过去。"), (7, "09:00", "场次原本就在这个时间。"), (7, "", ""), ("x", "09:00", ""),
     ("9999-12-31", "23:30", "这个日期太远，请核对年份。")],
)  # fmt: skip
def test_a_session_is_not_moved_into_the_past_nor_nowhere_and_the_words_stay(day, at, said, client, session, officer):
    typed = {"day": day if isinstance(day, str) else (timezone.localdate() + timedelta(days=day)).isoformat(), "at": at,
             "note": "会场有变"}  # fmt: skip
    client.force_login(officer)
    answer = client.post(url(session, "move"), typed)
    [drawn] = [one for one in answer.context["acts"] if one.act.slug == "move"]
    assert (answer.status_code, drawn.is_open, drawn.form["note"].value()) == (422, True, "会场有变")
    assert said in str(drawn.form.errors)
    assert Session.objects.get(pk=session.pk).starts_at == session.starts_at


def test_a_session_is_not_moved_to_where_its_deputy_is_on_duty_elsewhere(client, city, session, deputy, officer):
    other = make_session(city.station, [deputy.deputy], days=9)
    client.force_login(officer)
    answer = client.post(url(session, "move"), {"day": other.day.isoformat(), "at": "09:30"})
    assert (answer.status_code, "：林静。" in str(answer.context["form"].errors["day"])) == (422, True)


def test_a_deputy_busy_elsewhere_is_no_choice_and_somebody_faster_is_said(
    client, city, session, colleague, officer, monkeypatch
):
    client.force_login(officer)
    free = desk.candidates(session)
    assert [d.name for _group, deputies in free for d in deputies] == ["吴强"]
    other = make_session(city.station, [colleague.deputy])
    assert desk.candidates(session) == []
    answer = client.post(url(session, "ask-deputy"), {"deputy": colleague.deputy.pk})
    assert (answer.status_code, "当时在别处值班" in answer.content.decode()) == (422, True)
    # Between the look at who is free and the asking, the other station was faster.
    monkeypatch.setattr(desk, "candidates", lambda session, **how: free)
    answer = client.post(url(session, "ask-deputy"), {"deputy": colleague.deputy.pk})
    assert (answer.status_code, "没有作任何改动" in answer.content.decode()) == (422, True)
    assert list(session.duties.values_list("deputy__name", flat=True)) == ["林静"]
    assert other.duties.active().get().deputy == colleague.deputy


def test_the_stations_own_deputies_come_first_among_those_who_may_be_asked(city, session, colleague, other_deputy):
    other_deputy.deputy.stations.set([city.station])
    found = [(str(group), [d.name for d in deputies]) for group, deputies in desk.candidates(session)]
    assert found == [("驻站代表", ["黄敏"]), ("本领域、本区域代表", ["吴强"])]


def test_an_online_session_is_announced_only_with_its_address(client, city, deputy, officer):
    session = make_session(city.station, [deputy.deputy], status="planned", mode="online")
    client.force_login(officer)
    answer = client.post(url(session, "announce"))
    assert (answer.status_code, "须先填写会议链接" in answer.content.decode()) == (422, True)
    Session.objects.filter(pk=session.pk).update(link="https://meet.example/1")
    assert client.post(url(session, "announce")).status_code == 302


def test_a_running_session_is_not_closed_over_those_still_to_come(client, session, officer):
    workflow.book(session.slots.all()[3], by=officer, name="陈阿婆", phone="+8613800000001", topic="")
    begin(session)
    client.force_login(officer)
    assert client.post(url(session, "close")).status_code == 422
    assert Session.objects.get(pk=session.pk).status == "announced"


def test_the_list_to_sign_has_names_and_codes_and_no_contact(client, session, officer):
    visit = workflow.book(
        session.slots.first(), by=officer, name="陈阿婆", phone="+8613800000001", email="chen@example.com", topic="食堂"
    )
    client.force_login(officer)
    answer = client.get(reverse("desk_session_print", args=[session.pk]))
    page = answer.content.decode()
    assert (visit.name in page, visit.spoken_code in page, "签名" in page) == (True, True, True)
    assert ("13800000001" in page, "chen@example.com" in page, "食堂" in page) == (False, False, False)
    assert answer["Cache-Control"] == "no-store, private"


PLAN = {"begins": "14:30", "ends": "16:00", "slot_minutes": "15", "places": "2", "mode": "station", "theme": "校园餐"}


def plan_url(city):
    return reverse("desk_plan", args=[city.station.slug])


def test_only_the_station_and_the_office_plan(
    client, request, city, officer, other_officer, deputy, other_deputy, office, citizen
):
    typed = PLAN | {"day": (timezone.localdate() + timedelta(days=6)).isoformat()}
    expected = {"officer": 302, "other_officer": 403, "deputy": 403, "other_deputy": 403, "office": 302,
                "citizen": 403, "anonymous": LOGIN}  # fmt: skip
    assert answers(client, request, plan_url(city), typed) == expected
    assert answers(client, request, plan_url(city), method="get") == expected | {"officer": 200, "office": 200}


def test_an_extra_session_is_planned_with_its_slots_and_deputies_and_not_twice(client, city, deputy, officer):
    typed = PLAN | {"day": (timezone.localdate() + timedelta(days=6)).isoformat(), "chosen": [deputy.deputy.pk]}
    client.force_login(officer)
    answer = client.post(plan_url(city), typed)
    session = Session.objects.get()
    assert answer.url == url(session)
    assert (session.status, session.slots.count(), session.theme) == ("planned", 6, "校园餐")
    assert [(d.deputy, d.status) for d in session.duties.all()] == [(deputy.deputy, "proposed")]
    assert client.post(plan_url(city), typed).status_code == 422
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"day": "2020-01-01"}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"ends": "14:00"}, "ends"),
        ({"slot_minutes": "120"}, "slot_minutes"),
        ({"begins": ""}, "begins"),
    ],
)
def test_what_cannot_be_planned_is_said_beside_its_field(wrong, field, client, city, officer):
    typed = PLAN | {"day": (timezone.localdate() + timedelta(days=6)).isoformat()} | wrong
    client.force_login(officer)
    answer = client.post(plan_url(city), typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Session.objects.count() == 0


def test_a_deputy_busy_then_is_not_planned_and_nothing_is_stored(client, city, deputy, officer):
    there = make_session(city.station, [deputy.deputy], days=6)
    typed = PLAN | {"day": there.day.isoformat(), "begins": "09:30", "ends": "10:30", "chosen": [deputy.deputy.pk]}
    client.force_login(officer)
    answer = client.post(plan_url(city), typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["chosen"])
    assert Session.objects.get() == there


@pytest.mark.parametrize("who", ["officer", "deputy"])
def test_the_page_costs_the_same_with_one_visitor_and_with_twenty(who, client, city, officer, deputy, request):
    session, counted = make_session(city.station, [deputy.deputy], places=20), []
    client.force_login(request.getfixturevalue(who))
    client.get(url(session))
    for many in (1, 19):
        for n in range(many):
            phone = f"+86138{many:04}{n:04}"
            workflow.book(session.slots.all()[n % 4], by=officer, name=f"来访人{n}", phone=phone, topic="路灯")
        counted.append(
            (queries(client, url(session)), queries(client, reverse("desk_session_print", args=[session.pk])))
        )
    assert counted[0] == counted[1]


def test_the_page_costs_the_same_with_one_deputy_and_with_twenty(client, city, session, officer):
    client.force_login(officer)
    client.get(url(session))
    one = queries(client, url(session))
    for n in range(19):
        made = make_deputy(person("", "", f"d{n}@example.com"), city, f"代表{n}", f"d{n:02}", [city.gulou])
        workflow.ask_deputy(session, made.deputy, by=officer)
    assert queries(client, url(session)) == one
