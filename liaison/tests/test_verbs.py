"""The verbs of the schedule: what each writes, whom it tells, and the safeties that hold when things meet."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.permissions import CodeHolder
from fzportal.workflow import MoveNotAllowed, Stale
from liaison import workflow
from liaison.models import Appointment, Duty, Session, Slot
from notifications.models import Notification
from notifications.workflow import announce as tell
from tests.cast import make_session, person

CALLER = {"name": "王阿婆", "phone": "+8613800002222"}


@pytest.fixture
def told(db):
    """``told()``: who was told what since the last call, as {(event, nickname, name or address)}."""
    seen = set()

    def news():
        tell()
        rows = Notification.objects.exclude(pk__in=seen).select_related("recipient").order_by("pk")
        found = {(n.event, n.recipient.name if n.recipient else n.address) for n in rows}
        seen.update(n.pk for n in rows)
        return found

    return news


@pytest.fixture
def crowd(city):
    """``crowd(3)``: so many citizens."""
    return lambda count: [person(f"市民{n}", f"市民{n}", f"c{n}@example.com") for n in range(count)]


def status_of(*rows):
    """Their statuses as the database has them."""
    return [type(row).objects.get(pk=row.pk).status for row in rows]


def exact(session):
    """Each slot counts who holds a place in it."""
    return all(slot.taken == slot.appointments.holding().count() for slot in session.slots.all())


# Booking, waiting, offers


def test_who_books_has_a_place_a_code_a_reminder_and_a_message(session, citizen, told):
    told()
    slot = session.slots.first()
    visit = workflow.book(slot, by=citizen, user=citizen, topic="路灯", reminded_by="sms", party=3)
    assert (visit.status, visit.session, len(visit.code), visit.person) == ("booked", session, 10, f"user:{citizen.pk}")
    assert visit.remind_at == slot.starts_at - timedelta(days=1)
    assert Slot.objects.get(pk=slot.pk).taken == 1
    assert told() == {("booked", "林晓榕")}


def test_a_caller_without_an_account_is_told_at_the_address_they_left(session, officer, told):
    told()
    workflow.book(session.slots.first(), by=officer, **CALLER)
    workflow.book(session.slots.last(), by=officer, name="李", phone="+8613800003333", email="li@example.com")
    assert told() == {("booked", "+8613800002222"), ("booked", "li@example.com")}


def test_a_caller_with_two_addresses_hears_by_the_one_they_chose(session, officer, told):
    told()
    workflow.book(session.slots.first(), by=officer, email="wang@example.com", reminded_by="sms", **CALLER)
    assert told() == {("booked", "+8613800002222")}


def test_a_full_slot_has_a_line_and_a_cancel_offers_the_place_to_its_first(session, crowd, told):
    slot, (first, second, third) = session.slots.first(), crowd(3)
    has, waits, waits_too = [workflow.book(slot, by=user, user=user) for user in (first, second, third)]
    assert [v.status for v in (has, waits, waits_too)] == ["booked", "waitlisted", "waitlisted"]
    assert [waits.place_in_line, waits_too.place_in_line] == [1, 2]
    assert told() >= {("booked", "市民0"), ("waitlisted", "市民1"), ("waitlisted", "市民2")}
    now = timezone.localtime().replace(hour=12)
    workflow.cancel(has, by=first, now=now)
    waits.refresh_from_db()
    assert (waits.status, waits.due_at) == ("offered", now + timedelta(hours=24))
    assert status_of(waits_too) == ["waitlisted"]
    assert exact(session)
    assert told() == {("cancelled", "市民0"), ("offered", "市民1")}


def test_an_accepted_offer_is_a_booking_with_its_reminder(session, crowd, told):
    slot, (first, second) = session.slots.first(), crowd(2)
    has, waits = [workflow.book(slot, by=user, user=user) for user in (first, second)]
    workflow.cancel(has, by=first)
    told()
    waits.refresh_from_db()
    workflow.accept_offer(waits, by=CodeHolder(waits))
    assert (waits.status, waits.due_at, waits.remind_at) == ("booked", None, slot.starts_at - timedelta(days=1))
    assert told() == {("booked", "市民1")}
    assert exact(session)


def test_an_offer_nobody_takes_goes_to_the_next_in_line(session, crowd, told):
    slot, people = session.slots.first(), crowd(3)
    has, late, following = [workflow.book(slot, by=user, user=user) for user in people]
    workflow.cancel(has, by=people[0])
    told()
    late.refresh_from_db()
    assert workflow.lapse(late, now=late.due_at) is False
    after = late.due_at + timedelta(seconds=1)
    assert workflow.lapse(late, now=after) is True
    assert workflow.lapse(late, now=after) is False
    assert status_of(late, following) == ["cancelled", "offered"]
    with pytest.raises(MoveNotAllowed):
        workflow.accept_offer(late, by=people[1])
    assert told() == {("lapsed", "市民1"), ("offered", "市民2")}
    assert exact(session)


def test_an_offer_past_its_deadline_is_not_taken_even_before_the_clock_comes_by(session, crowd):
    slot, people = session.slots.first(), crowd(2)
    has, late = [workflow.book(slot, by=user, user=user) for user in people]
    workflow.cancel(has, by=people[0])
    late.refresh_from_db()
    with pytest.raises(Stale):
        workflow.accept_offer(late, by=people[1], now=late.due_at + timedelta(seconds=1))
    assert status_of(late) == ["offered"]


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        (timedelta(days=7), timedelta(hours=24)),
        (timedelta(hours=10), timedelta(hours=8)),
        (timedelta(hours=2, minutes=10), timedelta(minutes=30)),
        (timedelta(minutes=20), timedelta(minutes=20)),
    ],
)
def test_an_offer_is_kept_a_day_and_settled_two_hours_before_but_never_past_the_beginning(session, crowd, before, kept):
    slot, people = session.slots.first(), crowd(2)
    has, waits = [workflow.book(slot, by=user, user=user) for user in people]
    now = slot.starts_at - before
    workflow.cancel(has, by=people[0], now=now)
    waits.refresh_from_db()
    assert waits.due_at == now + kept


@pytest.mark.parametrize(("offered", "until"), [(20, 20), (21, 33), (23, 33), (0, 9), (7, 9), (8, 8)])
def test_an_offer_never_lapses_while_people_sleep(session, crowd, offered, until):
    slot, people = session.slots.first(), crowd(2)
    has, waits = [workflow.book(slot, by=user, user=user) for user in people]
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    workflow.cancel(has, by=people[0], now=midnight + timedelta(hours=offered))
    waits.refresh_from_db()
    assert waits.due_at == midnight + timedelta(days=1, hours=until)


def test_once_the_slot_has_begun_nobody_is_offered_anything(session, crowd):
    slot, people = session.slots.first(), crowd(2)
    has, waits = [workflow.book(slot, by=user, user=user) for user in people]
    workflow.miss(has, by=None, now=slot.starts_at)
    assert status_of(has, waits) == ["no_show", "waitlisted"]
    assert exact(session)


def test_nobody_books_what_is_not_announced_cancelled_or_begun(city, citizen, session):
    planned = make_session(city.station, status="planned", days=9)
    slots = [planned.slots.first(), session.slots.first()]
    with pytest.raises(workflow.Closed):
        workflow.book(slots[0], by=citizen, user=citizen)
    with pytest.raises(workflow.Closed):
        workflow.book(slots[1], by=citizen, user=citizen, now=slots[1].starts_at)
    workflow.cancel_session(session, by=None, note="停电")
    with pytest.raises(workflow.Closed):
        workflow.book(slots[1], by=citizen, user=citizen)
    assert Appointment.objects.count() == 0


def test_who_does_not_want_to_wait_is_told_that_it_is_full_and_leaves_no_trace(session, crowd):
    slot, people = session.slots.first(), crowd(2)
    workflow.book(slot, by=people[0], user=people[0])
    with pytest.raises(workflow.Full):
        workflow.book(slot, by=people[1], user=people[1], or_wait=False)
    assert (Appointment.objects.count(), Slot.objects.get(pk=slot.pk).last_in_line) == (1, 0)


def test_one_person_has_one_open_appointment_per_session(session, citizen, officer):
    first, second = session.slots.first(), session.slots.last()
    mine = workflow.book(first, by=citizen, user=citizen)
    with pytest.raises(workflow.AlreadyBooked) as caught:
        workflow.book(second, by=citizen, user=citizen)
    assert caught.value.appointment == mine
    workflow.book(second, by=officer, **CALLER)
    with pytest.raises(workflow.AlreadyBooked):
        workflow.book(session.slots.all()[1], by=officer, **CALLER)
    assert exact(session)
    workflow.cancel(mine, by=citizen)
    assert workflow.book(first, by=citizen, user=citizen).status == "booked"


# Another time


def test_changing_the_time_gives_back_the_old_place_and_tells_both(session, crowd, told):
    first, last = session.slots.first(), session.slots.last()
    people = crowd(2)
    mine, waits = [workflow.book(first, by=user, user=user) for user in people]
    told()
    workflow.change_slot(mine, last, by=people[0])
    assert (mine.slot, mine.status, mine.remind_at) == (last, "booked", last.starts_at - timedelta(days=1))
    assert status_of(waits) == ["offered"]
    assert told() == {("rebooked", "市民0"), ("offered", "市民1")}
    assert exact(session)


def test_from_the_line_one_may_go_to_a_free_place_of_another_session(session, city, crowd, told):
    people = crowd(2)
    _has, waits = [workflow.book(session.slots.first(), by=user, user=user) for user in people]
    other = make_session(city.station, days=9)
    told()
    workflow.change_slot(waits, other.slots.first(), by=people[1])
    assert (waits.status, waits.session, waits.place_in_line) == ("booked", other, None)
    assert told() == {("rebooked", "市民1")}
    assert exact(session) and exact(other)


def test_a_full_a_closed_or_the_same_slot_is_no_other_time(session, city, crowd):
    first, last = session.slots.first(), session.slots.last()
    people = crowd(2)
    mine = workflow.book(first, by=people[0], user=people[0])
    workflow.book(last, by=people[1], user=people[1])
    for slot in (first, last):
        with pytest.raises(workflow.Full):
            workflow.change_slot(mine, slot, by=people[0])
    with pytest.raises(workflow.Closed):
        workflow.change_slot(mine, make_session(city.station, days=9, status="planned").slots.first(), by=people[0])
    mine.refresh_from_db()
    assert (mine.slot, mine.status) == (first, "booked")
    assert exact(session)


def test_only_the_visitor_and_staff_choose_another_time(session, citizen, neighbour, deputy, officer):
    first, last = session.slots.first(), session.slots.last()
    mine = workflow.book(first, by=citizen, user=citizen)
    for by in (neighbour, deputy, None):
        with pytest.raises(MoveNotAllowed):
            workflow.change_slot(mine, last, by=by)
    assert workflow.change_slot(mine, last, by=officer).role == "officer"


def test_who_has_an_appointment_there_already_does_not_get_a_second_by_changing(session, city, citizen):
    other = make_session(city.station, days=9)
    mine = workflow.book(session.slots.first(), by=citizen, user=citizen)
    workflow.book(other.slots.first(), by=citizen, user=citizen)
    with pytest.raises(workflow.AlreadyBooked):
        workflow.change_slot(mine, other.slots.last(), by=citizen)
    mine.refresh_from_db()
    assert (mine.session, mine.status) == (session, "booked")
    assert exact(session) and exact(other)


# At the counter


def test_walk_ins_share_the_count_and_are_refused_when_it_is_full(session, officer, crowd, told):
    slot = session.slots.first()
    told()
    guest = workflow.walk_in(slot, by=officer, name="路过的人")
    assert (guest.status, guest.is_walk_in, guest.person) == ("checked_in", True, "")
    with pytest.raises(workflow.Full):
        workflow.walk_in(slot, by=officer, name="又一位")
    [user] = crowd(1)
    assert workflow.book(slot, by=user, user=user).status == "waitlisted"
    assert exact(session)
    assert told() == {("waitlisted", "市民0")}


def test_who_waits_and_is_there_is_taken_in_when_a_place_is_free_only(session, officer, crowd):
    slot, people = session.slots.first(), crowd(2)
    has, waits = [workflow.book(slot, by=user, user=user) for user in people]
    with pytest.raises(workflow.Full):
        workflow.check_in(waits, by=officer)
    workflow.miss(has, by=None, now=slot.starts_at)
    workflow.check_in(waits, by=officer)
    assert status_of(has, waits) == ["no_show", "checked_in"]
    with pytest.raises(workflow.Full):
        workflow.check_in(has, by=officer)
    assert exact(session)


def test_who_came_late_after_booking_anew_is_not_counted_twice(session, officer, citizen):
    first, last = session.slots.first(), session.slots.last()
    missed = workflow.book(first, by=citizen, user=citizen)
    workflow.miss(missed, by=None, now=first.starts_at)
    again = workflow.book(last, by=citizen, user=citizen)
    with pytest.raises(workflow.AlreadyBooked) as caught:
        workflow.check_in(missed, by=officer)
    assert caught.value.appointment == again
    assert exact(session)


def test_a_check_in_undone_is_a_booking_again_and_nobody_sits_there(session, officer, citizen, deputy):
    visit = workflow.book(session.slots.first(), by=citizen, user=citizen)
    workflow.check_in(visit, by=deputy)
    workflow.call_in(visit, by=officer, deputy=deputy.deputy)
    assert visit.with_deputy == deputy.deputy
    workflow.undo_check_in(visit, by=officer)
    visit.refresh_from_db()
    assert (visit.status, visit.with_deputy) == ("booked", None)
    assert exact(session)


def test_nobody_sits_with_a_deputy_who_is_not_on_duty_or_before_being_there(
    session, officer, citizen, neighbour, deputy, other_deputy
):
    visit = workflow.book(session.slots.first(), by=citizen, user=citizen)
    with pytest.raises(MoveNotAllowed):
        workflow.call_in(visit, by=officer, deputy=deputy.deputy)
    workflow.check_in(visit, by=officer)
    for by, whom in ((officer, other_deputy.deputy), (neighbour, deputy.deputy)):
        with pytest.raises(MoveNotAllowed):
            workflow.call_in(visit, by=by, deputy=whom)


def test_a_reception_ends_the_visit_and_the_visitor_is_told(session, officer, citizen, deputy, told):
    visit = workflow.book(session.slots.first(), by=citizen, user=citizen)
    workflow.check_in(visit, by=officer)
    workflow.call_in(visit, by=officer, deputy=deputy.deputy)
    told()
    workflow.receive(
        visit, by=officer, deputies=[deputy.deputy], own_words="灯不亮。", answer="本周修好。", outcome="answered",
        may_publish=True, is_confirmed=True,
    )  # fmt: skip
    record = visit.reception
    assert (visit.status, visit.with_deputy) == ("served", None)
    assert ([*record.deputies.all()], record.recorded_by, record.consent_version != "") == (
        [deputy.deputy], officer, True
    )  # fmt: skip
    assert record.confirmed_at == record.recorded_at
    assert told() == {("received", "林晓榕")}
    with pytest.raises(Stale):
        workflow.receive(visit, by=officer, deputies=[], own_words="x", outcome="advice")
    assert exact(session)


@pytest.mark.parametrize("words", [{"outcome": "transferred"}, {"outcome": "answered"}])
def test_a_record_that_lacks_what_its_outcome_says_is_refused_whole(session, officer, citizen, words):
    visit = workflow.book(session.slots.first(), by=citizen, user=citizen)
    workflow.check_in(visit, by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        workflow.receive(visit, by=officer, deputies=[], own_words="x", **words)
    assert status_of(visit) == ["checked_in"]


# Sessions


def test_a_planned_session_has_slots_and_proposed_deputies_and_strangers_plan_none(city, officer, other_deputy):
    starts = timezone.now() + timedelta(days=9)
    made = Session(station=city.station, starts_at=starts, ends_at=starts + timedelta(minutes=50), slot_minutes=20)
    with pytest.raises(MoveNotAllowed):
        workflow.plan(made, by=other_deputy)
    workflow.plan(made, by=officer, deputies=[other_deputy.deputy])
    assert [(s.starts_at, s.places) for s in made.slots.all()] == [
        (starts, 1), (starts + timedelta(minutes=20), 1)
    ]  # fmt: skip
    assert [(d.deputy, d.status, d.span.lower) for d in made.duties.all()] == [
        (other_deputy.deputy, "proposed", starts)
    ]


def test_announcing_asks_the_proposed_deputies_and_tells_the_station(city, officer, deputy, told):
    session = make_session(city.station, [deputy.deputy], status="planned")
    colleague = person("", "同站联络", "colleague@example.com")
    city.station.members.create(user=colleague)
    workflow.announce(session, by=officer)
    assert (session.status, session.sequence, session.duties.get().status) == ("announced", 1, "asked")
    assert told() == {("announced", "同站联络"), ("duty_asked", "林代表")}


def test_an_online_session_is_not_announced_without_its_address(city, officer):
    session = make_session(city.station, status="planned", mode="online")
    with pytest.raises(MoveNotAllowed):
        workflow.announce(session, by=officer)
    session.link = "https://meeting.example/7"
    session.save()
    assert workflow.announce(session, by=officer).after == "announced"


def test_cancelling_a_session_frees_deputies_and_tells_all(session, city, crowd, officer, deputy, other_deputy, told):
    slot, people = session.slots.first(), crowd(3)
    has, offered, waits = [workflow.book(slot, by=user, user=user) for user in people]
    workflow.cancel(has, by=people[0])
    called = workflow.book(session.slots.last(), by=officer, **CALLER)
    there = workflow.walk_in(session.slots.all()[1], by=officer, name="已到")
    workflow.confirm(session.duties.get(), by=deputy)
    workflow.ask_deputy(session, other_deputy.deputy, by=officer)
    told()
    workflow.cancel_session(session, by=officer, note="停电")
    assert status_of(offered, waits, called, there) == ["cancelled", "cancelled", "cancelled", "checked_in"]
    assert [d.status for d in session.duties.all()] == ["released", "released"]
    assert (session.status, session.sequence) == ("cancelled", 2)
    assert told() == {
        ("session_cancelled", "市民1"), ("session_cancelled", "市民2"), ("session_cancelled", "+8613800002222"),
        ("duty_session_off", "林代表"), ("duty_session_off", "黄代表"),
    }  # fmt: skip
    # Who is there already is still received, and holds the place.
    assert exact(session)
    # The deputies may be on duty elsewhere at that time.
    same_time = make_session(city.station, [deputy.deputy, other_deputy.deputy])
    assert same_time.duties.active().count() == 2


def test_moving_a_session_takes_slots_duties_and_reminders_along_and_tells_all(session, crowd, officer, deputy, told):
    slot, people = session.slots.first(), crowd(2)
    has, waits = [workflow.book(slot, by=user, user=user) for user in people]
    workflow.confirm(session.duties.get(), by=deputy)
    told()
    to = session.starts_at + timedelta(days=2, hours=3)
    workflow.move_session(session, by=officer, starts_at=to, note="会场另有安排")
    has.refresh_from_db()
    assert (session.starts_at, session.ends_at, session.sequence) == (to, to + timedelta(hours=1), 2)
    assert [s.starts_at for s in session.slots.all()] == [to + timedelta(minutes=15 * n) for n in range(4)]
    assert has.remind_at == to - timedelta(days=1)
    assert (session.duties.get().span.lower, session.duties.get().span.upper) == (to, to + timedelta(hours=1))
    assert told() == {("moved", "市民0"), ("moved", "市民1"), ("duty_moved", "林代表")}
    assert (status_of(has, waits), exact(session)) == (["booked", "waitlisted"], True)


def test_an_offer_in_a_session_moved_forward_lapses_at_the_new_beginning_at_the_latest(session, crowd):
    slot, people = session.slots.first(), crowd(2)
    has, offered = [workflow.book(slot, by=user, user=user) for user in people]
    workflow.cancel(has, by=people[0])
    to = timezone.now() + timedelta(hours=5)
    workflow.move_session(session, by=None, starts_at=to)
    offered.refresh_from_db()
    assert offered.due_at == to


def test_a_session_is_not_moved_where_its_deputy_is_on_duty_elsewhere(session, city, deputy, officer):
    other = make_session(city.station, [deputy.deputy], days=8)
    before = session.starts_at
    with pytest.raises(workflow.DeputyBusy):
        workflow.move_session(session, by=officer, starts_at=other.starts_at + timedelta(minutes=30))
    session.refresh_from_db()
    assert session.starts_at == before
    assert session.slots.first().starts_at == before
    assert session.duties.get().span.lower == before


def test_nobody_but_staff_and_the_clock_moves_a_session_and_no_ended_one(session, deputy, citizen, officer):
    to = session.starts_at + timedelta(days=1)
    for by in (deputy, citizen):
        with pytest.raises(MoveNotAllowed):
            workflow.move_session(session, by=by, starts_at=to)
    workflow.cancel_session(session, by=officer, note="停电")
    with pytest.raises(MoveNotAllowed):
        workflow.move_session(session, by=officer, starts_at=to)


def test_closing_a_session_settles_every_appointment(session, crowd, officer, told):
    slot, people = session.slots.first(), crowd(3)
    absent, waits, _waits_too = [workflow.book(slot, by=user, user=user) for user in people]
    there = workflow.walk_in(session.slots.last(), by=officer, name="已到")
    told()
    workflow.hold(session, by=None)
    assert status_of(session, absent, waits, there) == ["held", "no_show", "cancelled", "checked_in"]
    assert told() == {("not_reached", "市民1"), ("not_reached", "市民2")}
    assert exact(session)


# Duties


def test_a_deputy_who_cannot_come_says_why_and_the_station_asks_another(session, deputy, other_deputy, officer, told):
    duty = session.duties.get()
    told()
    workflow.decline_duty(duty, by=deputy, note="出差")
    assert told() == {("duty_declined", "郑联络")}
    instead = workflow.substitute(duty, other_deputy.deputy, by=officer)
    assert (instead.status, instead.stands_in_for, status_of(duty)) == ("asked", duty, ["declined"])
    assert told() == {("duty_asked", "黄代表")}


def test_a_substitute_releases_the_first_who_is_told(session, deputy, other_deputy, officer, told):
    duty = session.duties.get()
    workflow.confirm(duty, by=deputy)
    told()
    workflow.substitute(duty, other_deputy.deputy, by=officer)
    assert status_of(duty) == ["released"]
    assert told() == {("duty_released", "林代表"), ("duty_asked", "黄代表")}


def test_a_deputy_who_was_only_proposed_is_released_in_silence(city, deputy, other_deputy, officer, told):
    session = make_session(city.station, [deputy.deputy], status="planned")
    workflow.substitute(session.duties.get(), other_deputy.deputy, by=officer)
    assert told() == {("duty_asked", "黄代表")}


def test_a_confirmation_is_told_to_the_station_and_an_answer_is_due_in_time(session, deputy, officer, told):
    duty = session.duties.get()
    assert duty.due_at == session.starts_at - timedelta(days=3)
    told()
    workflow.confirm(duty, by=deputy)
    assert (duty.status, duty.due_at) == ("confirmed", None)
    assert told() == {("duty_confirmed", "郑联络")}


def test_no_deputy_is_on_duty_twice_at_once(session, city, deputy, officer):
    elsewhere = make_session(city.station, days=7)
    with pytest.raises(workflow.DeputyBusy):
        workflow.ask_deputy(elsewhere, deputy.deputy, by=officer)
    with pytest.raises(workflow.DeputyBusy):
        workflow.ask_deputy(session, deputy.deputy, by=officer)
    assert Duty.objects.count() == 1
    following = make_session(city.station, status="planned")
    workflow.move_session(following, by=officer, starts_at=session.ends_at)
    # One right after the other is possible.
    assert workflow.ask_deputy(following, deputy.deputy, by=officer).status == "asked"


def test_deputies_are_asked_by_staff_and_for_sessions_to_come_only(session, other_deputy, deputy, officer):
    with pytest.raises(MoveNotAllowed):
        workflow.ask_deputy(session, other_deputy.deputy, by=deputy)
    workflow.hold(session, by=None)
    with pytest.raises(MoveNotAllowed):
        workflow.ask_deputy(session, other_deputy.deputy, by=officer)


# What the database itself refuses


def test_the_database_refuses_an_eleventh_in_ten_places(session):
    slot = session.slots.first()
    Slot.objects.filter(pk=slot.pk).update(places=10, taken=10)
    with pytest.raises(IntegrityError, match="slot_is_not_overbooked"), transaction.atomic():
        Slot.objects.filter(pk=slot.pk).update(taken=F("taken") + 1)


def test_the_database_refuses_a_second_open_appointment(session, citizen):
    visit = workflow.book(session.slots.first(), by=citizen, user=citizen)
    second = Appointment(session=session, slot=session.slots.last(), person=visit.person, user=citizen)
    second.save()  # one that has not begun is none yet
    with pytest.raises(IntegrityError, match="one_open_appointment_per_person"), transaction.atomic():
        Appointment.objects.filter(pk=second.pk).update(status="waitlisted")


def test_the_database_refuses_a_deputy_in_two_places(session, city, deputy):
    elsewhere = make_session(city.station, days=8)
    span = (session.starts_at + timedelta(minutes=59), session.ends_at + timedelta(hours=1))
    with pytest.raises(IntegrityError, match="deputy_is_in_one_place_at_a_time"), transaction.atomic():
        Duty.objects.create(session=elsewhere, deputy=deputy.deputy, span=span)


def test_the_database_refuses_two_the_same_place_in_line(session, crowd):
    slot, people = session.slots.first(), crowd(3)
    *_rest, last = [workflow.book(slot, by=user, user=user) for user in people]
    with pytest.raises(IntegrityError, match="one_place_in_line_each"), transaction.atomic():
        Appointment.objects.filter(pk=last.pk).update(place_in_line=1)
