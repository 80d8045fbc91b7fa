"""From rules to sessions: holidays, changed rules, announced sessions, and two workers at once."""

import threading
from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from fzportal.models import Holiday
from liaison import tasks, workflow
from liaison.models import Appointment, Deputy, Duty, ReceptionRule, RotaPlace, Session, Slot

NOW = timezone.make_aware(datetime(2026, 3, 2, 8, 0))
DAY = timedelta(days=1)


def make_rule(city, recurrence="FREQ=MONTHLY;BYMONTHDAY=15", deputies=(), **fields):
    fields = {"since": date(2026, 1, 1), "begins": time(9), "ends": time(11), "slot_minutes": 15} | fields
    rule = ReceptionRule.objects.create(station=city.station, recurrence=recurrence, **fields)
    RotaPlace.objects.bulk_create([RotaPlace(rule=rule, deputy=d, position=n) for n, d in enumerate(deputies)])
    return rule


@pytest.fixture
def rota(city):
    """``rota(3)``: three deputies."""

    def made(number):
        return [
            Deputy.objects.create(name=f"代表{n}", pinyin=f"{n}", term=city.term, since=date(2022, 1, 1))
            for n in range(number)
        ]

    return made


def days_of(rule, **only):
    rows = rule.sessions.exclude(status="cancelled").filter(**only).order_by("starts_at")
    return [timezone.localdate(s.starts_at) for s in rows]


def on(rule, day):
    """The live session of ``rule`` on ``day``."""
    start = timezone.make_aware(datetime.combine(day, time()))
    return rule.sessions.exclude(status="cancelled").get(starts_at__gte=start, starts_at__lt=start + DAY)


def picture():
    """Everything unrolling writes, keys included."""
    return [
        list(Session.objects.order_by("pk").values()),
        list(Slot.objects.order_by("pk").values()),
        list(Duty.objects.order_by("pk").values()),
        list(ReceptionRule.objects.order_by("pk").values()),
    ]


def test_a_rule_makes_a_year_of_planned_sessions_with_slots_and_proposed_deputies(city, rota):
    deputies = rota(2)
    rule = make_rule(city, deputies=deputies, theme="接待日", places=2)
    done = workflow.unroll(rule, now=NOW)
    found = days_of(rule)
    assert done == workflow.Unrolled(made=12)
    # 15 March 2026 is a Sunday, and so is 15 November; 15 August a Saturday.
    assert found[0] == date(2026, 3, 16)
    assert date(2026, 8, 17) in found and date(2026, 11, 16) in found and found[-1] == date(2027, 2, 15)
    first = on(rule, date(2026, 3, 16))
    assert (first.occurrence, first.theme, first.status) == (date(2026, 3, 15), "接待日", "planned")
    assert [timezone.localtime(s.starts_at).time() for s in first.slots.all()][:2] == [time(9), time(9, 15)]
    assert (first.slots.count(), {s.places for s in first.slots.all()}) == (8, {2})
    assert {d.deputy for d in first.duties.all()} == set(deputies)
    assert {d.status for d in Duty.objects.all()} == {"proposed"}


def test_unrolling_twice_changes_nothing(city, rota):
    make_rule(city, "FREQ=WEEKLY;BYDAY=WE", deputies=rota(3), rota="least_served")
    make_rule(city, "FREQ=MONTHLY;BYDAY=1WE,3WE", deputies=Deputy.objects.all(), rota="least_served")
    tasks.unroll(now=NOW)
    before = picture()
    tasks.unroll(now=NOW)
    assert picture() == before
    assert Session.objects.count() > 60


def test_the_next_hours_only_add_at_the_far_end(city, rota):
    rule = make_rule(city, "FREQ=WEEKLY;BYDAY=WE", deputies=rota(3))
    workflow.unroll(rule, now=NOW)
    before = list(Session.objects.order_by("pk").values_list("pk", flat=True))
    assert workflow.unroll(rule, now=NOW + 14 * DAY) == workflow.Unrolled(made=2)
    assert list(Session.objects.order_by("pk").values_list("pk", flat=True))[: len(before)] == before


def test_only_the_office_or_the_clock_unrolls(city, officer, citizen, office):
    rule = make_rule(city)
    for nobody in (officer, citizen):
        with pytest.raises(PermissionDenied):
            workflow.unroll(rule, by=nobody, now=NOW)
    assert Session.objects.count() == 0
    assert workflow.unroll(rule, by=office, now=NOW).made == 12


def test_days_that_fall_together_become_one_session(city):
    rule = make_rule(city, "FREQ=DAILY", until=date(2026, 10, 12), since=date(2026, 9, 30))
    workflow.unroll(rule, now=NOW)
    # National Day 2026: 1-7 October off, Saturday 10 October worked.
    assert days_of(rule) == [date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 10),
                             date(2026, 10, 12)]  # fmt: skip
    assert on(rule, date(2026, 10, 8)).occurrence == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("policy", "day"), [("next", date(2026, 4, 16)), ("previous", date(2026, 4, 14)), ("skip", None)]
)
def test_a_holiday_added_later_shifts_planned_sessions_quietly(city, rota, policy, day):
    rule = make_rule(city, deputies=rota(2), holidays=policy)
    workflow.unroll(rule, now=NOW)
    Holiday.objects.create(date=date(2026, 4, 15), name="校庆")
    workflow.unroll(rule, now=NOW)
    found = [d for d in days_of(rule) if d.month == 4]
    assert found == ([day] if day else [])
    if day:
        session = on(rule, day)
        assert (session.occurrence, session.changes.count()) == (date(2026, 4, 15), 0)
        assert {timezone.localdate(s.starts_at) for s in session.slots.all()} == {day}
        assert {(d.span.lower, d.status) for d in session.duties.all()} == {(session.starts_at, "proposed")}
        assert session.duties.count() == 2
    Holiday.objects.filter(date=date(2026, 4, 15)).delete()
    workflow.unroll(rule, now=NOW)
    assert [d for d in days_of(rule) if d.month == 4] == [date(2026, 4, 15)]


def announced(rule, day):
    session = on(rule, day)
    workflow.announce(session, by=None, now=NOW)
    return session


def test_a_holiday_added_later_moves_an_announced_session_and_tells_everybody(city, rota, citizen):
    rule = make_rule(city, "FREQ=MONTHLY;BYMONTHDAY=18", deputies=rota(2))
    workflow.unroll(rule, now=NOW)
    session = announced(rule, date(2026, 3, 18))
    Session.objects.filter(pk=session.pk).update(starts_at=session.starts_at)
    slot = session.slots.first()
    appointment = booked(slot, citizen)
    Holiday.objects.create(date=date(2026, 3, 18), name="校庆")
    assert workflow.unroll(rule, now=NOW) == workflow.Unrolled(moved=1)
    session.refresh_from_db()
    assert (session.day, session.status) == (date(2026, 3, 19), "announced")
    change = session.changes.get(event="session_moved")
    assert (change.role, change.note) == ("clock", "校庆，改到3月19日。")
    assert appointment.changes.filter(event="moved").count() == 1
    assert {d.changes.last().event for d in session.duties.all()} == {"duty_moved"}
    before = picture()
    workflow.unroll(rule, now=NOW)
    assert picture() == before


def booked(slot, user):
    """A booking on a day that real clocks have passed: what the verb writes."""
    appointment = Appointment.objects.create(
        session=slot.session, slot=slot, user=user, person=f"user:{user.pk}", status="booked"
    )
    Slot.objects.filter(pk=slot.pk).update(taken=1)
    return appointment


def test_a_holiday_added_later_cancels_an_announced_session_where_days_off_are_left_out(city, rota, citizen):
    rule = make_rule(city, "FREQ=MONTHLY;BYMONTHDAY=18", deputies=rota(2), holidays="skip")
    workflow.unroll(rule, now=NOW)
    session = announced(rule, date(2026, 3, 18))
    appointment = booked(session.slots.first(), citizen)
    Holiday.objects.create(date=date(2026, 3, 18), name="校庆")
    assert workflow.unroll(rule, now=NOW) == workflow.Unrolled(dropped=1)
    session.refresh_from_db()
    appointment.refresh_from_db()
    assert (session.status, appointment.status) == ("cancelled", "cancelled")
    assert session.changes.last().note == "校庆，当天不安排接待。"
    # The holiday is taken back: the day is free again for a new session.
    Holiday.objects.filter(date=date(2026, 3, 18)).delete()
    assert workflow.unroll(rule, now=NOW) == workflow.Unrolled(made=1)
    assert on(rule, date(2026, 3, 18)).status == "planned"


def test_an_announced_session_that_falls_on_another_announced_one_is_cancelled_and_points_to_it(city, rota):
    rule = make_rule(city, "FREQ=WEEKLY;BYDAY=TU,WE", deputies=rota(2))
    workflow.unroll(rule, now=NOW)
    tuesday, wednesday = announced(rule, date(2026, 3, 17)), announced(rule, date(2026, 3, 18))
    Holiday.objects.create(date=date(2026, 3, 17), name="校庆")
    workflow.unroll(rule, now=NOW)
    tuesday.refresh_from_db()
    wednesday.refresh_from_db()
    assert (tuesday.status, wednesday.status, wednesday.day) == ("cancelled", "announced", date(2026, 3, 18))
    assert tuesday.changes.last().note == "校庆，当天不安排接待。请到同一地点参加3月18日的接待。"


def test_an_announced_session_keeps_its_day_against_a_planned_one(city, rota):
    rule = make_rule(city, "FREQ=WEEKLY;BYDAY=TU,WE", deputies=rota(2))
    workflow.unroll(rule, now=NOW)
    tuesday, planned = announced(rule, date(2026, 3, 17)), on(rule, date(2026, 3, 18))
    Holiday.objects.create(date=date(2026, 3, 17), name="校庆")
    workflow.unroll(rule, now=NOW)
    assert on(rule, date(2026, 3, 18)) == tuesday
    assert not Session.objects.filter(pk=planned.pk).exists()


def test_a_deputy_who_is_elsewhere_on_the_new_day_is_released_and_told(city, rota):
    deputies = rota(2)
    rule = make_rule(city, "FREQ=MONTHLY;BYMONTHDAY=18", deputies=deputies)
    workflow.unroll(rule, now=NOW)
    session = announced(rule, date(2026, 3, 18))
    elsewhere = make_rule(city, "FREQ=MONTHLY;BYMONTHDAY=19", deputies=deputies[:1], wanted=1)
    workflow.unroll(elsewhere, now=NOW)
    Holiday.objects.create(date=date(2026, 3, 18), name="校庆")
    workflow.unroll(rule, now=NOW)
    session.refresh_from_db()
    assert session.day == date(2026, 3, 19)
    assert {d.deputy: d.status for d in session.duties.all()} == {deputies[0]: "released", deputies[1]: "asked"}
    assert session.duties.get(deputy=deputies[0]).changes.last().event == "duty_session_off"


def test_a_changed_rule_changes_planned_sessions_only(city, rota):
    rule = make_rule(city, deputies=rota(2))
    workflow.unroll(rule, now=NOW)
    told = announced(rule, date(2026, 3, 16))
    rule.recurrence, rule.begins, rule.ends = "FREQ=MONTHLY;BYMONTHDAY=20", time(14), time(15)
    rule.theme, rule.slot_minutes = "食品安全", 20
    rule.save()
    workflow.unroll(rule, now=NOW)
    told.refresh_from_db()
    assert (told.status, told.day, told.theme) == ("announced", date(2026, 3, 16), "")
    planned = rule.sessions.filter(status="planned")
    assert {timezone.localtime(s.starts_at).time() for s in planned} == {time(14)}
    assert {s.occurrence.day for s in planned} == {20}
    assert {(s.theme, s.slots.count()) for s in planned} == {("食品安全", 3)}
    assert {s.duties.count() for s in planned} == {2}


def test_words_and_slots_of_a_planned_session_follow_the_rule_in_place(city, rota):
    rule = make_rule(city, deputies=rota(2))
    workflow.unroll(rule, now=NOW)
    keys = set(rule.sessions.values_list("pk", flat=True))
    rule.theme, rule.places, rule.ends = "食品安全", 3, time(10)
    rule.save()
    assert workflow.unroll(rule, now=NOW) == workflow.Unrolled(changed=12)
    assert set(rule.sessions.values_list("pk", flat=True)) == keys
    assert {(s.theme, s.slots.count(), s.sequence) for s in rule.sessions.all()} == {("食品安全", 4, 1)}
    assert Duty.objects.count() == 24


def test_a_deputy_who_was_asked_is_told_when_the_rule_takes_the_session_away(city, rota):
    rule = make_rule(city, deputies=rota(2))
    workflow.unroll(rule, now=NOW)
    old = on(rule, date(2026, 3, 16))
    workflow.ask(old.duties.first(), now=NOW)
    rule.begins, rule.ends = time(14), time(16)
    rule.save()
    assert workflow.unroll(rule, now=NOW) == workflow.Unrolled(made=1, changed=11, dropped=1)
    old.refresh_from_db()
    assert old.status == "cancelled"
    assert old.duties.first().changes.last().event == "duty_session_off"
    new = on(rule, date(2026, 3, 16))
    assert (timezone.localtime(new.starts_at).time(), new.duties.count()) == (time(14), 2)


def test_an_ended_rule_drops_what_is_planned_and_keeps_what_is_announced(city, rota):
    rule = make_rule(city, deputies=rota(2))
    workflow.unroll(rule, now=NOW)
    announced(rule, date(2026, 3, 16))
    rule.is_active = False
    rule.save()
    assert workflow.unroll(rule, now=NOW) == workflow.Unrolled(dropped=11)
    assert days_of(rule) == [date(2026, 3, 16)]
    rule.is_active, rule.until = True, date(2026, 6, 1)
    rule.save()
    workflow.unroll(rule, now=NOW)
    assert days_of(rule) == [date(2026, 3, 16), date(2026, 4, 15), date(2026, 5, 15)]


def test_what_people_moved_or_called_off_by_hand_is_left_to_them(city, rota, office):
    rule = make_rule(city, deputies=rota(2))
    workflow.unroll(rule, now=NOW)
    moved, off = on(rule, date(2026, 4, 15)), on(rule, date(2026, 5, 15))
    saturday = timezone.make_aware(datetime(2026, 4, 18, 9))
    workflow.move_session(moved, by=office, starts_at=saturday, now=NOW)
    workflow.cancel_session(off, by=office, note="装修", now=NOW)
    assert workflow.unroll(rule, now=NOW) == workflow.Unrolled()
    rule.theme = "食品安全"
    rule.save()
    workflow.unroll(rule, now=NOW)
    moved.refresh_from_db()
    assert (moved.day, moved.theme) == (date(2026, 4, 18), "")
    assert date(2026, 5, 15) not in days_of(rule)


def test_a_session_announced_for_a_day_off_on_purpose_stays_when_the_rule_changes_its_mind(city, rota):
    rule = make_rule(city, deputies=rota(2), holidays="keep")
    workflow.unroll(rule, now=NOW)
    sunday = announced(rule, date(2026, 3, 15))
    rule.holidays = "next"
    rule.save()
    workflow.unroll(rule, now=NOW)
    workflow.unroll(rule, now=NOW)
    sunday.refresh_from_db()
    assert (sunday.status, sunday.day) == ("announced", date(2026, 3, 15))
    assert date(2026, 8, 17) in days_of(rule)


def test_the_past_is_never_touched(city, rota):
    rule = make_rule(city, deputies=rota(2))
    workflow.unroll(rule, now=NOW)
    later = timezone.make_aware(datetime(2026, 5, 20, 8))
    past = list(rule.sessions.filter(starts_at__lt=later).order_by("pk").values())
    duties = list(Duty.objects.filter(session__starts_at__lt=later).order_by("pk").values())
    rule.begins, rule.ends, rule.is_active, rule.recurrence = time(14), time(15), False, "FREQ=DAILY"
    rule.save()
    Holiday.objects.create(date=date(2026, 4, 15))
    workflow.unroll(rule, now=later)
    assert list(rule.sessions.order_by("pk").values()) == past
    assert list(Duty.objects.order_by("pk").values()) == duties


def test_todays_session_is_not_made_twice_when_its_hour_changes(city, rota):
    rule = make_rule(city, deputies=rota(2))
    workflow.unroll(rule, now=NOW)
    noon = timezone.make_aware(datetime(2026, 3, 16, 12))
    rule.begins, rule.ends = time(14), time(15)
    rule.save()
    workflow.unroll(rule, now=noon)
    assert days_of(rule).count(date(2026, 3, 16)) == 1


def test_a_rule_that_nobody_can_read_does_not_keep_the_others_back(city):
    broken, sound = make_rule(city), make_rule(city, begins=time(14), ends=time(16))
    ReceptionRule.objects.filter(pk=broken.pk).update(recurrence="FREQ=SOMETIMES")
    tasks.unroll(now=NOW)
    assert (broken.sessions.count(), sound.sessions.count() > 10) == (0, True)


def unroll_in_thread(rule, results, gate):
    try:
        gate.wait(10)
        results.append(workflow.unroll(ReceptionRule.objects.get(pk=rule.pk), now=NOW))
    except Exception as error:
        results.append(error)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_no_session_twice(city, rota):
    deputies = rota(4)
    rules = [make_rule(city, "FREQ=WEEKLY;BYDAY=WE,TH", deputies=deputies) for _n in range(2)]
    for _round in range(3):
        Duty.objects.all().delete()
        Session.objects.all().delete()
        ReceptionRule.objects.update(unrolled_as="")
        results, gate = [], threading.Barrier(4)
        threads = [threading.Thread(target=unroll_in_thread, args=(r, results, gate)) for r in rules * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [r for r in results if isinstance(r, Exception)] == []
        numbers = [rule.sessions.count() for rule in rules]
        assert sorted(r.made for r in results) == sorted([0, 0, *numbers])
        # Two rules at the same hours share four deputies: two each, nobody twice.
        assert Duty.objects.count() == 2 * sum(numbers)


@pytest.mark.django_db(transaction=True)
def test_without_the_rules_lock_two_workers_collide(city, monkeypatch):
    """The lock is what keeps the second worker from failing; the constraint is what keeps it from doubling."""
    rule = make_rule(city, "FREQ=WEEKLY;BYDAY=WE,TH")
    monkeypatch.setattr("liaison.workflow.unrolling.lock", lambda _rule: None)
    together = threading.Barrier(2)
    real = workflow.unrolling.make

    def meet(ground, missing):
        together.wait(10)
        real(ground, missing)

    monkeypatch.setattr("liaison.workflow.unrolling.make", meet)
    results, gate = [], threading.Barrier(2)
    threads = [threading.Thread(target=unroll_in_thread, args=(rule, results, gate)) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(r) for r in results if isinstance(r, Exception)] == [IntegrityError]
    assert len(set(days_of(rule))) == rule.sessions.count()


def test_the_database_refuses_a_deputy_in_two_places_at_once(city, rota):
    deputy = rota(1)[0]
    first, second = make_rule(city, deputies=[deputy]), make_rule(city, begins=time(10), ends=time(12))
    workflow.unroll(first, now=NOW)
    workflow.unroll(second, now=NOW)
    there = on(second, date(2026, 3, 16))
    with pytest.raises(IntegrityError, match="deputy_is_in_one_place_at_a_time"), transaction.atomic():
        Duty.objects.create(session=there, deputy=deputy, span=(there.starts_at, there.ends_at))
    # From the minute the first one ends, and once the first duty is over and done with, the deputy is free.
    after = on(first, date(2026, 3, 16)).ends_at
    Duty.objects.create(session=there, deputy=deputy, span=(after, there.ends_at))
