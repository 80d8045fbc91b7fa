"""What happens to the schedule by itself, at its time, once: each task is run with a clock of its own."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from fzportal import workdays
from liaison import tasks, workflow
from liaison.models import AppointmentChange, DutyChange, ReceptionRule, SessionChange
from notifications.models import Notification, Preference
from notifications.workflow import announce as tell
from notifications.workflow import deliver
from tests.cast import make_session, person


def events(rows, *names):
    """The lines of history with these names, in order."""
    return list(rows.objects.filter(event__in=names).order_by("pk").values_list("event", flat=True))


def run_at(*moments):
    """Both tasks at each moment, twice: the second run must change nothing."""
    for now in moments:
        for _again in range(2):
            tasks.sessions(now=now)
            tasks.appointments(now=now)


@pytest.fixture
def ruled(city, deputy):
    """A planned session of a rule that announces 14 days ahead, in 40 days; ``deputy`` is proposed."""
    rule = ReceptionRule.objects.create(
        station=city.station, recurrence="FREQ=MONTHLY;BYMONTHDAY=15", begins=time(9), ends=time(10), announce_days=14
    )
    return make_session(city.station, [deputy.deputy], days=40, status="planned", rule=rule)


@pytest.fixture
def visit(session, citizen):
    return workflow.book(session.slots.first(), by=citizen, user=citizen)


# Deputies and announcements


def test_deputies_are_asked_four_weeks_ahead(ruled):
    run_at(ruled.starts_at - timedelta(days=28, seconds=1))
    assert ruled.duties.get().status == "proposed"
    run_at(ruled.starts_at - timedelta(days=27, hours=23))
    assert ruled.duties.get().status == "asked"
    assert events(DutyChange, "duty_asked") == ["duty_asked"]


def test_a_rules_session_is_announced_as_many_days_ahead_as_the_rule_says(ruled):
    run_at(ruled.starts_at - timedelta(days=14, seconds=1))
    ruled.refresh_from_db()
    assert ruled.status == "planned"
    run_at(ruled.starts_at - timedelta(days=13, hours=23))
    ruled.refresh_from_db()
    assert (ruled.status, ruled.sequence) == ("announced", 1)
    assert [c.role for c in ruled.changes.all()] == ["clock"]


@pytest.mark.parametrize("lacking", ["deputy", "link", "rule"])
def test_what_lacks_something_is_not_announced_by_itself(ruled, deputy, lacking):
    if lacking == "deputy":
        workflow.decline_duty(ruled.duties.get(), by=deputy, note="出差")
    if lacking == "link":
        type(ruled).objects.filter(pk=ruled.pk).update(mode="online")
    if lacking == "rule":
        type(ruled).objects.filter(pk=ruled.pk).update(rule=None)
    run_at(ruled.starts_at - timedelta(days=10))
    ruled.refresh_from_db()
    assert ruled.status == "planned"


def test_the_station_is_warned_once_before_the_days_of_notice_begin(city):
    session = make_session(city.station, status="planned")
    run_at(session.starts_at - timedelta(days=5, seconds=1))
    assert session.changes.count() == 0
    run_at(session.starts_at - timedelta(days=5) + timedelta(seconds=1), session.starts_at - timedelta(days=2))
    assert sorted(events(SessionChange, "announce_soon", "lacks_deputies")) == ["announce_soon", "lacks_deputies"]


def test_a_session_with_deputies_that_is_announced_needs_no_warning(session):
    run_at(session.starts_at - timedelta(days=2))
    assert events(SessionChange, "announce_soon", "lacks_deputies") == []


def test_the_office_hears_of_a_session_without_deputies_and_the_station_too(session, deputy, officer, office):
    workflow.decline_duty(session.duties.get(), by=deputy, note="出差")
    tell()
    run_at(session.starts_at - timedelta(days=2))
    tell()
    rows = Notification.objects.filter(event="lacks_deputies", channel="inbox")
    assert set(rows.values_list("audience", "recipient")) == {("officers", officer.pk), ("office", office.pk)}


def test_more_sessions_than_one_run_takes_are_all_warned_in_the_runs_that_follow(city, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 2)
    sessions = [make_session(city.station, status="planned") for _n in range(5)]
    for _run in range(3):
        tasks.sessions(now=sessions[0].starts_at - timedelta(days=2))
    assert events(SessionChange, "announce_soon") == ["announce_soon"] * 5


def test_confirmed_deputies_are_reminded_the_day_before_once_and_anew_when_it_moves(session, deputy):
    run_at(session.starts_at - timedelta(hours=23))
    assert events(DutyChange, "duty_reminder") == []
    workflow.confirm(session.duties.get(), by=deputy)
    run_at(session.starts_at - timedelta(hours=25))
    assert events(DutyChange, "duty_reminder") == []
    run_at(session.starts_at - timedelta(hours=23), session.starts_at - timedelta(hours=2))
    assert events(DutyChange, "duty_reminder") == ["duty_reminder"]
    workflow.move_session(session, by=None, starts_at=session.starts_at + timedelta(days=3))
    run_at(session.starts_at - timedelta(hours=25))
    assert events(DutyChange, "duty_reminder") == ["duty_reminder"]
    run_at(session.starts_at - timedelta(hours=23))
    assert events(DutyChange, "duty_reminder") == ["duty_reminder"] * 2


# Visitors


def test_a_visitor_is_reminded_a_day_and_an_hour_before_once_each(session, visit):
    begins = visit.slot.starts_at
    run_at(begins - timedelta(days=1, seconds=1))
    assert events(AppointmentChange, "reminder_day", "reminder_hour") == []
    run_at(begins - timedelta(days=1), begins - timedelta(hours=5))
    assert events(AppointmentChange, "reminder_day", "reminder_hour") == ["reminder_day"]
    run_at(begins - timedelta(hours=1), begins - timedelta(minutes=10), begins + timedelta(minutes=1))
    assert events(AppointmentChange, "reminder_day", "reminder_hour") == ["reminder_day", "reminder_hour"]
    visit.refresh_from_db()
    assert visit.remind_at is None


def test_who_books_on_the_day_before_is_reminded_an_hour_before_only(session, citizen):
    begins = session.slots.first().starts_at
    visit = workflow.book(session.slots.first(), by=citizen, user=citizen, now=begins - timedelta(hours=20))
    assert visit.remind_at == begins - timedelta(hours=1)
    late = begins - timedelta(minutes=30)
    workflow.cancel(visit, by=citizen, now=begins - timedelta(hours=19))
    again = workflow.book(session.slots.first(), by=citizen, user=citizen, now=late)
    assert again.remind_at is None
    run_at(begins - timedelta(minutes=20))
    assert events(AppointmentChange, "reminder_day", "reminder_hour") == []


def test_a_worker_that_slept_through_the_day_before_reminds_once_of_the_hour(session, visit):
    begins = visit.slot.starts_at
    run_at(begins - timedelta(minutes=40), begins - timedelta(minutes=20))
    assert events(AppointmentChange, "reminder_day", "reminder_hour") == ["reminder_hour"]


def test_nobody_is_reminded_of_what_is_cancelled_or_only_waited_for(session, visit, citizen, neighbour, officer):
    begins = visit.slot.starts_at
    workflow.book(session.slots.first(), by=neighbour, user=neighbour)
    workflow.cancel(visit, by=citizen)
    run_at(begins - timedelta(hours=23, minutes=59))
    assert events(AppointmentChange, "reminder_day", "reminder_hour") == []


def test_a_moved_session_reminds_at_its_new_time(session, visit):
    run_at(visit.slot.starts_at - timedelta(hours=20))
    workflow.move_session(session, by=None, starts_at=session.starts_at + timedelta(days=5))
    run_at(session.starts_at - timedelta(hours=20), session.starts_at - timedelta(minutes=30))
    reminders = events(AppointmentChange, "reminder_day", "reminder_hour")
    assert reminders == ["reminder_day", "reminder_day", "reminder_hour"]


def with_phone(user, number="+8613800001234"):
    """Proves a phone number."""
    type(user).objects.filter(pk=user.pk).update(phone=number, phone_verified=True)


@pytest.mark.parametrize(
    ("reminded_by", "has_phone", "channels"),
    [
        ("sms", True, {"inbox", "sms"}),
        ("email", True, {"inbox", "email"}),
        ("", True, {"inbox", "email"}),
        # The number was given up meanwhile: better by mail than not at all.
        ("sms", False, {"inbox", "email"}),
    ],
)
def test_reminders_come_the_way_chosen_for_this_visit(session, citizen, reminded_by, has_phone, channels):
    if has_phone:
        with_phone(citizen)
    visit = workflow.book(session.slots.first(), by=citizen, user=citizen, reminded_by=reminded_by)
    run_at(visit.slot.starts_at - timedelta(hours=20))
    tell()
    told = Notification.objects.filter(event="reminder_day")
    assert set(told.values_list("channel", flat=True)) == channels
    # All other news goes the usual way.
    assert set(Notification.objects.filter(event="booked").values_list("channel", flat=True)) == {"inbox", "email"}


def test_a_reminder_chosen_by_sms_is_sent_even_to_who_wants_no_other_sms(session, citizen):
    with_phone(citizen)
    Preference.objects.create(user=citizen, kind="visits", sms=False)
    visit = workflow.book(session.slots.first(), by=citizen, user=citizen, reminded_by="sms")
    run_at(visit.slot.starts_at - timedelta(hours=20))
    noon = timezone.localtime().replace(hour=12) + timedelta(days=1)
    tell(now=noon)
    deliver(now=noon)
    assert list(Notification.objects.filter(channel="sms").values_list("event", "state")) == [("reminder_day", "sent")]


def test_a_reminder_that_could_not_be_sent_before_the_visit_is_not_sent_after_it(session, visit):
    run_at(visit.slot.starts_at - timedelta(hours=1))
    tell()
    begun = timezone.now() - timedelta(minutes=1)
    type(visit.slot).objects.filter(pk=visit.slot_id).update(starts_at=begun, ends_at=begun + timedelta(minutes=15))
    mail.outbox.clear()
    deliver()
    states = Notification.objects.filter(event="reminder_hour", channel="email").values_list("state", flat=True)
    assert list(states) == ["outdated"]


def test_offers_lapse_to_the_next_in_line_by_themselves(session):
    people = [person(f"市民{n}", f"市民{n}", f"c{n}@example.com") for n in range(4)]
    slot = session.slots.first()
    has, *waiting = [workflow.book(slot, by=user, user=user) for user in people]
    now = timezone.localtime().replace(hour=12)
    workflow.cancel(has, by=people[0], now=now)
    states = []
    for day in (0, 1, 2, 3):
        run_at(now + timedelta(hours=24 * day, seconds=day))
        states.append([type(v).objects.get(pk=v.pk).status for v in waiting])
    assert states == [
        ["offered", "waitlisted", "waitlisted"],
        ["cancelled", "offered", "waitlisted"],
        ["cancelled", "cancelled", "offered"],
        ["cancelled", "cancelled", "cancelled"],
    ]
    assert type(slot).objects.get(pk=slot.pk).taken == 0


# Afterwards


def test_a_session_is_closed_an_hour_after_its_end_and_who_did_not_come_is_noted(session, visit, officer):
    there = workflow.walk_in(session.slots.last(), by=officer, name="已到")
    run_at(session.ends_at + timedelta(hours=1))
    session.refresh_from_db()
    assert session.status == "announced"
    run_at(session.ends_at + timedelta(hours=1, seconds=1))
    found = [type(row).objects.get(pk=row.pk).status for row in (session, visit, there)]
    assert found == ["held", "no_show", "checked_in"]
    assert [c.role for c in visit.changes.filter(after="no_show")] == ["clock"]


@pytest.mark.parametrize(
    ("held_on", "reminded_on"),
    [
        # A Friday: the Monday after. The last day before the Spring Festival of 2026: the first working day after it.
        (date(2026, 11, 20), date(2026, 11, 23)),
        (date(2026, 11, 18), date(2026, 11, 19)),
        (date(2026, 2, 14), date(2026, 2, 24)),
    ],
)
def test_missing_records_are_reminded_of_once_on_the_next_working_day(city, officer, held_on, reminded_on):
    assert workdays.add(held_on, 1) == reminded_on
    session = make_session(city.station)
    workflow.walk_in(session.slots.first(), by=officer, name="已到")
    begins = timezone.make_aware(datetime.combine(held_on, time(9)))
    type(session).objects.filter(pk=session.pk).update(starts_at=begins, ends_at=begins + timedelta(hours=1))
    at = timezone.make_aware(datetime.combine(reminded_on, time(8)))
    run_at(begins + timedelta(hours=3), at - timedelta(hours=8, seconds=1))
    assert events(SessionChange, "held", "records_missing") == ["held"]
    run_at(at, at + timedelta(days=2))
    assert events(SessionChange, "held", "records_missing") == ["held", "records_missing"]


def test_what_is_recorded_needs_no_reminder(session, visit, officer):
    workflow.check_in(visit, by=officer)
    workflow.receive(visit, by=officer, deputies=[], own_words="路灯", outcome="advice")
    run_at(session.ends_at + timedelta(days=9))
    assert events(SessionChange, "held", "records_missing") == ["held"]


def test_one_row_that_cannot_be_moved_does_not_keep_the_others_back(city, deputy, monkeypatch):
    sessions = [make_session(city.station, [deputy.deputy], days=7 + n) for n in range(2)]
    hold = workflow.hold

    def faster(session, **how):
        if session.pk == sessions[0].pk:
            workflow.cancel_session(session, by=None, note="停电")
        return hold(session, **how)

    monkeypatch.setattr(workflow, "hold", faster)
    tasks.sessions(now=sessions[1].ends_at + timedelta(days=1))
    assert [type(s).objects.get(pk=s.pk).status for s in sessions] == ["cancelled", "held"]
