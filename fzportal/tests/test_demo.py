"""The demo city: loaded once, believable, and only where DEBUG is on."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from fzportal import demo, reference
from fzportal.demo.meetings import beginning, working_day
from liaison.models import Appointment, Deputy, Duty, Reception, ReceptionRule, Session, Slot, Station
from notifications.models import Notification
from notifications.workflow import announce
from suggestions.models import Suggestion


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The city loaded once for all tests of this module, each of which undoes its own changes only."""
    with django_db_blocker.unblock(), transaction.atomic():
        reference.load()
        demo.load()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo_city(loaded, db):
    """The demo city as it is right after loading."""


def test_the_demo_city_has_a_case_in_every_state_people_ask_about(demo_city):
    found = set(Suggestion.objects.values_list("status", flat=True))
    assert {
        "submitted", "needs_info", "accepted", "triaging", "assigned", "in_progress", "reply_review", "replied",
        "rehandling", "supervised", "escalated", "closed", "declined", "merged",
    } <= found  # fmt: skip
    assert Suggestion.objects.overdue().count() >= 2


def test_loading_twice_changes_nothing(demo_city):
    before = Suggestion.objects.count(), get_user_model().objects.count()
    assert demo.load() is False
    assert (Suggestion.objects.count(), get_user_model().objects.count()) == before


def test_every_persona_of_the_demo_page_has_the_role_it_is_named_for(demo_city):
    names = {u.email.split("@")[0]: {r.name for r in u.roles} for u in get_user_model().objects.filter(is_demo=True)}
    assert names == {
        "alin": set(), "moli": set(), "linjing": {"deputy"}, "huangmin": {"deputy"}, "zheng": {"officer"},
        "chen": {"officer"}, "wang": {"handler"}, "zhou": {"approver"}, "he": {"office"}, "lin": {"office"},
    }  # fmt: skip


def test_the_demo_city_is_refused_outside_debug(db, settings):
    settings.DEBUG = settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("seed", "--demo")


def test_the_demo_citys_stations_and_deputies_are_of_every_kind_and_marked(demo_city):
    kinds = dict(Station.objects.values_list("kind").annotate(n=Count("pk")))
    assert kinds["practice_centre"] == 3
    assert set(kinds) == set(Station.Kind.values)
    assert (Deputy.objects.count(), set(Deputy.objects.values_list("level", flat=True))) == (
        24, set(Deputy.Level.values)
    )  # fmt: skip
    assert not Deputy.objects.filter(stations=None).exists()
    assert not Station.objects.filter(latitude=None).exists()
    assert all("演示" in s.address and s.heads.count() == 1 for s in Station.objects.all())
    for model in (Station, Deputy, Session):
        assert not model.objects.filter(is_demo=False).exists()
    for deputy in Deputy.objects.all():
        deputy.full_clean(exclude=["photo"])


def test_the_demo_citys_schedule_shows_every_state_people_ask_about(demo_city):
    now = timezone.now()
    assert set(Session.objects.values_list("status", flat=True)) == set(Session.Status.values)
    assert set(Appointment.objects.values_list("status", flat=True)) == set(Appointment.Status.values) - {"new"}
    assert set(Reception.objects.values_list("outcome", flat=True)) == set(Reception.Outcome.values)
    assert {d.status for d in Duty.objects.all()} >= {"proposed", "asked", "confirmed", "released"}
    # A year ahead by rules of every kind.
    assert set(ReceptionRule.objects.values_list("holidays", flat=True)) == set(ReceptionRule.Holidays.values)
    assert set(ReceptionRule.objects.values_list("rota", flat=True)) == set(ReceptionRule.Rota.values)
    assert Session.objects.filter(rule__isnull=False, starts_at__gt=now + timedelta(days=330)).exists()
    assert Session.objects.announced().filter(starts_at__range=(now, now + timedelta(days=14))).count() >= 8
    # Somebody was received and it became a suggestion, which a deputy looks into.
    [case] = Suggestion.objects.filter(channel="station")
    assert (case.status, case.deputy.name, case.author.nickname) == ("triaging", "林静", "榕树下的阿林")
    # The personas have something to do.
    assert Duty.objects.filter(deputy__name="林静", status="asked", session__starts_at__gt=now).exists()
    assert Appointment.objects.filter(user__email="alin@demo.example", status="offered", due_at__gt=now).exists()
    for slot in Slot.objects.exclude(appointments=None):
        assert slot.taken == slot.appointments.holding().count()
    for session in Session.objects.all():
        assert all(d.span.lower == session.starts_at for d in session.duties.all())


def test_the_counter_is_busy_today_and_reminders_are_on_their_way(demo_city):
    [session] = Session.objects.filter(station__slug="wenquan-activity-room", starts_at__date=timezone.localdate())
    states = set(session.appointments.values_list("status", flat=True))
    assert states == {"served", "checked_in", "booked"}
    assert session.appointments.exclude(with_deputy=None).count() == 1
    announce(seconds=60)
    told = Notification.objects.filter(recipient__is_demo=True, channel="email").values_list("event", flat=True)
    assert {"reminder_day", "offered", "session_cancelled", "moved", "duty_asked"} <= set(told)


def test_nothing_goes_back_in_time_or_lies_ahead(demo_city):
    now = timezone.now()
    for model in (Suggestion, Session, Duty, Appointment):
        for row in model.objects.exclude(changes=None).prefetch_related("changes"):
            times = [change.at for change in row.changes.all()]
            assert times == sorted(times), row
            assert times[-1] <= now, row


@pytest.mark.parametrize("hour", range(24))
def test_todays_session_is_at_an_hour_when_people_receive_and_goes_on_by_day(db, hour):
    now = timezone.make_aware(datetime(2026, 11, 22, hour, 20))  # a Sunday
    begins = timezone.localtime(beginning({"day": 0, "begins": "now"}, now))
    assert begins.date() == now.date()
    assert 9 <= begins.hour <= 19 and begins.minute in (0, 30)
    if 10 <= hour < 22:
        assert begins <= now < begins + timedelta(hours=3)


@pytest.mark.parametrize(("number", "expected"), [(0, "2026-10-01"), (1, "2026-10-08"), (-1, "2026-09-30")])
def test_the_demos_days_are_working_days(db, number, expected):
    reference.load_holidays()
    found = working_day(number, timezone.make_aware(datetime(2026, 10, 1, 9)))
    assert str(found) == expected
