"""Reminders of everything with a clock, and due dates counted anew when the calendar changes."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from fzportal import workdays
from fzportal.models import Holiday
from suggestions import clocks, tasks, workflow
from suggestions.models import Assignment, Commitment, Proposal, Reply, Suggestion, SuggestionChange

from .at_desk import events, fresh, told

CLOCK = ("due_soon", "due_today", "overdue")


def at(day, hour=9):
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def before(day, days):
    """The last day from which ``day`` is so many working days away."""
    return next(d for d in (day - timedelta(days=n) for n in range(60)) if workdays.between(d, day) == days)


def of_clock(row):
    return [e for e in events(row) if e.endswith(CLOCK)]


@pytest.fixture
def opinion(case, office, city, other_handler, other_approver, handler, approver):
    """交通运输局's part in a case 教育局 has in hand; the case's own date is far."""
    suggestion = case("in_progress")
    part = workflow.involve(suggestion, by=office, department=city.traffic)
    Suggestion.objects.update(due_at=part.due_at + timedelta(days=200))
    return part


def test_a_reminder_goes_to_the_holder_then_to_the_head_too_then_to_the_office(case, handler, approver, office):
    suggestion = case("in_progress")
    due = timezone.localdate(suggestion.due_at)
    for moment in (at(before(due, 3)), at(due), at(due, 20), suggestion.due_at + timedelta(seconds=1)):
        tasks.remind(now=moment)
        tasks.remind(now=moment)
    assert told(*CLOCK) == [
        ("due_soon", "holder", "handler"),
        ("due_today", "head", "approver"), ("due_today", "holder", "handler"),
        ("overdue", "head", "approver"), ("overdue", "holder", "handler"), ("overdue", "office", "office"),
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["needs_info", "replied"])
def test_nobodys_head_hears_of_the_authors_own_last_day(state, case, approver):
    suggestion = case(state)
    tasks.remind(now=at(timezone.localdate(suggestion.due_at)))
    assert of_clock(suggestion) == ["due_soon"]
    assert told(*CLOCK) == [("due_soon", "holder", "citizen")]


def test_a_co_handler_is_reminded_and_when_it_is_late_the_lead_hears_it(opinion):
    due = timezone.localdate(opinion.due_at)
    tasks.remind(now=at(before(due, 6)))
    assert of_clock(opinion) == []
    for moment in (at(before(due, 5)), at(due), opinion.due_at + timedelta(seconds=1), at(due + timedelta(days=9))):
        tasks.remind(now=moment)
    assert of_clock(opinion) == ["co_due_soon", "co_due_today", "co_overdue"]
    assert told("co_due_soon", "co_due_today", "co_overdue") == [
        ("co_due_soon", "co", "other-handler"),
        ("co_due_today", "co", "other-handler"), ("co_due_today", "head", "other-approver"),
        ("co_overdue", "co", "other-handler"), ("co_overdue", "head", "other-approver"),
        ("co_overdue", "lead", "handler"),
    ]  # fmt: skip


@pytest.mark.parametrize("way", ["given", "answered"])
def test_nobody_is_reminded_of_an_opinion_that_is_in_or_that_nobody_waits_for(way, opinion, handler, other_handler):
    late = opinion.due_at + timedelta(days=1)
    if way == "given":
        workflow.give_opinion(opinion, by=other_handler, text="同意。")
    else:
        Assignment.objects.filter(pk=opinion.pk).update(due_at=timezone.now() - timedelta(hours=1))
        workflow.hand_in(opinion.suggestion, by=handler, text="已办。", result="A")
    tasks.remind(now=late)
    assert of_clock(opinion) == []


def test_a_promise_is_reminded_of_before_and_on_its_day(case, handler, approver, city):
    suggestion = case("closed")
    day = workdays.add(timezone.localdate(), 30)
    commitment = Commitment.objects.create(
        suggestion=suggestion, reply=Reply.objects.get(), department=city.education, what="公开菜单", due_on=day,
        status="promised", due_at=workdays.close_of(day), due_since=timezone.now(), due_rule=f"={day}",
    )  # fmt: skip
    for moment in (at(before(day, 6)), at(before(day, 5)), at(day), at(day, 18)):
        tasks.remind(now=moment)
    assert of_clock(commitment) == ["promise_due_soon", "promise_due_today"]
    assert told("promise_due_soon", "promise_due_today") == [
        ("promise_due_soon", "keeper", "handler"), ("promise_due_today", "head", "approver"),
        ("promise_due_today", "keeper", "handler"),
    ]  # fmt: skip


def test_a_proposal_is_reminded_of_as_the_law_has_it(city, deputy, handler, approver, office):
    now = timezone.now()
    due = workdays.close_of(workdays.add_months(timezone.localdate(), 3))
    proposal = Proposal.objects.create(
        number="榕人代建〔2026〕1号", status="in_progress", term=city.term, deputy=deputy.deputy, title="公开菜单",
        situation="看不到。", request="公开。", department=city.education, submitted_at=now, due_at=due, due_since=now,
        due_rule="3m",
    )  # fmt: skip
    day = timezone.localdate(due)
    for moment in (at(before(day, 11)), at(before(day, 10)), at(day), due + timedelta(seconds=1)):
        tasks.remind(now=moment)
    assert of_clock(proposal) == ["proposal_due_soon", "proposal_due_today", "proposal_overdue"]
    assert told("proposal_overdue") == [
        ("proposal_overdue", "head", "approver"), ("proposal_overdue", "holder", "handler"),
        ("proposal_overdue", "office", "office"),
    ]  # fmt: skip


def test_an_extended_promise_is_reminded_of_on_its_new_day_only(case, handler, office):
    suggestion = case("in_progress")
    was = timezone.localdate(suggestion.due_at)
    extension = workflow.ask_extension(suggestion, by=handler, days=10, reason="还需时间")
    workflow.decide_extension(extension, by=office, is_granted=True)
    tasks.remind(now=at(was))
    assert of_clock(suggestion) == []
    tasks.remind(now=at(timezone.localdate(fresh(suggestion).due_at)))
    assert of_clock(suggestion) == ["due_today"]


# --- the calendar changes


def clear(first, last):
    """No holiday in between: every weekday is worked."""
    Holiday.objects.filter(date__range=(first, last)).delete()


@pytest.fixture
def spring(case, opinion):
    """A case, a co-handler's part and the days they count, begun on 2 March 2026, a Monday."""
    clear(date(2026, 3, 1), date(2026, 5, 31))
    since, case = at(date(2026, 3, 2)), opinion.suggestion
    Suggestion.objects.update(due_since=since, due_rule="15d", due_at=workdays.close_of(date(2026, 3, 23)))
    Assignment.objects.filter(pk=opinion.pk).update(
        due_since=since, due_rule="1m", due_at=workdays.close_of(date(2026, 4, 2))
    )
    return fresh(case), fresh(opinion)


def test_every_kind_of_clock_moves_with_the_calendar_and_back(spring):
    suggestion, part = spring
    tasks.recalculate()
    assert "recalculated" not in events(suggestion) and "co_recalculated" not in events(part)
    for day in (date(2026, 3, 20), date(2026, 4, 2)):
        Holiday.objects.create(date=day, name="调整", is_working=False)
    tasks.recalculate()
    assert timezone.localdate(fresh(suggestion).due_at) == date(2026, 3, 24)
    assert timezone.localdate(fresh(part).due_at) == date(2026, 4, 3)
    clear(date(2026, 3, 1), date(2026, 4, 30))
    tasks.recalculate()
    tasks.recalculate()
    assert timezone.localdate(fresh(suggestion).due_at) == date(2026, 3, 23)
    assert timezone.localdate(fresh(part).due_at) == date(2026, 4, 2)
    assert [c.note for c in suggestion.changes.filter(event="recalculated")] == ["2026-03-23", "2026-03-24"]
    assert [c.note for c in part.changes.filter(event="co_recalculated")] == ["2026-04-02", "2026-04-03"]


def test_a_date_set_by_hand_stands_but_what_was_added_to_it_is_counted(spring):
    suggestion, _part = spring
    Suggestion.objects.update(due_rule="=2026-03-18", due_at=workdays.close_of(date(2026, 3, 18)))
    Holiday.objects.create(date=date(2026, 3, 18), name="调整", is_working=False)
    tasks.recalculate()
    assert timezone.localdate(fresh(suggestion).due_at) == date(2026, 3, 18)
    Suggestion.objects.update(due_rule="=2026-03-18+2d", due_at=workdays.close_of(date(2026, 3, 20)))
    Holiday.objects.create(date=date(2026, 3, 19), name="调整", is_working=False)
    tasks.recalculate()
    assert timezone.localdate(fresh(suggestion).due_at) == date(2026, 3, 23)


def test_what_has_ended_keeps_its_date(spring, citizen):
    suggestion, part = spring
    workflow.withdraw(suggestion, by=citizen)
    Suggestion.objects.update(
        due_since=at(date(2026, 3, 2)), due_rule="15d", due_at=workdays.close_of(date(2026, 3, 23))
    )
    Holiday.objects.create(date=date(2026, 3, 20), name="调整", is_working=False)
    tasks.recalculate()
    assert (events(suggestion)[-1], events(part)[-1]) == ("withdrawn", "co_ended")


def test_many_cases_of_one_promise_cost_one_count_of_days(spring, citizen, django_assert_max_num_queries):
    since, due = at(date(2026, 3, 2)), workdays.close_of(date(2026, 3, 23))
    rows = [
        Suggestion(number=f"2026-8{n:05}", title="路灯", status="in_progress", author=citizen, submitted_at=since,
                   due_since=since + timedelta(minutes=n), due_rule="15d", due_at=due)
        for n in range(200)
    ]  # fmt: skip
    Suggestion.objects.bulk_create(rows)
    with django_assert_max_num_queries(6):
        assert list(clocks.miscounted()) == []
    Holiday.objects.create(date=date(2026, 3, 20), name="调整", is_working=False)
    with django_assert_max_num_queries(7):
        assert len(list(clocks.miscounted())) == 201
    tasks.recalculate()
    assert SuggestionChange.objects.filter(event="recalculated").values("subject").distinct().count() == 201
    assert list(clocks.miscounted()) == []


def test_one_run_moves_a_batch_and_the_next_the_rest(spring, citizen, monkeypatch):
    monkeypatch.setattr(tasks, "RECOUNTED", 1)
    Holiday.objects.create(date=date(2026, 3, 20), name="调整", is_working=False)
    Holiday.objects.create(date=date(2026, 4, 2), name="调整", is_working=False)
    left = []
    for _run in range(3):
        tasks.recalculate()
        left.append(len(list(clocks.miscounted())))
    assert left == [1, 0, 0]
