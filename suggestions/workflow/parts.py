"""Departments' parts in a suggestion: given, taken, an opinion, returned; and what the case's moves make of them."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import is_office
from fzportal.workflow import MoveNotAllowed, Stale, lock, move, record

from ..models import Assignment, Suggestion
from ..permissions.department import AT_WORK, RETURNS

S = Suggestion.Status
A = Assignment.Status


def give(suggestion, *, department, part, by, now):
    """Give a department its part; a co-handler's clock begins. After two returns the lead's part is final."""
    is_lead = part == Assignment.Part.LEAD
    given = Assignment(suggestion=suggestion, department=department, part=part, by=by, at=now)
    given.is_final = is_lead and suggestion.assignments.returned().lead().count() >= RETURNS
    given.due_at, given.due_rule = given.due_for(A.GIVEN, now)
    given.due_since = now if given.due_at else None
    given.save()
    record(given, "lead_given" if is_lead else "co_given", by=by, role="office", now=now)
    return given


@transaction.atomic
def involve(suggestion, *, by, department):
    """Have one more department assist the lead. Raises MoveNotAllowed, also without a lead, or when it has a part."""
    lock(suggestion)
    is_led = suggestion.status in AT_WORK and suggestion.department_id is not None
    part = suggestion.assignments.active().filter(department=department).first()
    is_done = part is not None and (part.part, part.status) == (Assignment.Part.CO, A.DONE)
    if not is_led or not is_office(by) or (part is not None and not is_done):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    if is_done:
        # It assisted with an earlier reply; its opinion of then stays with that part.
        move(part, A.RELIEVED, by=None, event="co_past")
    return give(suggestion, department=department, part=Assignment.Part.CO, by=by, now=timezone.now())


def lock_at_work(assignment, by):
    """Lock the case of a part, then the part. Raises Stale when nobody works on the case now."""
    suggestion = lock(assignment.suggestion)
    if suggestion.status not in AT_WORK:
        raise Stale(assignment, assignment.status, by)


@transaction.atomic
def take_part(assignment, *, by):
    """A co-handler begins."""
    lock_at_work(assignment, by)
    return move(assignment, A.TAKEN, by=by, event="co_taken")


@transaction.atomic
def give_opinion(assignment, *, by, text):
    """Give the lead one's written opinion. Raises Stale when the case is answered or the part is over."""
    lock_at_work(assignment, by)
    change = move(assignment, A.OPINION_IN, by=by)
    assignment.opinion, assignment.opinion_by, assignment.opinion_at = text, by, change.at
    assignment.save(update_fields=["opinion", "opinion_by", "opinion_at"])
    return change


@transaction.atomic
def return_part(assignment, *, by, reason):
    """A co-handler returns a wrong assignment, once, within 5 working days; the office and the lead hear why."""
    lock_at_work(assignment, by)
    return move(assignment, A.RETURNED, by=by, note=reason, event="co_returned")


@transaction.atomic
def relieve(assignment, *, by, reason):
    """The office takes a co-handler off the case."""
    lock(assignment.suggestion)
    return move(assignment, A.RELIEVED, by=by, note=reason, event="co_relieved")


@transaction.atomic
def return_case(suggestion, *, by, reason, proposed=None):
    """The lead returns a wrong assignment with the unit it proposes; the office decides (DOMAIN rule 4)."""
    lock(suggestion)
    part = suggestion.assignments.active().lead().first()
    if part is None:
        raise Stale(suggestion, S.REFERRED, by)
    change = move(suggestion, S.REFERRED, by=by, note=reason, event="returned")
    move(part, A.RETURNED, by=by, note=reason, event="lead_returned", now=change.at)
    suggestion.proposed_lead, suggestion.department = proposed, None
    suggestion.save(update_fields=["proposed_lead", "department"])
    drop_extension(suggestion, now=change.at)
    return change


def drop_extension(suggestion, *, now):
    """What was asked for and not decided lapses with the promise it was about; nobody refused it."""
    suggestion.extensions.filter(is_granted=None).update(is_granted=False, decided_at=now)


def parts_follow(suggestion, *, now):
    """Bring the parts where the suggestion has gone: done, relieved, or the lead at work again."""
    active = suggestion.assignments.active()
    if suggestion.status in (S.REPLIED, S.CLOSED, S.WITHDRAWN):
        drop_extension(suggestion, now=now)
    if suggestion.status in (S.REPLIED, S.CLOSED):
        for part in active.exclude(status=A.DONE):
            move(part, A.DONE, by=None, event="co_done", now=now)
    elif suggestion.status in (S.REHANDLING, S.IN_PROGRESS):
        for part in active.lead().filter(status=A.DONE):
            move(part, A.TAKEN, by=None, event="lead_again", now=now)
    elif suggestion.status == S.WITHDRAWN:
        relieve_all(active, now=now)


def relieve_all(parts, *, now):
    """End parts whose case is over or has gone to others."""
    for part in parts:
        move(part, A.RELIEVED, by=None, event="co_ended", now=now)
