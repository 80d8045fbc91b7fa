"""Nothing is sent that is no longer true, nor asked of who may no longer do it, whatever the news is about."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fzportal.workflow import move, record
from notifications import workflow
from notifications.models import Notification
from suggestions import workflow as acts
from suggestions.models import Commitment, DepartmentMember, Proposal, Reply
from tests.cast import person


def fate(**about):
    """{(audience, state, error)} of the e-mails about an event, after an attempt to send them."""
    workflow.deliver(seconds=60)
    return set(Notification.objects.filter(channel="email", **about).values_list("audience", "state", "error"))


@pytest.fixture
def promise(case, city, handler):
    """A promise of the education department in force, due in five days."""
    suggestion = case("in_progress")
    reply = Reply.objects.create(
        suggestion=suggestion, department=city.education, author=handler, text="将办", result="B"
    )
    due = timezone.now() + timedelta(days=5)
    return Commitment.objects.create(
        suggestion=suggestion, reply=reply, department=city.education, what="公布菜单", due_on=timezone.localdate(due),
        due_at=due, due_since=timezone.now(), due_rule=f"={timezone.localdate(due)}", status="promised",
    )  # fmt: skip


def test_a_call_to_assist_is_void_once_a_colleague_has_begun(case, city, office, other_handler, handler):
    suggestion = case("in_progress")
    part = acts.involve(suggestion, by=office, department=city.traffic)
    colleague = person("", "同事", "colleague@example.com")
    DepartmentMember.objects.create(user=colleague, department=city.traffic, role="handler")
    workflow.announce(seconds=60)
    acts.take_part(part, by=colleague)
    assert fate(event="co_given", recipient=other_handler) == {("co", "outdated", "outdated")}


def test_who_left_the_department_is_not_asked_to_assist(case, city, office, other_handler):
    suggestion = case("in_progress")
    acts.involve(suggestion, by=office, department=city.traffic)
    workflow.announce(seconds=60)
    DepartmentMember.objects.filter(user=other_handler).update(until=timezone.localdate() - timedelta(days=1))
    assert fate(event="co_given") == {("co", "outdated", "left")}


def test_the_lead_is_not_told_of_a_missing_opinion_that_has_come(case, city, office, other_handler, handler):
    suggestion = case("in_progress")
    part = acts.involve(suggestion, by=office, department=city.traffic)
    record(part, "co_overdue", by=None, role="clock")
    workflow.announce(seconds=60)
    acts.give_opinion(part, by=other_handler, text="同意。")
    assert fate(event="co_overdue", audience="lead") == {("lead", "outdated", "outdated")}


def test_a_reminder_of_a_promise_is_void_once_it_is_reported_as_kept(promise, handler, approver):
    record(promise, "promise_due_today", by=None, role="clock")
    workflow.announce(seconds=60)
    acts.report_kept(promise, by=handler, report="已公布。")
    assert fate(event="promise_due_today") == {("keeper", "outdated", "outdated"), ("head", "outdated", "outdated")}


def test_who_left_the_department_is_not_reminded_of_its_promise(promise, handler):
    record(promise, "promise_due_soon", by=None, role="clock")
    workflow.announce(seconds=60)
    DepartmentMember.objects.filter(user=handler).update(until=timezone.localdate() - timedelta(days=1))
    assert fate(event="promise_due_soon") == {("keeper", "outdated", "left")}


def test_a_deputy_who_has_answered_is_not_invited_any_more(city, deputy, other_deputy):
    paper = Proposal.objects.create(
        term=city.term, deputy=deputy.deputy, title="公开食堂", situation="略", request="略"
    )
    record(paper, "proposal_invited", by=deputy, role="deputy")
    paper.co_signers.create(deputy=other_deputy.deputy)
    workflow.announce(seconds=60)
    paper.co_signers.update(has_signed=False, answered_at=timezone.now())
    assert fate(event="proposal_invited") == {("invited", "outdated", "left")}


def test_a_proposal_withdrawn_meanwhile_asks_nobody(city, deputy, other_deputy):
    paper = Proposal.objects.create(
        term=city.term, deputy=deputy.deputy, title="公开食堂", situation="略", request="略"
    )
    record(paper, "proposal_invited", by=deputy, role="deputy")
    paper.co_signers.create(deputy=other_deputy.deputy)
    workflow.announce(seconds=60)
    move(paper, "withdrawn", by=deputy)
    assert fate(event="proposal_invited") == {("invited", "outdated", "outdated")}


def test_an_author_is_not_asked_for_more_once_the_case_has_ended(case, office, citizen):
    suggestion = case("needs_info")
    workflow.announce(seconds=60)
    acts.withdraw(suggestion, by=citizen)
    assert fate(event="needs_info") == {("author", "outdated", "outdated")}


def test_a_fact_is_told_however_far_the_case_has_gone_on(case, office, deputy, citizen):
    suggestion = case("accepted")
    workflow.announce(seconds=60)
    acts.claim(suggestion, by=deputy)
    assert ("author", "sent", "") in fate(event="accepted")


def test_the_head_is_not_told_of_a_day_that_no_longer_counts(case, city, approver, handler):
    suggestion = case("in_progress")
    record(suggestion, "due_today", by=None, role="clock")
    workflow.announce(seconds=60)
    acts.hand_in(suggestion, by=handler, text="已办。", result="A")
    assert {row[1] for row in fate(event="due_today")} == {"outdated"}


def test_who_left_the_office_is_not_asked_to_screen(case, office):
    case("submitted")
    workflow.announce(seconds=60)
    office.office_memberships.update(until=timezone.localdate() - timedelta(days=1))
    assert ("office", "outdated", "left") in fate(event="submitted")


def test_a_deputy_is_not_reminded_of_a_duty_once_the_session_has_begun(session, deputy):
    duty = session.duties.get()
    record(duty, "duty_reminder", by=None, role="clock")
    workflow.announce(seconds=60)
    begun = timezone.now() - timedelta(minutes=5)
    type(session).objects.filter(pk=session.pk).update(starts_at=begun)
    assert fate(event="duty_reminder") == {("deputy", "outdated", "outdated")}
