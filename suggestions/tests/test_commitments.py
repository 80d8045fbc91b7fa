"""Promises: in force with the reply, kept on the word of two, missed by the clock; and what the author says to it."""

import itertools
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from fzportal import workdays
from fzportal.workflow import MoveNotAllowed, Stale, move
from notifications import workflow as notifications
from notifications.models import Notification
from suggestions import tasks, workflow
from suggestions.models import Commitment, DepartmentMember, Rating, Suggestion
from suggestions.permissions import CodeHolder, may_rate_promise

from .promised import LIGHTS, SURVEY, keep, let_pass, reply

pytestmark = pytest.mark.django_db
PERSONAS = [
    "citizen", "code", "neighbour", "deputy", "other_deputy", "officer", "handler", "approver", "other_handler",
    "other_approver", "office", "other_office", "clock",
]  # fmt: skip
STATES = ["drafted", "promised", "reported", "fulfilled", "missed", "late report"]
# Who may take a promise from where to where; "late report" is reported after it was missed. Written from the rules.
ALLOWED = {
    ("clock", "drafted", "promised"), ("clock", "promised", "missed"),
    ("handler", "promised", "reported"), ("handler", "missed", "reported"),
    ("approver", "reported", "fulfilled"), ("approver", "late report", "fulfilled"),
    *((who, "reported", "promised") for who in ("approver", "office", "other_office")),
    *((who, "late report", "missed") for who in ("approver", "office", "other_office")),
}  # fmt: skip


def now(thing):
    return type(thing).objects.get(pk=thing.pk)


@pytest.fixture
def promised(case, handler, approver):
    """citizen's suggestion, replied with one promise for nine days from now."""
    return reply(case("in_progress"), handler, approver, promises=[(LIGHTS, 9)])


@pytest.fixture
def promise(promised):
    return promised.commitments.get()


@pytest.fixture
def people(request):
    return {p: request.getfixturevalue(p) for p in PERSONAS if p not in ("code", "clock")} | {"clock": None}


def in_state(state, suggestion, handler, approver):
    """The promise of a reply, brought to ``state``."""
    today = timezone.localdate()
    text = {"text": "已在全市推行。", "result": "B", "promises": [(LIGHTS, today + timedelta(days=9))]}
    workflow.hand_in(suggestion, by=handler, **text)
    found = suggestion.commitments.get()
    if state == "drafted":
        return found
    workflow.release_reply(suggestion, by=approver)
    if state in ("missed", "late report"):
        let_pass(found)
        workflow.miss(found)
    if state in ("reported", "fulfilled", "late report"):
        workflow.report_kept(found, by=handler, report="已装好")
    if state == "fulfilled":
        workflow.confirm_kept(found, by=approver)
    return now(found)


@pytest.mark.parametrize("state", STATES)
def test_only_the_named_personas_may_make_each_move(state, case, people, handler, approver):
    suggestion = case("in_progress")
    promise = in_state(state, suggestion, handler, approver)
    people["code"] = CodeHolder(suggestion)
    before, allowed = promise.changes.count(), {row for row in ALLOWED if row[1] == state}
    assert {(n, state, m.target) for n, by in people.items() for m in promise.moves_for(by)} == allowed
    for name, target in itertools.product(people, Commitment.Status.values):
        if (name, state, target) not in allowed:
            with pytest.raises(MoveNotAllowed):
                move(promise, target, by=people[name], note="理由")
    assert (promise.changes.count(), now(promise).status) == (before, promise.status)


def test_a_promise_is_in_force_from_the_release_of_its_reply_and_due_at_the_end_of_its_day(promised, promise):
    released = promised.replies.get().released_at
    assert [(c.event, c.at) for c in promise.changes.all()] == [("promise_made", released)]
    assert promise.due_at == workdays.close_of(timezone.localdate() + timedelta(days=9))


def test_kept_takes_two_people_of_the_department(promise, handler, approver, city):
    workflow.report_kept(promise, by=handler, report="已装好")
    # Who reports may be an approver too; another must confirm all the same.
    DepartmentMember.objects.create(user=handler, department=city.education, role="approver")
    handler.__dict__.pop("roles", None)
    with pytest.raises(MoveNotAllowed):
        workflow.confirm_kept(promise, by=handler)
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=promise.pk).update(confirmed_by=handler)
    change = workflow.confirm_kept(promise, by=approver)
    kept = now(promise)
    assert (kept.status, kept.due_at, kept.fulfilled_at, kept.missed_at) == ("fulfilled", None, change.at, None)
    assert (kept.reported_by, kept.confirmed_by, change.audiences) == (
        handler, approver, ("author", "followers", "deputy")
    )  # fmt: skip


def test_a_report_sent_back_is_due_again_and_a_late_one_stays_missed(promise, handler, approver, office):
    workflow.report_kept(promise, by=handler, report="已装好")
    assert workflow.send_report_back(promise, by=office, reason="没有照片").audiences == ("reporter", "approver")
    assert now(promise).status == "promised"
    let_pass(promise)
    assert workflow.miss(promise) is True
    first = now(promise).missed_at
    workflow.report_kept(promise, by=handler, report="补装完毕")
    assert workflow.send_report_back(promise, by=approver, reason="少两盏").audiences == ("reporter",)
    assert (now(promise).status, now(promise).missed_at) == ("missed", first)
    # The clock has nothing to say a second time.
    assert workflow.miss(promise) is False
    assert promise.changes.filter(event="promise_missed").count() == 1


@pytest.mark.parametrize("state", ["closed", "replied", "rehandling", "silent"])
def test_a_missed_promise_opens_an_answered_case_again_and_leaves_an_open_one_where_it_is(
    state, promised, promise, citizen
):
    if state == "silent":
        workflow.close_silent(promised, now=promised.due_at + timedelta(seconds=1))
    elif state != "replied":
        result = 3 if state == "closed" else 1
        workflow.rate(promised, by=citizen, attitude=3, result=result, reason="还没有")
    let_pass(promise)
    assert [workflow.miss(promise), workflow.miss(promise)] == [True, False]
    opened = promised.changes.filter(event="reopened")
    assert (now(promise).status, now(promise).missed_at is not None) == ("missed", True)
    if state == "rehandling":
        assert (now(promised).status, opened.count()) == ("rehandling", 0)
    else:
        assert (now(promised).status, opened.get().role, now(promised).due_rule) == ("in_progress", "clock", "1m")
        assert promised.assignments.get(part="lead").status == "taken"


def test_a_promise_is_not_missed_on_its_day_nor_when_it_is_reported(promise, handler):
    assert workflow.miss(promise, now=promise.due_at) is False
    workflow.report_kept(promise, by=handler, report="已装好")
    assert workflow.miss(promise, now=promise.due_at + timedelta(days=9)) is False


def test_the_task_marks_every_promise_whose_day_has_passed_once(case, handler, approver):
    suggestion = reply(case("in_progress"), handler, approver, promises=[(LIGHTS, 3), (SURVEY, 5), ("每周公布", 30)])
    after = workdays.close_of(timezone.localdate() + timedelta(days=6))
    for _again in range(2):
        tasks.miss_commitments(now=after)
    found = {c.what: c.status for c in suggestion.commitments.all()}
    assert found == {LIGHTS: "missed", SURVEY: "missed", "每周公布": "promised"}
    assert suggestion.changes.filter(event="reopened").count() == 1


def test_kept_late_it_stays_known_as_late_and_the_reply_is_still_owed(promised, promise, handler, approver, citizen):
    let_pass(promise)
    workflow.miss(promise)
    keep(promise, handler, approver)
    assert (promise.status, promise.missed_at is not None, now(promised).status) == ("fulfilled", True, "in_progress")
    # While the case is worked on there is nothing to rate; with the new reply both can be.
    assert may_rate_promise(citizen, now(promise)) is False
    reply(now(promised), handler, approver)
    assert may_rate_promise(citizen, now(promise)) is True


def test_after_silence_a_kept_promise_can_be_rated(promised, promise, handler, approver, citizen):
    workflow.close_silent(promised, now=promised.due_at + timedelta(seconds=1))
    keep(promise, handler, approver)
    change = workflow.rate_promise(promise, by=citizen, attitude=3, result=3)
    assert (change.event, change.audiences, now(promised).status) == ("promise_rated", ("keeper",), "closed")
    assert Rating.objects.get().commitment == promise


def test_a_promise_is_rated_once_by_its_author_alone_and_within_twenty_working_days(
    promised, promise, handler, approver, citizen, neighbour, office
):
    with pytest.raises(Stale):
        workflow.rate_promise(promise, by=citizen, attitude=3, result=3)
    keep(promise, handler, approver)
    for by in (neighbour, office, handler, None):
        with pytest.raises(MoveNotAllowed) as caught:
            workflow.rate_promise(promise, by=by, attitude=3, result=3)
        assert not isinstance(caught.value, Stale)
    last = workdays.close_of(workdays.add(timezone.localdate(), 20))
    found = now(promise)
    assert [may_rate_promise(citizen, found, now=t) for t in (last, last + timedelta(seconds=1))] == [True, False]
    workflow.rate_promise(promise, by=CodeHolder(promised), attitude=3, result=2)
    with pytest.raises(Stale):
        workflow.rate_promise(promise, by=citizen, attitude=3, result=1, reason="反悔")
    assert Rating.objects.get().result == 2


@pytest.mark.parametrize("before", ["replied", "closed", "dissatisfied before"])
def test_a_kept_promise_that_does_not_satisfy_is_handled_again_and_supervised_the_second_time(
    before, case, handler, approver, citizen
):
    start = case("rehandling" if before == "dissatisfied before" else "in_progress")
    suggestion = reply(start, handler, approver, promises=[(LIGHTS, 9)])
    if before != "replied":
        workflow.rate(suggestion, by=citizen, attitude=3, result=3)
    promise = keep(suggestion.commitments.get(), handler, approver)
    change = workflow.rate_promise(promise, by=citizen, attitude=2, result=1, reason="只装了一半")
    target = "supervised" if before == "dissatisfied before" else "rehandling"
    assert (change.event, change.after, change.note, now(suggestion).status) == (
        "promise_refused", target, "只装了一半", target
    )  # fmt: skip
    assert suggestion.supervisions.filter(ended_at=None).count() == (target == "supervised")
    assert (change.verdict.attitude, change.verdict.result) == (2, 1)


def test_the_office_opens_a_closed_case_with_a_broken_promise_again(
    promised, promise, citizen, office, handler, approver
):
    with pytest.raises(MoveNotAllowed):
        workflow.reopen(promised, by=office, note="承诺没有兑现")
    let_pass(promise)
    workflow.miss(promise)
    reply(now(promised), handler, approver)
    workflow.rate(promised, by=citizen, attitude=3, result=3)
    change = workflow.reopen(promised, by=office, note="承诺没有兑现")
    assert (change.role, change.read, now(promised).status) == ("office", "public", "in_progress")
    assert change.audiences == ("author", "lead", "deputy")


def told():
    """Everybody told in the inbox, by event's topic and audience."""
    notifications.announce()
    rows = Notification.objects.filter(channel="inbox").order_by("pk")
    found = [(n.topic.rpartition(".")[2], n.audience, n.recipient.name) for n in rows]
    Notification.objects.all().delete()
    return found


def test_each_of_them_is_told_exactly_once(promised, promise, handler, approver, citizen, deputy, office):
    told()
    workflow.rate(promised, by=citizen, attitude=3, result=3)
    told()
    workflow.report_kept(promise, by=handler, report="已装好")
    assert told() == [("commitmentchange", "approver", approver.name)]
    workflow.confirm_kept(promise, by=approver)
    assert sorted(told()) == sorted([
        ("commitmentchange", "author", citizen.name), ("commitmentchange", "deputy", deputy.name)
    ])  # fmt: skip
    workflow.rate_promise(promise, by=citizen, attitude=3, result=1, reason="只装了一半")
    assert sorted(told()) == sorted([
        ("suggestionchange", "lead", handler.name), ("suggestionchange", "office", office.name),
        ("suggestionchange", "deputy", deputy.name),
    ])  # fmt: skip


def test_a_missed_promise_tells_the_department_and_everybody_that_the_case_is_open_again(
    promised, promise, handler, approver, citizen, deputy, office
):
    workflow.rate(promised, by=citizen, attitude=3, result=3)
    told()
    let_pass(promise)
    workflow.miss(promise)
    assert sorted(told()) == sorted([
        ("suggestionchange", "author", citizen.name), ("suggestionchange", "lead", handler.name),
        ("suggestionchange", "office", office.name), ("suggestionchange", "deputy", deputy.name),
        ("commitmentchange", "keeper", handler.name), ("commitmentchange", "head", approver.name),
    ])  # fmt: skip


def test_the_promise_of_a_case_that_went_to_others_is_still_kept_by_who_gave_it(
    promised, promise, citizen, office, other_office, other_handler, handler, city
):
    workflow.rate(promised, by=citizen, attitude=3, result=3)
    Suggestion.objects.filter(pk=promised.pk).update(department=city.traffic)
    assert {m.name for m in now(promise).moves_for(handler)} == {"promise_reported"}
    assert now(promise).moves_for(other_handler) == []
