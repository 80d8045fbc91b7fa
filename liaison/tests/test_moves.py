"""The moves of sessions, duties and appointments, persona x from x to, against sets written by hand from the rules."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import CodeHolder
from fzportal.workflow import MoveNotAllowed, NoteNeeded, move
from liaison import workflow
from liaison.models import Appointment, Duty, Session, Slot, Station, StationMember
from tests.cast import make_session, person

PERSONAS = [
    "citizen", "code", "neighbour", "stranger", "deputy", "other_deputy", "officer", "other_officer", "handler",
    "office", "clock",
]  # fmt: skip
STAFF = ("officer", "office")
VISITOR = ("citizen", "code")


def rows(edges, *people):
    """Each of ``people`` may go along each of ``edges``."""
    return {(who, source, target) for who in people for source, target in edges}


OF_SESSION = rows(
    [("planned", "announced"), ("planned", "cancelled"), ("announced", "cancelled"), ("begun", "cancelled"),
     ("begun", "held")],
    *STAFF, "clock",
) | rows([("announced", "held")], "clock")  # fmt: skip

OF_DUTY = (
    rows([("proposed", "confirmed"), ("asked", "confirmed")], "deputy", *STAFF)
    | rows([(s, "declined") for s in ("proposed", "asked", "confirmed")], "deputy", *STAFF)
    | rows([("proposed", "asked"), *((s, "released") for s in ("proposed", "asked", "confirmed"))], *STAFF, "clock")
)

AHEAD = ("waitlisted", "offered", "booked", "begun")
OF_APPOINTMENT = (
    rows([(s, "cancelled") for s in AHEAD], *VISITOR, *STAFF, "clock")
    | rows([("waitlisted", "booked"), ("offered", "booked")], *VISITOR, *STAFF)
    | rows([("waitlisted", "offered"), ("booked", "no_show")], "clock")
    | rows([("begun", "no_show")], *STAFF, "clock")
    | rows([(s, "checked_in") for s in (*AHEAD, "no_show")], "deputy", *STAFF)
    | rows([("checked_in", "served")], "deputy", *STAFF)
    | rows([("checked_in", "booked"), ("checked_in", "no_show")], *STAFF)
)


@pytest.fixture
def other_officer(city):
    """Works at another station."""
    elsewhere = Station.objects.create(slug="elsewhere", name="别处", kind="contact_point", division=city.street)
    user = person("", "别站联络", "elsewhere@example.com")
    StationMember.objects.create(user=user, station=elsewhere)
    return user


@pytest.fixture
def people(request):
    """``people(appointment)``: persona -> the actor."""

    def found(appointment=None):
        named = {p: request.getfixturevalue(p) for p in PERSONAS if p not in ("code", "clock")}
        return named | {"code": CodeHolder(appointment), "clock": None}

    return found


def begin_now(session):
    """The session and its slots began an hour ago."""
    gap = timezone.now() - timedelta(hours=1) - session.starts_at
    session.starts_at, session.ends_at = session.starts_at + gap, session.ends_at + gap + timedelta(hours=9)
    session.save()
    for slot in session.slots.all():
        Slot.objects.filter(pk=slot.pk).update(starts_at=slot.starts_at + gap, ends_at=slot.ends_at + gap)


def session_in(state, city, deputy):
    """A session in ``state``; "begun": announced, and going on."""
    session = make_session(city.station, [deputy.deputy], status="planned" if state == "planned" else "announced")
    if state == "begun":
        begin_now(session)
    if state == "held":
        workflow.hold(session, by=None)
    if state == "cancelled":
        workflow.cancel_session(session, by=None, note="停电")
    return session


def duty_in(state, city, deputy, officer):
    """A duty of ``deputy``'s in ``state``."""
    session = make_session(city.station, [deputy.deputy], status="planned")
    duty = session.duties.get()
    ways = {
        "proposed": [], "asked": ["asked"], "confirmed": ["asked", "confirmed"], "declined": ["declined"],
        "released": ["released"],
    }  # fmt: skip
    for target in ways[state]:
        move(duty, target, by=officer, note="有事")
    return duty


def appointment_in(state, session, citizen, neighbour, officer):
    """An appointment of ``citizen``'s in ``state``; "begun": booked, and the slot has begun."""
    slot = session.slots.first()
    before = workflow.book(slot, by=neighbour, user=neighbour) if state in ("waitlisted", "offered") else None
    visit = workflow.book(slot, by=citizen, user=citizen)
    acts = {
        "offered": lambda: workflow.cancel(before, by=neighbour),
        "begun": lambda: begin_now(session),
        "checked_in": lambda: workflow.check_in(visit, by=officer),
        "served": lambda: (
            workflow.receive(visit, by=officer, deputies=[], own_words="路灯", outcome="advice")
            if workflow.check_in(visit, by=officer)
            else None
        ),
        "no_show": lambda: workflow.miss(visit, by=None),
        "cancelled": lambda: workflow.cancel(visit, by=citizen),
    }
    acts.get(state, lambda: None)()
    return Appointment.objects.get(pk=visit.pk)


def check_all(obj, state, actors, allowed):
    """What each actor may do is what ``allowed`` says; every other move is refused and leaves no trace."""
    found = {(name, state, m.target) for name, by in actors.items() for m in obj.moves_for(by)}
    assert found == {row for row in allowed if row[1] == state}
    before, lines = obj.status, obj.changes.count()
    for name, target in itertools.product(actors, type(obj).Status.values):
        if (name, state, target) not in allowed:
            with pytest.raises(MoveNotAllowed):
                move(obj, target, by=actors[name], note="理由")
    assert obj.changes.count() == lines
    assert type(obj).objects.get(pk=obj.pk).status == before


@pytest.mark.parametrize("state", ["planned", "announced", "begun", "held", "cancelled"])
def test_only_the_named_personas_may_make_each_move_of_a_session(state, city, deputy, people):
    check_all(session_in(state, city, deputy), state, people(), OF_SESSION)


@pytest.mark.parametrize("state", Duty.Status.values)
def test_only_the_named_personas_may_make_each_move_of_a_duty(state, city, deputy, officer, people):
    check_all(duty_in(state, city, deputy, officer), state, people(), OF_DUTY)


@pytest.mark.parametrize(
    "state", ["waitlisted", "offered", "booked", "begun", "checked_in", "served", "no_show", "cancelled"]
)
def test_only_the_named_personas_may_make_each_move_of_an_appointment(
    state, session, citizen, neighbour, officer, people
):
    visit = appointment_in(state, session, citizen, neighbour, officer)
    check_all(visit, state, people(visit), OF_APPOINTMENT)


def test_these_states_are_all_there_are():
    assert {row[1] for row in OF_SESSION} | {"held", "cancelled"} == set(Session.Status.values) | {"begun"}
    assert {row[1] for row in OF_DUTY} | {"declined", "released"} == set(Duty.Status.values)
    seen = {row[1] for row in OF_APPOINTMENT} | {"served", "cancelled", "begun"}
    assert seen == set(Appointment.Status.values) - {"new"} | {"begun"}


def test_the_code_of_one_appointment_opens_no_other(session, citizen, neighbour):
    mine = workflow.book(session.slots.first(), by=citizen, user=citizen)
    theirs = workflow.book(session.slots.last(), by=neighbour, user=neighbour)
    assert theirs.moves_for(CodeHolder(mine)) == []


def test_a_deputy_who_is_not_on_duty_any_more_works_on_nothing(session, deputy, citizen):
    visit = workflow.book(session.slots.first(), by=citizen, user=citizen)
    workflow.decline_duty(session.duties.get(), by=deputy, note="出差")
    assert visit.moves_for(deputy) == []


def test_who_books_for_whom(session, citizen, neighbour, officer, deputy):
    for by in (neighbour, deputy, None):
        with pytest.raises(MoveNotAllowed):
            workflow.book(session.slots.first(), by=by, user=citizen)
    assert Appointment.objects.count() == 0
    visit = workflow.book(session.slots.first(), by=officer, name="王阿婆", phone="+8613800002222")
    assert [c.role for c in visit.changes.all()] == ["officer"]


@pytest.mark.parametrize("verb", ["session", "duty", "appointment"])
def test_a_reason_is_demanded_where_others_suffer(verb, session, deputy, officer, citizen):
    visit = workflow.book(session.slots.first(), by=citizen, user=citizen)
    acts = {
        "session": lambda: workflow.cancel_session(session, by=officer, note=" "),
        "duty": lambda: workflow.decline_duty(session.duties.get(), by=deputy, note=""),
        "appointment": lambda: workflow.cancel(visit, by=officer, note=""),
    }
    with pytest.raises(NoteNeeded):
        acts[verb]()
    visit.refresh_from_db()
    assert (visit.status, visit.slot.taken, session.duties.get().status) == ("booked", 1, "asked")


def test_visitors_cancel_without_a_reason(session, citizen):
    visit = workflow.book(session.slots.first(), by=citizen, user=citizen)
    assert workflow.cancel(visit, by=citizen).event == "cancelled"
