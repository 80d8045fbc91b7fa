"""Supervised (督办): a supervisor, another order, or an honest end that takes two people and a published reason."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from fzportal.workflow import MoveNotAllowed, NoteNeeded, Stale
from notifications import workflow as notifications
from notifications.models import Notification
from suggestions import workflow
from suggestions.models import Suggestion, SuggestionChange, Supervision

pytestmark = pytest.mark.django_db
REASON = "相关规定由上级制定，本市无权更改，已书面反映。"


def now(suggestion):
    return Suggestion.objects.get(pk=suggestion.pk)


def told(change):
    """(audience, name) of everybody told of a change in the inbox."""
    notifications.announce()
    rows = Notification.objects.filter(topic="suggestions.suggestionchange", change_id=change.pk, channel="inbox")
    return sorted((n.audience, n.recipient.name) for n in rows)


def test_dissatisfied_twice_it_is_supervised_and_who_worked_on_it_is_told_once(case, handler, office, deputy, citizen):
    suggestion = case("supervised")
    last = suggestion.changes.last()
    assert (last.event, last.before, last.role) == ("supervised", "replied", "author")
    assert told(last) == sorted([("lead", handler.name), ("office", office.name), ("deputy", deputy.name)])
    assert (suggestion.supervisions.get().supervisor, now(suggestion).due_at is not None) == (None, True)


def test_a_supervisor_is_of_the_office_and_named_once(case, office, other_office, handler, citizen):
    suggestion = case("supervised")
    change = workflow.name_supervisor(suggestion, by=office, supervisor=other_office)
    assert suggestion.supervisions.get().supervisor == other_office
    assert (change.note, change.read) == (other_office.get_full_name(), "staff")
    assert told(change) == sorted([("supervisor", other_office.name), ("author", citizen.name), ("lead", handler.name)])
    with pytest.raises(Stale):
        workflow.name_supervisor(suggestion, by=office, supervisor=other_office)
    with pytest.raises(MoveNotAllowed):
        workflow.name_supervisor(suggestion, by=office, supervisor=handler)
    with pytest.raises(MoveNotAllowed):
        workflow.name_supervisor(suggestion, by=handler, supervisor=office)


def test_ordered_again_the_lead_is_at_work_and_everybody_may_read_why(case, office, handler, citizen, deputy):
    suggestion = case("supervised")
    with pytest.raises(NoteNeeded):
        workflow.order_again(suggestion, by=office, note=" ")
    change = workflow.order_again(suggestion, by=office, note="请逐校核实")
    assert (now(suggestion).status, now(suggestion).due_rule, change.read) == ("in_progress", "1m", "public")
    assert told(change) == sorted([("author", citizen.name), ("lead", handler.name), ("deputy", deputy.name)])
    assert suggestion.supervisions.get().ended_at == change.at
    assert suggestion.assignments.get(part="lead").status == "taken"


def test_one_person_cannot_close_over_the_author(case, office, other_office, handler):
    suggestion = case("supervised")
    with pytest.raises(Stale):
        workflow.close_over(suggestion, by=other_office)
    with pytest.raises(NoteNeeded):
        workflow.propose_closing(suggestion, by=office, reason="  ")
    workflow.propose_closing(suggestion, by=office, reason=REASON)
    with pytest.raises(MoveNotAllowed):
        workflow.close_over(suggestion, by=office)
    with pytest.raises(MoveNotAllowed):
        workflow.close_over(suggestion, by=handler)
    assert now(suggestion).status == "supervised"
    # The database agrees.
    with pytest.raises(IntegrityError), transaction.atomic():
        Supervision.objects.update(consented_by=office)


def test_two_people_close_it_and_the_reason_is_published(
    case, office, other_office, citizen, neighbour, handler, approver
):
    suggestion = case("supervised")
    workflow.publish(suggestion, by=office)
    workflow.follow(suggestion, by=neighbour)
    workflow.propose_closing(suggestion, by=office, reason=REASON)
    change = workflow.close_over(suggestion, by=other_office)
    assert (change.event, change.note, change.read, now(suggestion).status) == (
        "closed_over", REASON, "public", "closed"
    )  # fmt: skip
    found = suggestion.supervisions.get()
    assert (found.closing_by, found.consented_by, found.ended_at) == (office, other_office, change.at)
    names = {(audience, name) for audience, name in told(change)}
    assert {("author", citizen.name), ("followers", neighbour.name), ("department", handler.name)} <= names
    assert len(names) == len({name for _audience, name in names})


def test_a_proposal_is_replaced_only_after_it_was_refused(case, office, other_office):
    suggestion = case("supervised")
    with pytest.raises(Stale):
        workflow.refuse_closing(suggestion, by=office, note="没有提议")
    workflow.propose_closing(suggestion, by=office, reason=REASON)
    with pytest.raises(Stale):
        workflow.propose_closing(suggestion, by=other_office, reason="另一个理由")
    workflow.refuse_closing(suggestion, by=other_office, note="还可以再试")
    with pytest.raises(Stale):
        workflow.close_over(suggestion, by=other_office)
    workflow.propose_closing(suggestion, by=other_office, reason="另一个理由")
    assert workflow.close_over(suggestion, by=office).note == "另一个理由"


def test_what_came_under_supervision_without_a_department_is_assigned(case, city, office, deputy, citizen):
    suggestion = case("triaging")
    for reason in ("不够", "还是不够"):
        workflow.answer_directly(suggestion, by=deputy, text="已了解。", result="D")
        workflow.rate(suggestion, by=citizen, attitude=3, result=1, reason=reason)
    assert now(suggestion).status == "supervised"
    with pytest.raises(MoveNotAllowed):
        workflow.order_again(suggestion, by=office, note="请再办")
    workflow.assign(suggestion, by=office, department=city.education)
    assert (now(suggestion).status, suggestion.supervisions.filter(ended_at=None).count()) == ("assigned", 0)


def test_supervised_twice_there_are_two_supervisions(case, office, handler, approver, citizen):
    suggestion = case("supervised")
    workflow.order_again(suggestion, by=office, note="请逐校核实")
    workflow.hand_in(suggestion, by=handler, text="已核实。", result="A")
    workflow.release_reply(suggestion, by=approver)
    workflow.rate(suggestion, by=citizen, attitude=1, result=1, reason="没有变化")
    assert [s.ended_at is None for s in suggestion.supervisions.all()] == [False, True]


@pytest.mark.django_db(transaction=True)
def test_of_two_consents_and_an_order_at_once_one_wins(case, office, other_office):
    suggestion = case("supervised")
    workflow.propose_closing(suggestion, by=office, reason=REASON)
    ready, found = threading.Barrier(3), []

    def run(say):
        try:
            ready.wait()
            say(Suggestion.objects.get(pk=suggestion.pk))
            found.append("done")
        except MoveNotAllowed:
            found.append("refused")
        finally:
            connection.close()

    says = [
        lambda s: workflow.close_over(s, by=other_office), lambda s: workflow.close_over(s, by=other_office),
        lambda s: workflow.order_again(s, by=office, note="请逐校核实"),
    ]  # fmt: skip
    threads = [threading.Thread(target=run, args=[say]) for say in says]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["done", "refused", "refused"]
    assert (
        SuggestionChange.objects.filter(
            subject=suggestion, before="supervised", after__in=["closed", "in_progress"]
        ).count()
        == 1
    )
