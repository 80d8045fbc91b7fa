"""The demo city: loaded once, believable, and only where DEBUG is on."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from fzportal import demo, reference
from suggestions.models import Suggestion


@pytest.fixture
def demo_city(db):
    reference.load()
    demo.load()


def test_the_demo_city_has_a_case_in_every_state_people_ask_about(demo_city):
    found = set(Suggestion.objects.values_list("status", flat=True))
    assert {
        "submitted", "needs_info", "accepted", "triaging", "assigned", "in_progress", "reply_review", "replied",
        "rehandling", "closed", "declined", "merged",
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
        "wang": {"handler"}, "zhou": {"approver"}, "he": {"office"},
    }  # fmt: skip


def test_a_case_never_goes_back_in_time(demo_city):
    for suggestion in Suggestion.objects.all():
        times = list(suggestion.changes.values_list("at", flat=True))
        assert times == sorted(times), suggestion.number


def test_the_demo_city_is_refused_outside_debug(db, settings):
    settings.DEBUG = settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("seed", "--demo")
