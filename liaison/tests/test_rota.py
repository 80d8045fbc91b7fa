"""Who receives: fair, never in two places at once, and only while in office."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import combinations

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fzportal.models import Holiday
from liaison import recurrence, workflow
from liaison.models import Deputy, Duty, RotaPlace, Session, Slot

from .test_recurrence import CALENDAR, patterns, policies, works
from .test_unrolling import NOW, make_rule, on, picture, rota  # noqa: F401  (a fixture)

DAY = timedelta(days=1)
IN_DATABASE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def clear():
    for model in (Duty, Slot, Session, RotaPlace):
        model.objects.all().delete()
    Deputy.objects.all().delete()


def served(rule, **only):
    """How often each deputy of the rota is on duty; zeros too."""
    counts = Counter(dict.fromkeys(rule.rota_places.values_list("deputy_id", flat=True), 0))
    counts.update(Duty.objects.active().filter(session__rule=rule, **only).values_list("deputy_id", flat=True))
    return counts


def spread(counts):
    return max(counts.values()) - min(counts.values())


@IN_DATABASE
@given(patterns, policies, st.dates(date(2018, 2, 1), date(2025, 12, 1)), st.integers(0, 4))
def test_sessions_are_the_oracles_days_and_unrolling_twice_changes_nothing(city, pattern, policy, today, members):
    (text, _fits), now = pattern, timezone.make_aware(datetime.combine(today, time(7)))
    clear()
    deputies = [Deputy.objects.create(name=f"代{n}", term=city.term, since=date(2017, 1, 1)) for n in range(members)]
    rule = make_rule(city, text, deputies, since=today - 20 * DAY, holidays=policy, rota="least_served")
    workflow.unroll(rule, now=now)
    wanted = recurrence.days(rule, today, today + 365 * DAY, CALENDAR)
    made = list(rule.sessions.order_by("starts_at"))
    assert [(s.day, s.occurrence) for s in made] == [(g.day, g.key) for g in wanted]
    assert policy == "keep" or all(works(s.day) for s in made)
    before = picture()
    assert workflow.unroll(rule, now=now) == workflow.Unrolled()
    assert picture() == before
    assert all(s.duties.count() == min(2, members) for s in made[:5])


@IN_DATABASE
@given(st.sampled_from(["round_robin", "least_served"]), st.integers(1, 7), st.integers(1, 3), patterns)
def test_in_turn_nobody_receives_more_than_once_more_often_than_another(city, kind, members, wanted, pattern):
    clear()
    deputies = [Deputy.objects.create(name=f"代{n}", term=city.term, since=date(2017, 1, 1)) for n in range(members)]
    rule = make_rule(city, pattern[0], deputies, rota=kind, wanted=wanted)
    workflow.unroll(rule, now=NOW)
    years = [2026, 2027] if kind == "least_served" else [None]
    for year in years:
        assert spread(served(rule, **({"session__starts_at__year": year} if year else {}))) <= 1
    # The next months go on where the turn stands.
    workflow.unroll(rule, now=NOW + 100 * DAY)
    if kind == "round_robin":
        assert spread(served(rule)) <= 1
    assert {s.duties.count() for s in rule.sessions.all()} <= {min(wanted, members)}


@IN_DATABASE
@given(
    st.lists(st.tuples(patterns, st.integers(8, 16), st.integers(1, 3)), min_size=2, max_size=4),
    st.integers(1, 5), st.sampled_from(["fixed", "round_robin", "least_served"]),
)  # fmt: skip
def test_rules_that_share_deputies_never_book_one_twice(city, rules, members, kind):
    clear()
    deputies = [Deputy.objects.create(name=f"代{n}", term=city.term, since=date(2017, 1, 1)) for n in range(members)]
    for (text, _fits), hour, wanted in rules:
        rule = make_rule(city, text, deputies, begins=time(hour), ends=time(hour + 2), rota=kind, wanted=wanted)
        workflow.unroll(rule, now=NOW)
    for deputy in deputies:
        spans = sorted(d.span.lower for d in deputy.duties.all())
        ends = {d.span.lower: d.span.upper for d in deputy.duties.all()}
        assert all(ends[a] <= b for a, b in zip(spans, spans[1:], strict=False))
    # Nobody who was free is missing where deputies are lacking.
    for session in Session.objects.select_related("rule").order_by("?")[:10]:
        there = set(session.duties.values_list("deputy_id", flat=True))
        free = [d for d in deputies if d.pk not in there and not d.duties.filter(
            span__overlap=(session.starts_at, session.ends_at)).exists()]  # fmt: skip
        assert len(there) == session.rule.wanted or not free


def test_the_fixed_rota_proposes_the_first_and_a_reserve_only_when_one_is_elsewhere(city, rota):  # noqa: F811
    first, second, reserve = deputies = rota(3)
    elsewhere = make_rule(city, "FREQ=MONTHLY;BYMONTHDAY=18", [first], wanted=1)
    workflow.unroll(elsewhere, now=NOW)
    rule = make_rule(city, "FREQ=WEEKLY;BYDAY=WE", deputies, rota="fixed")
    workflow.unroll(rule, now=NOW)
    assert {d.deputy for d in on(rule, date(2026, 3, 11)).duties.all()} == {first, second}
    assert {d.deputy for d in on(rule, date(2026, 3, 18)).duties.all()} == {second, reserve}


def test_in_turn_means_in_the_order_of_the_rota(city, rota):  # noqa: F811
    deputies = rota(3)
    rule = make_rule(city, "FREQ=WEEKLY;BYDAY=WE", deputies)
    workflow.unroll(rule, now=NOW)
    turns = [[d.deputy.name for d in s.duties.order_by("pk")] for s in rule.sessions.order_by("starts_at")[:4]]
    assert turns == [["代表0", "代表1"], ["代表2", "代表0"], ["代表1", "代表2"], ["代表0", "代表1"]]


def test_who_leaves_office_is_not_proposed_after_and_the_place_goes_to_another(city, rota):  # noqa: F811
    one, two, three = deputies = rota(3)
    one.until = date(2026, 3, 20)
    one.save()
    rule = make_rule(city, "FREQ=WEEKLY;BYDAY=WE", deputies, rota="fixed")
    workflow.unroll(rule, now=NOW)
    assert {d.session.day for d in one.duties.all()} == {date(2026, 3, 4), date(2026, 3, 11), date(2026, 3, 18)}
    two.until = date(2026, 3, 31)
    two.save()
    workflow.unroll(rule, now=NOW)
    assert max(d.session.day for d in two.duties.all()) == date(2026, 3, 25)
    assert {d.deputy for d in on(rule, date(2026, 4, 8)).duties.all()} == {three}


def test_a_new_deputy_takes_their_turn_in_what_is_planned(city, rota):  # noqa: F811
    rule = make_rule(city, "FREQ=WEEKLY;BYDAY=WE", rota(3), wanted=1)
    workflow.unroll(rule, now=NOW)
    new = Deputy.objects.create(name="新代表", term=city.term, since=date(2022, 1, 1))
    RotaPlace.objects.create(rule=rule, deputy=new, position=3)
    workflow.unroll(rule, now=NOW)
    assert spread(served(rule)) <= 1
    assert served(rule)[new.pk] >= 12


def test_a_place_somebody_declined_is_left_to_the_people_who_look_for_a_substitute(city, rota, office):  # noqa: F811
    rule = make_rule(city, "FREQ=WEEKLY;BYDAY=WE", rota(4), wanted=2)
    workflow.unroll(rule, now=NOW)
    duty = on(rule, date(2026, 3, 11)).duties.first()
    workflow.decline_duty(duty, by=office, note="出差")
    before = picture()
    workflow.unroll(rule, now=NOW)
    assert picture() == before


def test_least_served_counts_what_deputies_do_elsewhere_this_year(city, rota):  # noqa: F811
    deputies = rota(3)
    busy = make_rule(city, "FREQ=WEEKLY;BYDAY=MO", deputies[:1], wanted=1)
    workflow.unroll(busy, now=NOW)
    rule = make_rule(city, "FREQ=MONTHLY;BYMONTHDAY=15", deputies, rota="least_served", wanted=1)
    workflow.unroll(rule, now=NOW)
    assert served(rule, session__starts_at__year=2026)[deputies[0].pk] == 0


@pytest.mark.parametrize("pair", list(combinations(["fixed", "round_robin", "least_served"], 2)))
def test_another_rota_proposes_anew_what_is_only_planned(city, rota, pair):  # noqa: F811
    rule = make_rule(city, "FREQ=WEEKLY;BYDAY=WE", rota(3), rota=pair[0], wanted=1)
    workflow.unroll(rule, now=NOW)
    rule.rota = pair[1]
    rule.save()
    workflow.unroll(rule, now=NOW)
    in_2026 = served(rule, session__starts_at__year=2026)
    assert (spread(in_2026) <= 1) == (pair[1] != "fixed")
    Holiday.objects.create(date=date(2026, 3, 4))
    workflow.unroll(rule, now=NOW)
    assert {s.duties.count() for s in rule.sessions.all()} == {1}
