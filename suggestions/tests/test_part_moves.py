"""The moves of a department's part, persona x from x to, against a set written by hand from the rules."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed, NoteNeeded, Stale, move
from suggestions import workflow
from suggestions.models import Assignment, Suggestion

from .at_desk import fresh

PERSONAS = [
    "citizen", "neighbour", "deputy", "other_deputy", "officer", "handler", "approver", "other_handler",
    "other_approver", "office", "other_office", "clock",
]  # fmt: skip
# 教育局 (handler) leads, 交通运输局 (other_handler) assists; the case is at work.
CO = {
    ("other_handler", "given", "taken"), ("other_handler", "given", "opinion_in"),
    ("other_handler", "taken", "opinion_in"), ("other_handler", "given", "returned"),
    *((office, state, "relieved") for office in ("office", "other_office") for state in ("given", "taken")),
    *(("clock", state, "done") for state in ("given", "taken", "opinion_in")),
    *(("clock", state, "relieved") for state in ("given", "taken", "opinion_in", "done")),
    ("clock", "done", "taken"),
}  # fmt: skip
LEAD = {
    ("handler", "given", "taken"),
    ("handler", "given", "returned"),
    *(("clock", state, "done") for state in ("given", "taken")),
    *(("clock", state, "relieved") for state in ("given", "taken", "done")),
    ("clock", "done", "taken"),
}
STATES = ["given", "taken", "opinion_in", "done", "returned", "relieved"]


@pytest.fixture
def people(request):
    return {name: None if name == "clock" else request.getfixturevalue(name) for name in PERSONAS}


@pytest.fixture
def part_in(case, city, office, people):
    """``part_in("co", "taken")``: a part of that kind brought to a state by the verbs, on a case still at work."""

    def make(kind, state):
        suggestion = case("accepted")
        workflow.assign(suggestion, by=office, department=city.education, co=[city.traffic])
        part = suggestion.assignments.get(part=kind)
        if kind == "lead":
            steps = {"taken": lambda: workflow.take_on(suggestion, by=people["handler"])}
        else:
            steps = {
                "taken": lambda: workflow.take_part(part, by=people["other_handler"]),
                "opinion_in": lambda: workflow.give_opinion(part, by=people["other_handler"], text="同意。"),
                "returned": lambda: workflow.return_part(part, by=people["other_handler"], reason="无关"),
                "relieved": lambda: workflow.relieve(part, by=office, reason="无关"),
            }
        steps["done"] = lambda: move(part, "done", by=None, event="co_done")
        if kind == "lead":
            steps |= {
                "returned": lambda: move(part, "returned", by=people["handler"], note="无关", event="lead_returned"),
                "relieved": lambda: move(part, "relieved", by=None, event="co_ended"),
            }
        if state != "given":
            steps[state]()
        return fresh(part)

    return make


WAYS = [("co", s, CO) for s in STATES] + [("lead", s, LEAD) for s in STATES if s != "opinion_in"]


@pytest.mark.parametrize(("kind", "state", "allowed"), WAYS)
def test_only_the_named_personas_may_move_a_part(kind, state, allowed, part_in, people):
    part = part_in(kind, state)
    found = {(name, state, m.target) for name, by in people.items() for m in part.moves_for(by)}
    assert found == {row for row in allowed if row[1] == state}


@pytest.mark.parametrize(("kind", "state", "allowed"), WAYS)
def test_every_other_move_of_a_part_is_refused_and_leaves_no_trace(kind, state, allowed, part_in, people):
    part = part_in(kind, state)
    before = part.changes.count()
    for (name, by), target in itertools.product(people.items(), Assignment.Status.values):
        if (name, state, target) in allowed:
            continue
        with pytest.raises((MoveNotAllowed, Stale)):
            move(part, target, by=by, note="理由")
    assert (fresh(part).status, part.changes.count()) == (state, before)


@pytest.mark.parametrize(("kind", "target", "by"), [
    ("co", "returned", "other_handler"), ("co", "relieved", "office"), ("lead", "returned", "handler"),
])  # fmt: skip
def test_returning_and_relieving_need_a_reason(kind, target, by, part_in, people):
    part = part_in(kind, "given")
    with pytest.raises(NoteNeeded):
        move(part, target, by=people[by], note=" ")


@pytest.mark.parametrize("state", ["referred", "reply_review", "replied", "closed", "withdrawn"])
def test_nobody_assists_with_a_case_that_is_not_at_work(state, part_in, people):
    part = part_in("co", "given")
    Suggestion.objects.filter(pk=part.suggestion_id).update(status=state)
    assert not any(fresh(part).moves_for(people[name]) for name in ("other_handler", "other_approver"))


@pytest.mark.parametrize("days", [0, 9])
def test_a_part_is_returned_in_time_or_not_at_all(days, part_in, people):
    part = part_in("co", "given")
    Assignment.objects.filter(pk=part.pk).update(at=timezone.now() - timedelta(days=days))
    targets = {m.target for m in fresh(part).moves_for(people["other_handler"])}
    assert ("returned" in targets) is (days == 0)
