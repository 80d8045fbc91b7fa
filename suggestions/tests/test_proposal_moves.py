"""The moves of a proposal, persona x from x to, against a set written by hand; and who is faster under the locks."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from fzportal import workflow as ground
from fzportal.workflow import MoveNotAllowed, Stale, move
from suggestions import workflow
from suggestions.models import CoSigner, DepartmentMember, Proposal, ProposalSeries, Reply, Suggestion
from suggestions.workflow import proposals
from tests.cast import make_deputy, person

PERSONAS = [
    "citizen", "neighbour", "deputy", "other_deputy", "officer", "handler", "approver", "other_handler",
    "other_approver", "office", "clock",
]  # fmt: skip
# "talked": in progress, and the deputy has been spoken with.
STATES = [
    "draft", "submitted", "assigned", "in_progress", "talked", "reply_review", "replied", "rehandling", "closed",
    "withdrawn",
]  # fmt: skip
# Written from the rules (代表法 2025, Art. 51; DOMAIN rules 2, 4, 5, 7), not from the table.
ALLOWED = {
    ("deputy", "draft", "submitted"), ("deputy", "draft", "withdrawn"), ("deputy", "submitted", "withdrawn"),
    ("deputy", "replied", "closed"), ("deputy", "replied", "rehandling"),
    ("office", "submitted", "draft"), ("office", "submitted", "assigned"), ("office", "reply_review", "in_progress"),
    ("handler", "assigned", "submitted"), ("handler", "assigned", "in_progress"),
    ("handler", "talked", "reply_review"),
    ("approver", "reply_review", "in_progress"), ("approver", "reply_review", "replied"),
    ("clock", "replied", "closed"),
}  # fmt: skip


def everybody(request):
    return {p: request.getfixturevalue(p) for p in PERSONAS if p != "clock"} | {"clock": None}


@pytest.mark.parametrize("state", STATES)
def test_only_the_named_personas_may_make_each_move(state, raised, request):
    proposal, people = raised(state), everybody(request)
    found = {(name, state, m.target) for name, by in people.items() for m in proposal.moves_for(by)}
    assert found == {row for row in ALLOWED if row[1] == state}


@pytest.mark.parametrize("state", STATES)
def test_every_other_move_is_refused_and_leaves_no_trace(state, raised, request):
    proposal, people = raised(state), everybody(request)
    before, status = proposal.changes.count(), proposal.status
    for name, target in itertools.product(people, Proposal.Status.values):
        if (name, state, target) in ALLOWED:
            continue
        with pytest.raises(MoveNotAllowed):
            move(proposal, target, by=people[name], note="理由")
    assert (proposal.changes.count(), Proposal.objects.get(pk=proposal.pk).status) == (before, status)


def test_the_approver_who_wrote_the_reply_may_not_release_it(raised, handler, city):
    proposal = raised("reply_review")
    DepartmentMember.objects.create(user=handler, department=city.education, role="approver")
    handler.__dict__.pop("roles", None)
    assert {m.name for m in proposal.moves_for(handler)} == {"proposal_sent_back"}


def at_once(*acts):
    """What each act of a thread of its own gave or raised, all started together."""
    together = Barrier(len(acts))

    def one(act):
        try:
            together.wait(timeout=20)
            return act()
        except MoveNotAllowed as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def second_approver(city):
    user = person("", "二审", "second@example.com")
    DepartmentMember.objects.create(user=user, department=city.education, role="approver")
    return user


def own(row):
    """The row as another process would read it."""
    return type(row).objects.get(pk=row.pk)


@pytest.mark.django_db(transaction=True)
def test_two_deputies_who_sign_at_once_both_sign_and_one_who_signs_twice_signs_once(raised, deputy, other_deputy, city):
    third = make_deputy(person("", "陈代表", "third@example.com"), city, "陈榕", "chen rong", [city.gulou])
    proposal = raised("draft")
    proposals.invite(proposal, by=deputy, deputies=[other_deputy.deputy, third.deputy])
    answers = at_once(*(lambda by=by: proposals.sign(own(proposal), by=by) for by in (other_deputy, third, third)))
    assert [type(a) for a in answers].count(Stale) == 1
    assert CoSigner.objects.filter(has_signed=True).count() == 2
    assert proposal.changes.filter(event="proposal_signed").count() == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_row_lock_two_releases_would_answer_twice(raised, approver, city, monkeypatch):
    second = second_approver(city)
    proposal = raised("reply_review")
    looked = Barrier(2)

    def only_look(obj):
        obj.refresh_from_db()
        if isinstance(obj, Proposal) and obj.status == "reply_review":
            looked.wait(timeout=20)
        return obj

    monkeypatch.setattr(ground, "lock", only_look)
    at_once(*(lambda by=by: ground.move(own(proposal), "replied", by=by) for by in (approver, second)))
    assert proposal.changes.filter(event="proposal_replied").count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(4))
def test_release_against_withdrawal_leaves_either_an_answer_or_a_withdrawal(attempt, raised, citizen, approver):
    proposal = raised("reply_review")
    suggestion = Suggestion.objects.get()
    at_once(
        lambda: proposals.release(own(proposal), by=approver),
        lambda: workflow.withdraw(own(suggestion), by=citizen),
    )
    suggestion.refresh_from_db()
    replies = Reply.objects.filter(suggestion=suggestion).count()
    assert (suggestion.status, replies, suggestion.taken_up_id) in [
        ("replied", 1, proposal.pk), ("withdrawn", 0, None),
    ]  # fmt: skip
    assert own(proposal).status == "replied"
    ends = suggestion.changes.filter(after__in=["replied", "withdrawn"]).count()
    assert ends == 1


@pytest.mark.django_db(transaction=True)
def test_two_releases_at_once_answer_once(raised, approver, city):
    second = second_approver(city)
    proposal = raised("reply_review")
    found = at_once(*(lambda by=by: proposals.release(own(proposal), by=by) for by in (approver, second)))
    assert [type(a) for a in found].count(Stale) == 1
    assert Reply.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_taken_at_once_have_no_gap(city):
    def take():
        with transaction.atomic():
            return ProposalSeries.take(2026)

    found = at_once(*[take] * 8)
    assert sorted(found, key=lambda n: int(n[10:-1])) == [f"榕人代建〔2026〕{n}号" for n in range(1, 9)]
