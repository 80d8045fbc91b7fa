"""What random histories found: ends that left something behind."""

import pytest

from fzportal.workflow import MoveNotAllowed, Stale
from suggestions import workflow


def test_a_case_that_was_answered_is_not_withdrawn_when_it_is_handled_again(case, office, citizen):
    suggestion = case("supervised")
    workflow.order_again(suggestion, by=office, note="请重新办理")
    with pytest.raises(MoveNotAllowed) as caught:
        workflow.withdraw(suggestion, by=citizen)
    assert not isinstance(caught.value, Stale)
    assert "withdrawn" not in {m.target for m in suggestion.moves_for(citizen)}


def test_whoever_still_assists_is_relieved_when_a_returned_case_is_merged(
    case, office, handler, other_handler, city, neighbour
):
    suggestion = case("assigned")
    workflow.involve(suggestion, by=office, department=city.traffic)
    workflow.return_case(suggestion, by=handler, reason="不属本单位")
    kept = type(suggestion).objects.create(
        author=neighbour, title="同一件事", category=city.category, division=city.street
    )
    workflow.submit(kept, by=neighbour)
    workflow.merge(suggestion, by=office, into=kept)
    assert list(suggestion.assignments.values_list("status", flat=True)) == ["returned", "relieved"]


def test_anothers_submitted_case_is_not_submitted_again(case, neighbour):
    suggestion = case("submitted")
    with pytest.raises(MoveNotAllowed):
        workflow.submit(suggestion, by=neighbour, consents=("publish", "pass_contact"))
    assert [c.event for c in suggestion.changes.all()] == ["submitted"]


def test_nobody_is_asked_to_assist_a_deputy_who_answers_alone(case, deputy, citizen, office, city):
    suggestion = case("triaging")
    workflow.answer_directly(suggestion, by=deputy, text="已协调。", result="D")
    workflow.rate(suggestion, by=citizen, attitude=2, result=1, reason="没有解决")
    with pytest.raises(MoveNotAllowed):
        workflow.involve(suggestion, by=office, department=city.traffic)
    assert not suggestion.assignments.exists()
