"""The moves, persona x from x to, against a set written by hand from the design's table."""

import itertools

import pytest

from fzportal.workflow import MoveNotAllowed, NoteNeeded, Stale, move
from liaison import workflow as liaison
from suggestions.models import Suggestion
from suggestions.permissions import CodeHolder

STATES = [
    "submitted", "needs_info", "accepted", "triaging", "referred", "assigned", "in_progress", "reply_review",
    "replied", "rehandling", "supervised", "escalated", "closed", "declined", "withdrawn",
]  # fmt: skip
PERSONAS = [
    "citizen", "code", "neighbour", "deputy", "other_deputy", "officer", "handler", "approver", "other_handler",
    "office", "other_office", "clock",
]  # fmt: skip

# Who may go from where to where. Written from the design, not from the table under test. In the office's name stand
# both its members; what needs a second one of them is tried where it is tested.
ALLOWED = {
    (office, *edge)
    for office in ("office", "other_office")
    for edge in [
        ("submitted", "accepted"), ("submitted", "needs_info"), ("submitted", "declined"), ("submitted", "merged"),
        ("needs_info", "declined"), ("accepted", "declined"), ("accepted", "merged"), ("accepted", "assigned"),
        ("triaging", "declined"), ("triaging", "merged"), ("triaging", "accepted"), ("referred", "merged"),
        ("referred", "assigned"), ("reply_review", "in_progress"), ("supervised", "in_progress"),
        ("escalated", "assigned"),
    ]
} | {
    ("deputy", "accepted", "triaging"), ("deputy", "triaging", "accepted"), ("deputy", "triaging", "merged"),
    ("deputy", "triaging", "replied"), ("deputy", "triaging", "referred"), ("deputy", "referred", "merged"),
    ("deputy", "triaging", "escalated"), ("handler", "assigned", "referred"),
    ("handler", "assigned", "in_progress"), ("handler", "in_progress", "reply_review"),
    ("handler", "rehandling", "reply_review"),
    ("approver", "reply_review", "in_progress"), ("approver", "reply_review", "replied"),
    ("clock", "replied", "closed"),
    # With its proposal: given back to the deputy, or answered.
    ("clock", "escalated", "triaging"), ("clock", "escalated", "replied"),
} | {
    (author, *edge)
    for author in ("citizen", "code")
    for edge in [("needs_info", "submitted"), ("replied", "closed"), ("replied", "rehandling")]
    # Second thoughts within a week of a rating.
    + [("closed", "rehandling"), ("rehandling", "closed"), ("supervised", "closed")]
    + [(s, "withdrawn") for s in [*STATES[:8], "escalated"]]
}  # fmt: skip

# The same for what was said at citizen's visit to officer's station, deputy present: before and after it is recorded.
ALLOWED_AT_STATION = {
    ("citizen", "draft", "submitted", "submitted"), ("code", "draft", "submitted", "submitted"),
    ("officer", "draft", "submitted", "recorded"), ("deputy", "draft", "submitted", "recorded"),
    ("office", "draft", "submitted", "recorded"), ("other_office", "draft", "submitted", "recorded"),
    ("deputy", "submitted", "triaging", "claimed_at_station"),
    *(
        (office, "submitted", target, target) for office in ("office", "other_office")
        for target in ("accepted", "needs_info", "declined", "merged")
    ),
    ("citizen", "submitted", "withdrawn", "withdrawn"), ("code", "submitted", "withdrawn", "withdrawn"),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_only_the_named_personas_may_make_each_move(state, case, request):
    suggestion = case(state)
    people = {p: request.getfixturevalue(p) for p in PERSONAS if p not in ("code", "clock")}
    people |= {"code": CodeHolder(suggestion), "clock": None}
    found = {(name, state, m.target) for name, by in people.items() for m in suggestion.moves_for(by)}
    assert found == {row for row in ALLOWED if row[1] == state}


@pytest.mark.parametrize("state", STATES)
def test_every_other_move_is_refused_and_leaves_no_trace(state, case, request):
    suggestion = case(state)
    people = {p: request.getfixturevalue(p) for p in PERSONAS if p not in ("code", "clock")}
    people |= {"code": CodeHolder(suggestion), "clock": None}
    before = suggestion.changes.count()
    for name, target in itertools.product(people, Suggestion.Status.values):
        if (name, state, target) in ALLOWED:
            continue
        with pytest.raises(MoveNotAllowed):
            move(suggestion, target, by=people[name], note="理由")
    assert suggestion.changes.count() == before
    assert Suggestion.objects.get(pk=suggestion.pk).status == state


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_at_a_station_only_those_who_received_record_and_only_who_heard_it_takes_it(state, case, session, request):
    people = {p: request.getfixturevalue(p) for p in PERSONAS if p not in ("code", "clock")}
    visit = liaison.book(session.slots.first(), by=people["citizen"], user=people["citizen"])
    reception = liaison.take_down(
        visit, by=people["officer"], deputies=[people["deputy"].deputy], own_words="食堂", outcome="suggestion"
    )
    suggestion = case("submitted") if state == "submitted" else request.getfixturevalue("draft")
    suggestion.reception = reception
    suggestion.save()
    people |= {"code": CodeHolder(suggestion), "clock": None}
    found = {(name, state, m.target, m.name) for name, by in people.items() for m in suggestion.moves_for(by)}
    assert found == {row for row in ALLOWED_AT_STATION if row[1] == state}


def test_a_reason_is_demanded_where_the_table_says_so(case, office):
    suggestion = case("submitted")
    with pytest.raises(NoteNeeded):
        move(suggestion, "needs_info", by=office, note="   ")


def test_a_move_from_a_state_left_meanwhile_is_stale_and_names_who_was_faster(case, office):
    suggestion = case("accepted")
    with pytest.raises(Stale) as caught:
        move(suggestion, "needs_info", by=office, note="请补充")
    assert (caught.value.last.event, caught.value.last.by) == ("accepted", office)


def test_the_approver_who_wrote_the_reply_may_not_release_it(case, handler, city):
    suggestion = case("reply_review")
    handler.__dict__.pop("roles", None)
    from suggestions.models import DepartmentMember

    DepartmentMember.objects.create(user=handler, department=city.education, role="approver")
    assert "replied" not in {m.target for m in suggestion.moves_for(handler)}


def test_the_whole_way_ends_closed_with_a_line_of_history_for_every_step(case):
    suggestion = case("closed")
    assert [c.event for c in suggestion.changes.all()] == [
        "submitted", "accepted", "triaging", "referred", "assigned", "in_progress", "reply_review", "replied", "rated",
    ]  # fmt: skip
    assert [c.role for c in suggestion.changes.all()] == [
        "author", "office", "deputy", "deputy", "office", "department", "department", "department", "author",
    ]  # fmt: skip
