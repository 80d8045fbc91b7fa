"""What is true of a case at every moment, whatever has happened to it."""

from itertools import groupby
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from fzportal import workdays
from suggestions.models import AssignmentChange, CommitmentChange, Rating, Suggestion, SuggestionChange
from suggestions.permissions import CodeHolder

from . import ways


class Seen(NamedTuple):
    """A case with everything that belongs to it, read once."""

    case: Suggestion
    lines: list
    parts: list
    part_lines: list
    promises: list
    promise_lines: list
    replies: list
    ratings: list
    supervisions: list

    @classmethod
    def of(cls, case):
        mine = Q(reply__suggestion=case) | Q(commitment__suggestion=case)
        return cls(
            case=case,
            lines=list(case.changes.all()),
            parts=list(case.assignments.all()),
            part_lines=list(AssignmentChange.objects.filter(subject__suggestion=case)),
            promises=list(case.commitments.select_related("reply")),
            promise_lines=list(CommitmentChange.objects.filter(subject__suggestion=case)),
            replies=list(case.replies.order_by("pk")),
            ratings=list(Rating.objects.filter(mine).select_related("commitment")),
            supervisions=list(case.supervisions.all()),
        )

    def told(self, event):
        """The lines of the case in which this happened."""
        return [line for line in self.lines if line.event == event]


class Touched:
    """Which cases have a new line since this was asked last."""

    def __init__(self):
        self.last = dict.fromkeys((SuggestionChange, AssignmentChange, CommitmentChange), 0)

    def since(self):
        """Their pks."""
        found = set()
        for model in self.last:
            owner = "subject" if model is SuggestionChange else "subject__suggestion"
            rows = list(model.objects.filter(pk__gt=self.last[model]).values_list("pk", owner))
            self.last[model] = max([self.last[model], *(pk for pk, _case in rows)])
            found |= {case for _pk, case in rows}
        return found


def only_ways_there_are(subject, lines, table):
    """Every line follows from the one before, on a way of the hand-written table; nobody acts as what they are not."""
    at = None
    for line in lines:
        assert at is None or line.before == at, f"{subject}: at {at}, but {line} ({line.event})"
        if line.before != line.after:
            assert (line.event, line.role) in table.get((line.before, line.after), ()), f"{line} {line.event}"
        assert line.role != "clock" or line.by_id is None
        assert line.by_id is not None or line.role in ("clock", "author")
        at = line.after
    assert at is None or subject.status == at


def due_is_explained(subject):
    """A due date, its beginning and its rule come together, and the rule leads from the one to the other."""
    if subject.due_at is None:
        assert (subject.due_since, subject.due_rule) == (None, ""), f"{subject} {subject.due_rule}"
        return
    counted = workdays.due(timezone.localdate(subject.due_since), subject.due_rule)
    assert subject.due_at == workdays.close_of(counted), f"{subject}: {subject.due_at} by {subject.due_rule}"


def somebody_has_a_way_on(stage, seen):
    """Besides withdrawing: a move of the case, or the opinion it waits for."""
    case, names = seen.case, list(stage.people)
    if case.status in ways.ENDS:
        return
    likely = ["office", *stage.handlers.get(case.department_id, ()), *stage.approvers.get(case.department_id, ())]
    people = [stage.people[name] for name in dict.fromkeys([*likely, *names])]
    if any(m.target != "withdrawn" for by in (*people, CodeHolder(case)) for m in case.moves_for(by)):
        return
    late = [part for part in seen.parts if part.part == "co" and part.status in ("given", "taken")]
    assert any(part.moves_for(by) for part in late for by in people), f"{case.status}: nobody can go on"


def parts_fit(seen):
    """One department leads where one must, none after an end but the answered; who answered is done."""
    case = seen.case
    active = [part for part in seen.parts if part.status not in ("returned", "relieved")]
    leads = [part for part in active if part.part == "lead"]
    led = case.status in ways.LED or (case.status in ways.ANSWERED and case.department_id)
    assert [part.department_id for part in leads] == ([case.department_id] if led else []), f"{case.status} {leads}"
    allowed = {
        "assigned": {"given"}, "in_progress": {"taken"}, "reply_review": {"taken"}, "replied": {"done"},
        "rehandling": {"taken"}, "supervised": {"done", "taken"}, "closed": {"done"},
    }  # fmt: skip
    assert {part.status for part in leads} <= allowed.get(case.status, set()), f"{case.status}: {leads[0].status}"
    if case.status in ("merged", "withdrawn", "declined"):
        assert active == [], f"{case.status}: {active}"
    if case.status in ("replied", "closed"):
        assert {part.status for part in active} <= {"done"}, f"{case.status}: {[p.status for p in active]}"
    assert all((part.opinion_at is None) == (part.opinion == "") for part in seen.parts)


def one_rating_a_reply(seen):
    """As many ratings as times the author rated, of released replies and kept promises alone."""
    of_replies = [rating.reply_id for rating in seen.ratings if rating.reply_id]
    released = {reply.pk for reply in seen.replies if reply.released_at}
    assert len(set(of_replies)) == len(of_replies) and set(of_replies) <= released
    events = [line.event for line in seen.lines if line.role == "author"]
    assert len(of_replies) == sum(event in ("rated", "rehandling", "supervised") for event in events)
    of_promises = [rating.commitment for rating in seen.ratings if rating.commitment]
    told = sum(line.event == "promise_rated" for line in seen.promise_lines)
    assert len(of_promises) == events.count("promise_refused") + told
    assert {promise.status for promise in of_promises} <= {"fulfilled"}


def replies_fit(seen):
    """Answered when the last reply was released, by a second person; one at most in the making."""
    released = [reply for reply in seen.replies if reply.released_at]
    waiting = [reply for reply in seen.replies if not reply.released_at]
    assert seen.case.answered_at == (released[-1].released_at if released else None)
    assert len(waiting) <= 1
    assert all(r.released_by_id != r.author_id for r in released if r.department_id and not r.proposal_id)
    if seen.case.status in ("replied", "rehandling", "supervised"):
        assert released
    if seen.case.status == "reply_review":
        assert waiting[0].handed_in_at and waiting[0].text and waiting[0].result in list("ABCD")


def ledger_is_consistent(seen):
    """Promised once released, kept on the word of two, and missed only with the case open."""
    for promise in seen.promises:
        lines = [line for line in seen.promise_lines if line.subject_id == promise.pk]
        assert (promise.status == "drafted") == (promise.reply.released_at is None)
        assert promise.due_at == (workdays.close_of(promise.due_on) if promise.status != "fulfilled" else None)
        if promise.status in ("reported", "fulfilled"):
            assert promise.report and promise.reported_by_id
        if promise.status == "fulfilled":
            assert promise.confirmed_by_id not in (None, promise.reported_by_id)
            assert promise.fulfilled_at >= promise.reply.released_at
        else:
            assert promise.fulfilled_at is None and promise.confirmed_by_id is None
        missed = [line.at for line in lines if line.event == "promise_missed"]
        assert promise.missed_at == (missed[-1] if missed else None)
        for at in missed:
            then = [line.after for line in seen.lines if line.at <= at][-1]
            assert then not in (*ways.ENDS, "replied"), f"missed, and the case {then}"


def supervision_fits(seen):
    """Supervised is who has a supervision running; closing over it took two people and a reason."""
    running = [s for s in seen.supervisions if s.ended_at is None]
    assert len(running) == (seen.case.status == "supervised"), f"{seen.case.status} {running}"
    consented = [s for s in seen.supervisions if s.consented_by_id]
    assert len(seen.told("closed_over")) == len(consented)
    assert all(s.closing_reason and s.closing_by_id != s.consented_by_id and s.ended_at for s in consented)


def proposal_holds(stage, proposal):
    """A proposal's own ways and due date; its cases are with it exactly while it is under way."""
    only_ways_there_are(proposal, list(proposal.changes.all()), ways.PROPOSAL)
    due_is_explained(proposal)
    escalated = list(proposal.suggestions.filter(status="escalated"))
    assert proposal.status in ways.UNDER_WAY or not escalated, f"{proposal.status}: {escalated}"
    released = [reply for reply in proposal.replies.all() if reply.released_at]
    assert all(reply.released_by_id != reply.author_id for reply in released)
    assert proposal.answered_at == (released[-1].released_at if released else None)
    if proposal.status not in ("closed", "withdrawn"):
        talks = proposal.status in ("in_progress", "rehandling")
        on = talks or any(proposal.moves_for(by) for by in stage.people.values()) or not proposal.suggestions.exists()
        assert on, f"{proposal.status}: nobody can go on"


def everything_holds(stage, case):
    """All of it, of a case with its parts and promises."""
    seen = Seen.of(case)
    only_ways_there_are(case, seen.lines, ways.CASE)
    for owners, lines, table in ((seen.parts, seen.part_lines, ways.PART),
                                 (seen.promises, seen.promise_lines, ways.PROMISE)):  # fmt: skip
        by_owner = {pk: list(group) for pk, group in groupby(
            sorted(lines, key=lambda line: (line.subject_id, line.pk)), key=lambda line: line.subject_id
        )}  # fmt: skip
        for owner in owners:
            only_ways_there_are(owner, by_owner.get(owner.pk, []), table)
    for subject in (case, *seen.parts, *seen.promises):
        due_is_explained(subject)
    for holds in (parts_fit, one_rating_a_reply, replies_fit, ledger_is_consistent, supervision_fits):
        holds(seen)
    somebody_has_a_way_on(stage, seen)
    if case.status == "escalated":
        assert case.taken_up.status in ways.UNDER_WAY, case.taken_up.status
