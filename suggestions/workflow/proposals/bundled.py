"""What a proposal's way does to the suggestions it takes up; the caller holds the proposal's lock."""

from fzportal import workdays
from fzportal.workflow import Reader, lock, move, reclock, record

from ...models import Assignment, Reply, Suggestion
from ..commitments import draft_commitments, promise
from ..parts import give, parts_follow

S = Suggestion.Status


def locked(proposal, status) -> list[Suggestion]:
    """Its suggestions in ``status``, locked by pk, without those that have gone another way a moment ago."""
    found = []
    for suggestion in list(proposal.suggestions.filter(status=status).order_by("pk").defer("search")):
        lock(suggestion)
        part_of_it = (suggestion.status, suggestion.taken_up_id) == (status, proposal.pk)
        # A case given back and claimed by another deputy is not in this one's hands any more.
        if part_of_it and (status != S.TRIAGING or suggestion.deputy_id == proposal.deputy_id):
            found.append(suggestion)
    return found


def hand_back(proposal, *, note="", now):
    """The proposal is not under way any more: its suggestions are in the deputy's hands again."""
    for suggestion in locked(proposal, S.ESCALATED):
        move(suggestion, S.TRIAGING, by=None, note=note, event="proposal_over", now=now)


def let_go(proposal):
    """The suggestions kept with it belong to no proposal any more."""
    for suggestion in locked(proposal, S.TRIAGING):
        suggestion.taken_up = None
        suggestion.save(update_fields=["taken_up"])


def share_clock(proposal, *, by, now):
    """The statutory time of the proposal is the time in which each suggestion is answered."""
    about = {"rule": proposal.due_rule, "since": proposal.due_since, "note": str(proposal.department)}
    for suggestion in locked(proposal, S.ESCALATED):
        reclock(suggestion, "assigned_by_proposal", by=by, role="office", read=Reader.PUBLIC, now=now, **about)


def answer_all(proposal, answer, *, by, now):
    """Answer every suggestion still part of it with the proposal's released reply ``answer``.

    The lead leads each from now on, so that handling again works as anywhere; a dated promise enters the ledger.
    Suggestions answered by an earlier reply keep their author's verdict: those concerned hear of the new one.
    """
    answered_before = list(Suggestion.objects.filter(pk__in=proposal.answered_here.values("suggestion")).order_by("pk"))
    assigned = proposal.changes.filter(event="proposal_assigned").last()
    for suggestion in locked(proposal, S.ESCALATED):
        reply = Reply.objects.create(
            suggestion=suggestion, proposal=proposal, department_id=answer.department_id, author_id=answer.author_id,
            text=answer.text, result=answer.result, contact=answer.contact, handed_in_at=answer.handed_in_at,
            released_at=now, released_by=by,
        )  # fmt: skip
        suggestion.department_id, suggestion.answered_at = answer.department_id, now
        suggestion.save(update_fields=["department", "answered_at"])
        give(suggestion, department=answer.department, part=Assignment.Part.LEAD, by=assigned.by, now=now)
        move(suggestion, S.REPLIED, by=None, event="answered_by_proposal", now=now)
        promise_in(reply, answer, now=now)
        parts_follow(suggestion, now=now)
    for suggestion in answered_before:
        record(suggestion, "proposal_answered_again", by=None, role="clock", read=Reader.PUBLIC, now=now)


def promise_in(reply, answer, *, now):
    """Put the promise of a class-B reply in force for one of its suggestions."""
    if answer.result != Reply.Class.B or not answer.promise or answer.promised_on is None:
        return
    if workdays.close_of(answer.promised_on) < now:
        # The day went by while the reply waited for release: nothing is promised for the past.
        return
    draft_commitments(reply, [(answer.promise, answer.promised_on)])
    for commitment in reply.commitments.all():
        promise(commitment, now=now)
