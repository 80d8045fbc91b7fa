"""What happens by itself: reminders before and at the due date, silence, contacts of old cases."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from fzportal import workdays
from suggestions import tasks, workflow
from suggestions.models import ServicePromise, Suggestion, SuggestionChange


def at(day, hour=9):
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def reminders(suggestion):
    events = ["due_soon", "due_today", "overdue"]
    return list(suggestion.changes.filter(event__in=events).values_list("event", "role"))


def test_the_holder_is_reminded_the_promised_working_days_before_and_once_the_date_has_passed(case):
    suggestion = case("assigned")
    due = timezone.localdate(suggestion.due_at)
    assert ServicePromise.objects.get(state="assigned").remind_before == 3
    before = next(d for d in (due - timedelta(days=n) for n in range(1, 30)) if workdays.between(d, due) == 4)
    tasks.remind(now=at(before))
    assert reminders(suggestion) == []
    warned = next(d for d in (due - timedelta(days=n) for n in range(1, 30)) if workdays.between(d, due) == 3)
    tasks.remind(now=at(warned))
    tasks.remind(now=at(warned, 18))
    assert reminders(suggestion) == [("due_soon", "clock")]
    tasks.remind(now=at(due, 0))
    tasks.remind(now=suggestion.due_at)
    assert reminders(suggestion) == [("due_soon", "clock"), ("due_today", "clock")]
    tasks.remind(now=suggestion.due_at + timedelta(seconds=1))
    tasks.remind(now=suggestion.due_at + timedelta(days=9))
    assert reminders(suggestion) == [("due_soon", "clock"), ("due_today", "clock"), ("overdue", "clock")]


@pytest.mark.parametrize("state", ["in_progress", "reply_review"])
def test_a_promise_that_goes_on_in_a_later_state_is_reminded_of_there(state, case):
    suggestion = case(state)
    tasks.remind(now=suggestion.due_at - timedelta(hours=34))
    tasks.remind(now=suggestion.due_at - timedelta(hours=10))
    assert reminders(suggestion) == [("due_soon", "clock"), ("due_today", "clock")]


def test_a_new_due_date_is_reminded_of_anew(case, office, city):
    suggestion = case("referred")
    tasks.remind(now=suggestion.due_at + timedelta(days=1))
    workflow.assign(suggestion, by=office, department=city.education)
    tasks.remind(now=suggestion.due_at + timedelta(days=1))
    assert reminders(suggestion) == [("overdue", "clock"), ("overdue", "clock")]


@pytest.mark.parametrize("state", ["needs_info", "replied"])
def test_the_authors_own_time_is_reminded_of_but_never_called_overdue(state, case):
    suggestion = case(state)
    tasks.remind(now=suggestion.due_at - timedelta(hours=1))
    tasks.remind(now=suggestion.due_at + timedelta(days=1))
    assert reminders(suggestion) == [("due_soon", "clock")]


def test_nobody_is_reminded_of_what_has_ended_or_has_no_date(case):
    suggestion = case("closed")
    tasks.remind(now=timezone.now() + timedelta(days=400))
    assert reminders(suggestion) == []


def test_a_case_that_moved_on_since_the_task_looked_is_not_reminded_of(case, handler):
    suggestion = case("assigned")
    looked = Suggestion.objects.get(pk=suggestion.pk)
    Suggestion.objects.filter(pk=suggestion.pk).update(due_at=suggestion.due_at + timedelta(days=5))
    assert workflow.remind(looked, event="overdue") is False
    assert reminders(suggestion) == []


def test_many_are_reminded_in_batches_each_once(city, citizen, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 7)
    now = timezone.now()
    Suggestion.objects.bulk_create(
        [
            Suggestion(number=f"2026-8{n:05}", title="路灯", status="accepted", author=citizen, submitted_at=now,
                       due_at=now - timedelta(minutes=n + 1))
            for n in range(20)
        ]
    )  # fmt: skip
    counts = []
    for _run in range(4):
        tasks.remind(now=now)
        counts.append(SuggestionChange.objects.filter(event="overdue").count())
    assert counts == [7, 14, 20, 20]
    assert SuggestionChange.objects.filter(event="overdue").values("subject").distinct().count() == 20


def test_an_edited_promise_sets_the_next_due_date_and_leaves_the_running_one(case, handler, office, city):
    suggestion = case("referred")
    running = suggestion.due_at
    ServicePromise.objects.filter(state="assigned").update(amount=4)
    suggestion.refresh_from_db()
    assert suggestion.due_at == running
    workflow.assign(suggestion, by=office, department=city.education)
    assert suggestion.due_at == workdays.close_of(workdays.add(timezone.localdate(), 4))
    assert suggestion.due_rule == "4d"


def test_silence_closes_an_answered_case_after_its_time_and_is_stored_as_silence(case):
    suggestion = case("replied")
    tasks.close_silent(now=suggestion.due_at)
    assert Suggestion.objects.get(pk=suggestion.pk).status == "replied"
    tasks.close_silent(now=suggestion.due_at + timedelta(seconds=1))
    tasks.close_silent(now=suggestion.due_at + timedelta(days=1))
    closed = Suggestion.objects.get(pk=suggestion.pk)
    assert (closed.status, closed.due_at) == ("closed", None)
    assert [(c.event, c.role) for c in closed.changes.filter(after="closed")] == [("silent", "clock")]
    assert not hasattr(closed.replies.get(), "rating")


def test_the_contact_of_a_case_is_blanked_three_years_after_its_end(case, settings):
    settings.CONTACT_KEPT_YEARS = 3
    suggestion = case("closed")
    ended = suggestion.changes.get(after="closed").at
    tasks.anonymise_contacts(now=ended + timedelta(days=1095))
    suggestion.contact.refresh_from_db()
    assert (suggestion.contact.phone, suggestion.contact.anonymised_at) == ("+8613800000000", None)
    later = ended + timedelta(days=1097)
    tasks.anonymise_contacts(now=later)
    tasks.anonymise_contacts(now=later + timedelta(days=1))
    suggestion.contact.refresh_from_db()
    assert (suggestion.contact.phone, suggestion.contact.anonymised_at) == ("", later)


def test_the_contact_of_an_open_case_is_kept_however_old(case):
    suggestion = case("in_progress")
    tasks.anonymise_contacts(now=timezone.now() + timedelta(days=4000))
    suggestion.contact.refresh_from_db()
    assert suggestion.contact.phone == "+8613800000000"


def test_everybody_at_work_sees_that_a_case_is_overdue(client, case, handler):
    suggestion = case("in_progress")
    Suggestion.objects.filter(pk=suggestion.pk).update(due_at=timezone.now() - timedelta(days=2))
    client.force_login(handler)
    late = workdays.between(timezone.localdate() - timedelta(days=2), timezone.localdate())
    word = f"已逾期 {max(late, 1)} 个工作日"
    assert word in client.get(f"/desk/{suggestion.number}/").content.decode()
    assert word in client.get("/desk/?queue=department-overdue").content.decode()
