"""The counter: who may do what to an appointment, what it becomes, who was faster, and what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed
from liaison import desk, workflow
from liaison.models import Appointment, Station
from tests.cast import make_session

from .counter import LOGIN, answers, begin, make_other_officer

pytestmark = pytest.mark.django_db

# By whom, as the rules say it: the station's staff and the office do everything, a deputy on duty receives people.
STAFF = {"officer": 302, "other_officer": 404, "deputy": 403, "other_deputy": 404, "office": 302, "citizen": 404,
         "anonymous": LOGIN}  # fmt: skip
RECEIVERS = STAFF | {"deputy": 302}
# act: (state it starts from, who may, state after, event)
ACTS = {
    "check-in": ("booked", RECEIVERS, "checked_in", "checked_in"),
    "miss": ("booked", STAFF, "no_show", "no_show"),
    "cancel": ("booked", STAFF, "cancelled", "cancelled_by_station"),
    "accept": ("offered", STAFF, "booked", "booked"),
    "call-in": ("checked_in", RECEIVERS, "checked_in", "called_in"),
    "undo": ("checked_in", STAFF, "booked", "check_in_undone"),
    "left": ("checked_in", STAFF, "no_show", "left"),
    "came-late": ("no_show", RECEIVERS, "checked_in", "came_late"),
}


@pytest.fixture
def other_officer(city):
    return make_other_officer(city)


@pytest.fixture
def visit(session, officer):
    """``visit("checked_in")``: 陈阿婆, booked on the phone into the first slot; the session began 20 minutes ago.

    An offer is one for next week: once the time has begun there is none.
    """

    def make(state="booked", name="陈阿婆", phone="+8613800000001", place=0):
        slot = session.slots.all()[place]
        words = {"name": name, "topic": "食堂菜单", "party": 2}
        if state == "offered":
            first = workflow.book(slot, by=officer, name="林先生", phone="+8613800000099", topic="")
        visit = workflow.book(slot, by=officer, phone=phone, **words)
        if state == "offered":
            workflow.cancel(first, by=officer, note="改天")
        else:
            begin(session)
        visit.refresh_from_db()
        if state == "checked_in":
            workflow.check_in(visit, by=officer)
        if state == "no_show":
            workflow.miss(visit, by=officer)
        return visit

    return make


def act_url(visit, act):
    return reverse("desk_appointment_act", args=[visit.pk, act])


def day_url(session):
    return reverse("desk_station_day", args=[session.station.slug, session.day.isoformat()])


def typed(act, deputy):
    """What the act's form needs."""
    return {"cancel": {"note": "代表临时有会"}, "call-in": {"deputy": deputy.deputy.pk}}.get(act, {})


@pytest.mark.parametrize("act", ACTS)
def test_an_act_answers_every_persona_as_the_rules_say(
    act, client, request, visit, deputy, other_deputy, office, citizen, officer, other_officer
):
    state, expected, _after, _event = ACTS[act]
    made = visit(state)
    assert made.status == state
    assert answers(client, request, act_url(made, act), typed(act, deputy)) == expected


@pytest.mark.parametrize("act", ACTS)
def test_an_act_of_the_officer_leaves_the_new_state_and_one_line_of_history(act, client, visit, officer, deputy):
    state, _expected, after, event = ACTS[act]
    made = visit(state)
    lines = made.changes.count()
    client.force_login(officer)
    answer = client.post(act_url(made, act), typed(act, deputy))
    assert (answer.status_code, answer.url) == (302, day_url(made.session) + f"#a{made.pk}")
    made.refresh_from_db()
    last = made.changes.last()
    assert (made.status, last.event, last.by, last.role) == (after, event, officer, "officer")
    assert made.changes.count() == lines + 1


@pytest.mark.parametrize("act", ACTS)
def test_an_act_on_what_has_changed_is_refused_with_who_was_faster(act, client, visit, officer, office, deputy):
    wrong = {"booked": "checked_in", "offered": "booked", "checked_in": "booked", "no_show": "booked"}[ACTS[act][0]]
    made = visit("checked_in" if wrong == "checked_in" else "booked")
    if wrong == "booked":
        workflow.check_in(made, by=office)
        workflow.undo_check_in(made, by=office)
    lines = made.changes.count()
    client.force_login(officer)
    answer = client.post(act_url(made, act), typed(act, deputy))
    made.refresh_from_db()
    assert (answer.status_code, made.status, made.changes.count()) == (409, wrong, lines)
    page = answer.content.decode()
    assert "陈阿婆" in answer.context["change_line"]
    assert ("郑联络" if wrong == "checked_in" else "办公室") in answer.context["change_line"]
    assert answer.context["change_line"] in page


def test_not_come_pressed_on_an_old_page_never_sends_away_somebody_who_was_checked_in(client, visit, officer):
    made = visit("checked_in")
    client.force_login(officer)
    assert client.post(act_url(made, "miss")).status_code == 409
    with pytest.raises(MoveNotAllowed):
        workflow.miss(made, by=officer, event="no_show")
    assert Appointment.objects.get(pk=made.pk).status == "checked_in"


def test_who_came_after_all_and_has_booked_anew_is_led_to_the_other_appointment(client, session, officer, visit):
    missed = visit("no_show")
    other = workflow.book(session.slots.last(), by=officer, name=missed.name, phone=missed.phone, topic="")
    client.force_login(officer)
    answer = client.post(act_url(missed, "came-late"))
    assert (answer.status_code, answer.context["full_line"] in answer.content.decode()) == (422, True)
    assert other.spoken_code in answer.context["full_line"]
    assert Appointment.objects.get(pk=missed.pk).status == "no_show"


def test_nobody_is_missing_before_their_time(client, session, officer):
    made = workflow.book(session.slots.first(), by=officer, name="陈阿婆", phone="+8613800000001", topic="")
    client.force_login(officer)
    assert client.post(act_url(made, "miss")).status_code == 403
    acts = [one.act.slug for one in row_of(client.get(day_url(session)), made).more]
    assert acts == ["cancel"]


def row_of(response, visit):
    """The visitor's row on the page."""
    rows = [row for block in response.context["groups"] for part in block.parts for row in part.rows]
    return next(row for row in rows if row.appointment.pk == visit.pk)


@pytest.mark.parametrize(
    ("state", "officers", "deputys"),
    [
        ("booked", {"check-in", "miss", "cancel"}, {"check-in"}),
        ("offered", {"check-in", "accept", "cancel"}, {"check-in"}),
        ("checked_in", {"call-in", "undo", "left"}, {"call-in"}),
        ("no_show", {"came-late"}, {"came-late"}),
    ],
)
def test_the_buttons_are_what_each_may_do(state, officers, deputys, client, visit, officer, deputy):
    made = visit(state)
    for user, expected in ((officer, officers), (deputy, deputys)):
        client.force_login(user)
        row = row_of(client.get(day_url(made.session)), made)
        assert {one.act.slug for one in row.acts + row.more} == expected
        assert bool(row.record_url) == (state == "checked_in")


def test_a_reason_is_needed_to_cancel_and_the_form_says_so(client, visit, officer):
    made = visit()
    client.force_login(officer)
    answer = client.post(act_url(made, "cancel"), {"note": " "})
    assert (answer.status_code, Appointment.objects.get(pk=made.pk).status) == (422, "booked")
    row = row_of(answer, made)
    assert [one.is_open for one in row.more if one.act.slug == "cancel"] == [True]
    assert answer.content.decode().count("错误：") >= 1


def test_called_in_says_with_whom_and_only_a_deputy_on_duty_can_receive(client, visit, officer, deputy, other_deputy):
    made = visit("checked_in")
    client.force_login(officer)
    assert client.post(act_url(made, "call-in"), {"deputy": other_deputy.deputy.pk}).status_code == 422
    assert client.post(act_url(made, "call-in"), {"deputy": ""}).status_code == 422
    client.post(act_url(made, "call-in"), {"deputy": deputy.deputy.pk})
    made.refresh_from_db()
    assert made.with_deputy == deputy.deputy
    assert "正由林静代表接待" in client.get(day_url(made.session)).content.decode()
    client.post(act_url(made, "call-in"), {"deputy": ""})
    made.refresh_from_db()
    assert made.with_deputy is None


def test_somebody_of_the_waiting_line_finds_no_place_in_a_full_slot_and_hears_what_is_free(client, session, officer):
    slot = session.slots.all()[1]
    workflow.book(slot, by=officer, name="林先生", phone="+8613800000002", topic="")
    waiting = workflow.book(slot, by=officer, name="陈阿婆", phone="+8613800000001", topic="")
    begin(session)
    client.force_login(officer)
    answer = client.post(act_url(waiting, "check-in"))
    assert (answer.status_code, Appointment.objects.get(pk=waiting.pk).status) == (422, "waitlisted")
    free = desk.free_slots(session)[0]
    assert f"{timezone.localtime(free.starts_at):%-H:%M}—" in answer.context["full_line"]


def test_the_day_lists_everybody_by_time_with_code_party_topic_and_state(client, session, officer):
    slots = list(session.slots.all())
    late = workflow.book(slots[2], by=officer, name="林先生", phone="+8613800000002", topic="路灯")
    early = workflow.book(slots[0], by=officer, name="陈阿婆", phone="+8613800000001", topic="食堂", party=3)
    waits = workflow.book(slots[0], by=officer, name="黄女士", phone="+8613800000003", topic="停车")
    gone = workflow.book(slots[3], by=officer, name="吴先生", phone="+8613800000004", topic="")
    workflow.cancel(gone, by=officer, note="来电取消")
    client.force_login(officer)
    answer = client.get(day_url(session))
    [block] = answer.context["groups"]
    assert [[row.appointment for row in part.rows] for part in block.parts] == [[early, waits], [], [late], []]
    assert block.cancelled == [gone]
    page = answer.content.decode()
    for word in ("陈阿婆", early.spoken_code, "3 人", "食堂", "候补登记第 1 号", "林静（待确认）", gone.spoken_code):
        assert word in page, word
    assert "13800000001" not in page
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("words", ["{head}", "{spoken}", " {lower} ", "{wide}", "阿婆"])
def test_a_visitor_is_found_by_the_beginning_of_the_code_or_a_part_of_the_name(words, client, session, officer):
    slots = list(session.slots.all())
    wanted = workflow.book(slots[0], by=officer, name="陈阿婆", phone="+8613800000001", topic="")
    other = workflow.book(slots[1], by=officer, name="林先生", phone="+8613800000002", topic="")
    Appointment.objects.filter(pk=other.pk).update(code="ZZZZZ22222")
    Appointment.objects.filter(pk=wanted.pk).update(code="ABCDE34567")
    asked = words.format(head="ABC", spoken="ABCDE-34567", lower="abcde 345", wide="ＡＢＣＤＥ")
    client.force_login(officer)
    answer = client.get(day_url(session), {"q": asked})
    [block] = answer.context["groups"]
    assert [row.appointment.pk for part in block.parts for row in part.rows] == [wanted.pk]


def test_what_no_database_takes_is_left_out_of_a_search(client, session, officer, office):
    visit = workflow.book(session.slots.first(), by=officer, name="陈阿婆", phone="+8613800000001", topic="")
    client.force_login(office)
    answer = client.get(reverse("desk_station"), {"q": "温泉\0"})
    assert [station for station, _url in answer.context["stations"]] == [session.station]
    [block] = client.get(day_url(session), {"q": "\0阿婆"}).context["groups"]
    assert [row.appointment for part in block.parts for row in part.rows] == [visit]


def test_a_whole_code_of_another_day_leads_there(client, city, session, officer):
    later = make_session(city.station, days=9)
    visit = workflow.book(later.slots.first(), by=officer, name="陈阿婆", phone="+8613800000001", topic="")
    client.force_login(officer)
    answer = client.get(day_url(session), {"q": visit.spoken_code.lower()})
    assert (answer.context["found"], [url for _a, url in answer.context["elsewhere"]]) == (
        0, [day_url(later) + f"?q={visit.code}"],
    )  # fmt: skip


def test_the_days_lead_to_one_another(client, city, session, officer):
    later, off = make_session(city.station, days=10), make_session(city.station, days=8)
    workflow.cancel_session(off, by=officer, note="停电")
    client.force_login(officer)
    answer = client.get(day_url(session))
    assert answer.context["session_after"] == (later.day, day_url(later))
    assert answer.context["session_before"] is None
    assert answer.context["day_after"] == day_url(session).replace(
        session.day.isoformat(), (session.day + timedelta(days=1)).isoformat()
    )


def test_an_officer_of_one_station_lands_on_today_or_on_the_next_session_day(client, city, officer):
    client.force_login(officer)
    today = reverse("desk_station_day", args=[city.station.slug, timezone.localdate().isoformat()])
    assert client.get(reverse("desk_station")).url == today
    coming = make_session(city.station, days=5)
    assert client.get(reverse("desk_station")).url == day_url(coming)
    make_session(city.station, days=0)
    assert client.get(reverse("desk_station")).url == today


def test_the_door_of_the_counter_opens_for_staff_and_sends_deputies_to_their_duties(
    client, request, session, officer, other_officer, deputy, other_deputy, office, citizen
):
    expected = {"officer": 302, "other_officer": 302, "deputy": 302, "other_deputy": 302, "office": 200,
                "citizen": 403, "anonymous": LOGIN}  # fmt: skip
    assert answers(client, request, reverse("desk_station"), method="get") == expected
    client.force_login(deputy)
    assert client.get(reverse("desk_station")).url == reverse("desk_duties")


def test_the_day_opens_for_the_station_the_office_and_deputies_on_duty(
    client, request, session, officer, other_officer, deputy, other_deputy, office, citizen
):
    expected = {"officer": 200, "other_officer": 404, "deputy": 200, "other_deputy": 404, "office": 200,
                "citizen": 404, "anonymous": LOGIN}  # fmt: skip
    assert answers(client, request, day_url(session), method="get") == expected
    for wrong in ("2026-13-01", "today", "9999-12-31"):
        client.force_login(officer)
        assert client.get(reverse("desk_station_day", args=[session.station.slug, wrong])).status_code == 404


def test_a_deputy_reads_only_the_sessions_they_are_on_duty_at(client, city, session, deputy):
    begins = session.starts_at + timedelta(hours=2)
    other = make_session(city.station)
    workflow.move_session(other, by=None, starts_at=begins)
    client.force_login(deputy)
    assert [b.session.pk for b in client.get(day_url(session)).context["groups"]] == [session.pk]


def test_the_day_warns_of_what_is_missing(client, city, deputy, officer):
    soon = make_session(city.station, [deputy.deputy], days=2, status="planned")
    later = make_session(city.station, days=5, status="planned")
    make_session(city.station, days=20, status="planned")
    workflow.confirm(soon.duties.get(), by=deputy)
    past = make_session(city.station, days=1)
    visit = workflow.book(past.slots.first(), by=officer, name="陈阿婆", phone="+8613800000001", topic="")
    workflow.check_in(visit, by=officer)
    workflow.move_session(past, by=None, starts_at=timezone.now() - timedelta(days=2))
    client.force_login(officer)
    found = client.get(day_url(soon)).context["warnings"]
    assert [(w.url, w.tone) for w in found] == [
        (reverse("desk_session", args=[soon.pk]), "late"),
        (reverse("desk_session", args=[later.pk]), "wait"),
        (reverse("desk_session", args=[later.pk]), "wait"),
        (reverse("desk_session", args=[past.pk]), "wait"),
    ]
    assert "不足 3 天" in found[0].text
    client.force_login(deputy)
    assert client.get(day_url(soon)).context["warnings"] == []


def test_a_look_at_the_contact_needs_a_reason_and_leaves_a_line_for_the_visitor(
    client, request, visit, officer, other_officer, deputy, other_deputy, office, citizen
):
    made = visit()
    url = reverse("desk_appointment_contact", args=[made.pk])
    expected = STAFF | {"officer": 200, "office": 200}
    assert answers(client, request, url, {"reason": "通知改期"}) == expected
    client.force_login(officer)
    assert client.post(url, {"reason": ""}).status_code == 422
    assert made.changes.filter(event="contact_viewed").count() == 0
    page = client.post(url, {"reason": "通知改期"}).content.decode()
    assert "+8613800000001" in page
    line = made.changes.get(event="contact_viewed")
    assert (line.note, line.read, line.by, line.role, line.audiences) == ("通知改期", "author", officer, "officer", ())
    assert "13800000001" not in client.get(day_url(made.session)).content.decode()
    client.logout()
    page = client.get(made.get_absolute_url()).content.decode()
    assert ("联络站查看了您的联系方式" in page, "通知改期" in page) == (True, True)


@pytest.mark.parametrize("who", ["officer", "deputy"])
def test_the_day_costs_the_same_with_one_visitor_and_with_twenty(who, client, city, officer, deputy, request):
    session = make_session(city.station, [deputy.deputy], places=20)
    user, counted = request.getfixturevalue(who), []
    client.force_login(user)
    client.get(day_url(session))
    for many in (1, 19):
        for n in range(many):
            phone = f"+86138{many:04}{n:04}"
            workflow.book(session.slots.all()[n % 4], by=officer, name=f"来访人{n}", phone=phone, topic="路灯")
        counted.append(queries(client, day_url(session)))
    assert counted[0] == counted[1]


def queries(client, url):
    """How many queries a page makes."""
    with CaptureQueriesContext(connection) as context:
        assert client.get(url).status_code == 200
    return len(context)


def test_the_list_of_stations_costs_the_same_with_one_and_with_twenty(client, city, office):
    make_session(city.station, days=1)
    client.force_login(office)
    client.get(reverse("desk_station"))
    one = queries(client, reverse("desk_station"))
    for n in range(19):
        station = Station.objects.create(
            slug=f"s{n}", name=f"第{n}联络站", kind="liaison_station", division=city.street
        )
        make_session(station, days=1)
    assert queries(client, reverse("desk_station")) == one
    assert len(client.get(reverse("desk_station")).context["stations"]) == 20
    assert len(client.get(reverse("desk_station"), {"q": "第3联"}).context["stations"]) == 1


def test_the_desk_leads_officers_and_deputies_to_the_counter_with_counts(client, city, officer, deputy):
    session = make_session(city.station, [deputy.deputy], days=4)
    client.force_login(officer)
    [door] = client.get("/desk/").context["doors"]
    assert (door.count, door.url, "下次接待" in door.label) == (0, reverse("desk_station"), True)
    for n in range(2):
        phone = f"+861380000000{n}"
        workflow.book(session.slots.all()[n], by=officer, name="来访人", phone=phone, topic="")
    gone = workflow.book(session.slots.all()[2], by=officer, name="来访人", phone="+8613800000007", topic="")
    workflow.cancel(gone, by=officer, note="来电")
    today = timezone.localtime().replace(hour=0, minute=0) + timedelta(hours=1)
    workflow.move_session(session, by=None, starts_at=today)
    [door] = client.get("/desk/").context["doors"]
    assert (door.label, door.count) == ("今日接待", 2)
    client.force_login(deputy)
    workflow.move_session(session, by=None, starts_at=timezone.now() + timedelta(days=3))
    [door] = client.get("/desk/").context["doors"]
    assert (door.label, door.count, door.url) == ("待确认的值班", 1, reverse("desk_duties"))
