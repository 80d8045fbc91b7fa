"""Second thoughts: a rating changed within seven days, and where the case goes then."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed, Stale
from suggestions import workflow
from suggestions.models import Rating, Suggestion, Verdict
from suggestions.permissions import CodeHolder, may_change_rating
from suggestions.timeline import history, timeline

from .promised import SURVEY, keep, let_pass, reply

pytestmark = pytest.mark.django_db
WHY = "还没有公布供货单位。"


def now(suggestion):
    return Suggestion.objects.get(pk=suggestion.pk)


def age(suggestion, **days):
    """The latest rating was given so long ago."""
    rating = Rating.objects.filter(reply__suggestion=suggestion).last()
    Rating.objects.filter(pk=rating.pk).update(at=timezone.now() - timedelta(**days))


def titles(suggestion, reader):
    return [item.title for item in timeline(suggestion, reader, history(suggestion))]


@pytest.fixture(params=["account", "code"])
def author(request, citizen, draft):
    """Who rates: signed in, or by number and code."""
    return citizen if request.param == "account" else CodeHolder(draft)


def test_a_good_verdict_lowered_opens_the_case_and_the_lead_is_at_work_again(case, author):
    suggestion = case("closed")
    change = workflow.change_rating(suggestion, by=author, attitude=3, result=1, missed_points=True, reason=WHY)
    assert (change.event, change.before, change.after, change.note) == ("lowered", "closed", "rehandling", WHY)
    assert change.audiences == ("lead", "office", "deputy")
    assert (now(suggestion).status, now(suggestion).due_rule) == ("rehandling", "1m")
    assert suggestion.assignments.get(part="lead").status == "taken"
    rating = Rating.objects.get()
    assert (rating.attitude, rating.result, rating.missed_points, rating.reason) == (3, 1, True, WHY)
    assert rating.changed_at == change.at
    assert rating.at < change.at


def test_a_second_dissatisfaction_by_change_is_supervised_and_taking_it_back_ends_that(
    case, citizen, handler, approver
):
    suggestion = reply(case("rehandling"), handler, approver)
    workflow.rate(suggestion, by=citizen, attitude=3, result=2)
    assert workflow.change_rating(suggestion, by=citizen, attitude=3, result=1, reason=WHY).after == "supervised"
    assert suggestion.supervisions.get().ended_at is None
    change = workflow.change_rating(suggestion, by=citizen, attitude=3, result=3)
    assert (change.event, now(suggestion).status, now(suggestion).due_at) == ("raised", "closed", None)
    assert suggestion.supervisions.get().ended_at == change.at


def test_a_bad_verdict_raised_closes_the_case_and_ends_the_work(case, author):
    suggestion = case("rehandling")
    change = workflow.change_rating(suggestion, by=author, attitude=3, result=2, reason="")
    assert (change.event, change.after, change.audiences) == ("raised", "closed", ("department", "office", "deputy"))
    assert suggestion.assignments.get(part="lead").status == "done"
    # Not dissatisfied any more: the next dissatisfaction is the first.
    assert workflow.change_rating(suggestion, by=author, attitude=3, result=1, reason=WHY).after == "rehandling"


def test_grades_that_do_not_turn_the_verdict_are_a_line_of_history_and_the_same_again_is_none(case, citizen):
    suggestion = case("closed")
    change = workflow.change_rating(suggestion, by=citizen, attitude=1, result=2, reason="电话无人接听")
    assert (change.event, change.before, change.after) == ("rating_changed", "closed", "closed")
    assert workflow.change_rating(suggestion, by=citizen, attitude=1, result=2, reason="电话无人接听 ") is None
    assert suggestion.changes.filter(event="rating_changed").count() == 1


@pytest.mark.parametrize(("hours", "allowed"), [(7 * 24 - 1, True), (7 * 24 + 1, False)])
def test_a_rating_may_be_changed_for_seven_days(case, citizen, hours, allowed):
    suggestion = case("closed")
    age(suggestion, hours=hours)
    assert may_change_rating(citizen, suggestion) is allowed
    if not allowed:
        with pytest.raises(Stale):
            workflow.change_rating(suggestion, by=citizen, attitude=3, result=1, reason=WHY)
        assert now(suggestion).status == "closed"


@pytest.mark.parametrize("name", ["neighbour", "deputy", "handler", "approver", "office", "clock"])
def test_nobody_but_the_author_changes_it(case, request, name):
    suggestion = case("closed")
    by = None if name == "clock" else request.getfixturevalue(name)
    with pytest.raises(MoveNotAllowed) as caught:
        workflow.change_rating(suggestion, by=by, attitude=3, result=1, reason=WHY)
    assert not isinstance(caught.value, Stale)
    assert Rating.objects.get().result == 3


def test_silence_cannot_be_changed_into_a_rating(case, citizen):
    suggestion = case("replied")
    workflow.close_silent(suggestion, now=suggestion.due_at + timedelta(seconds=1))
    with pytest.raises(Stale):
        workflow.change_rating(suggestion, by=citizen, attitude=3, result=1, reason=WHY)
    with pytest.raises(Stale):
        workflow.rate(suggestion, by=citizen, attitude=3, result=1, reason=WHY)
    assert (now(suggestion).status, Rating.objects.count()) == ("closed", 0)


def test_a_rating_stands_once_the_case_was_reopened_or_a_new_reply_is_handed_in(case, citizen, handler, approver):
    suggestion = reply(case("in_progress"), handler, approver, promises=[(SURVEY, 9)])
    workflow.rate(suggestion, by=citizen, attitude=3, result=3)
    promise = suggestion.commitments.get()
    let_pass(promise)
    workflow.miss(promise)
    assert now(suggestion).status == "in_progress"
    with pytest.raises(Stale):
        workflow.change_rating(suggestion, by=citizen, attitude=3, result=1, reason=WHY)
    # The rating of the first reply stays; the second has its own.
    reply(now(suggestion), handler, approver)
    workflow.rate(suggestion, by=citizen, attitude=2, result=2)
    assert [r.rating.result for r in suggestion.replies.all()] == [3, 2]


def test_after_a_promise_was_refused_the_replys_rating_can_neither_close_nor_open_the_case(
    case, citizen, handler, approver
):
    suggestion = reply(case("in_progress"), handler, approver, promises=[(SURVEY, 9)])
    workflow.rate(suggestion, by=citizen, attitude=3, result=3)
    promise = keep(suggestion.commitments.get(), handler, approver)
    workflow.rate_promise(promise, by=citizen, attitude=3, result=1, reason="只装了一半")
    assert now(suggestion).status == "rehandling"
    for result in (1, 2):
        with pytest.raises(Stale):
            workflow.change_rating(suggestion, by=citizen, attitude=3, result=result, reason=WHY)
    assert now(suggestion).status == "rehandling"


def test_closed_over_it_stays_closed_whatever_the_author_says_then(case, citizen, office, other_office):
    suggestion = case("supervised")
    workflow.propose_closing(suggestion, by=office, reason="法规不允许")
    workflow.close_over(suggestion, by=other_office)
    for result, event in ((2, "rating_changed"), (2, None)):
        change = workflow.change_rating(suggestion, by=citizen, attitude=3, result=result, reason="")
        assert (change and change.event) == event
    assert now(suggestion).status == "closed"


def test_the_timeline_says_the_grades_of_each_moment_and_of_which_reply(case, citizen, handler, approver):
    suggestion = case("rehandling")
    workflow.change_rating(suggestion, by=citizen, attitude=3, result=2)
    workflow.change_rating(suggestion, by=citizen, attitude=3, result=1, reason=WHY)
    reply(suggestion, handler, approver)
    workflow.rate(suggestion, by=citizen, attitude=3, result=3)
    assert [t for t in titles(suggestion, citizen) if "态度" in t] == [
        "提出人评价：态度“基本满意”，结果“不满意”；重新办理（第 1 次答复）",
        "提出人把评价改为：态度“满意”，结果“基本满意”；办结（第 1 次答复）",
        "提出人把评价改为：态度“满意”，结果“不满意”；重新办理（第 1 次答复）",
        "评价：态度“满意”，结果“满意”（第 2 次答复）",
    ]
    assert [(v.attitude, v.result) for v in Verdict.objects.order_by("change")] == [(2, 1), (3, 2), (3, 1), (3, 3)]


def test_rating_twice_at_once_makes_one_rating(case, citizen):
    suggestion = case("replied")
    stale = now(suggestion)
    workflow.rate(suggestion, by=citizen, attitude=3, result=3)
    with pytest.raises(Stale):
        workflow.rate(stale, by=citizen, attitude=3, result=1, reason=WHY)
    assert (Rating.objects.count(), Verdict.objects.count(), now(suggestion).status) == (1, 1, "closed")
