"""The ledger of promises (承诺事项): drafted with a reply, in force once it is released, kept or missed."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from fzportal import workdays
from fzportal.workflow import MoveNotAllowed, Stale, lock, move, record

from ..models import Commitment, Evidence, Rating, Suggestion, Verdict
from ..permissions import is_author, is_keeper, may_rate_promise
from ..permissions.verdict import was_dissatisfied
from .citizen import TooMany
from .files import store
from .parts import parts_follow
from .supervision import begin_supervision

S = Suggestion.Status
C = Commitment.Status


def draft_commitments(reply, promises):
    """Keep what a reply in the making promises, [(what, date or None)], in place of what it promised before."""
    reply.commitments.filter(status=C.DRAFTED).delete()
    now = timezone.now()
    Commitment.objects.bulk_create([
        Commitment(
            reply=reply, suggestion_id=reply.suggestion_id, department_id=reply.department_id, what=what, due_on=on,
            due_at=on and workdays.close_of(on), due_since=now, due_rule=f"={on}" if on else "",
        )
        for what, on in promises
    ])  # fmt: skip


def promise(commitment, *, now):
    """Put a drafted commitment in force."""
    return move(commitment, C.PROMISED, by=None, now=now)


def lock_to_show(commitment, by):
    """Lock a promise whose evidence ``by`` may change. Raises Stale when it is reported already, MoveNotAllowed."""
    lock(commitment.suggestion)
    lock(commitment)
    if not is_keeper(by, commitment):
        raise MoveNotAllowed(commitment, C.REPORTED, by)
    if commitment.status not in (C.PROMISED, C.MISSED):
        raise Stale(commitment, C.REPORTED, by)


@transaction.atomic
def attach_to_promise(commitment, *, by, found):
    """Keep an examined file that shows what was done. Raises as ``lock_to_show``, TooMany, OSError."""
    lock_to_show(commitment, by)
    if commitment.evidence.count() >= settings.ATTACHMENTS_PER_SUGGESTION:
        raise TooMany(commitment, commitment.status, by)
    return store(Evidence, found, commitment=commitment, by=by)


@transaction.atomic
def detach_from_promise(commitment, *, by, pk):
    """Take a file off and delete it; one that is gone already is no matter. Raises as ``lock_to_show``."""
    lock_to_show(commitment, by)
    evidence = commitment.evidence.filter(pk=pk).first()
    if evidence is not None:
        file = evidence.file
        evidence.delete()
        transaction.on_commit(lambda: file.storage.delete(file.name), robust=True)


@transaction.atomic
def report_kept(commitment, *, by, report):
    """Say what was done; a second person of the department confirms it."""
    lock(commitment.suggestion)
    change = move(commitment, C.REPORTED, by=by)
    commitment.report, commitment.reported_by = report, by
    commitment.save(update_fields=["report", "reported_by"])
    return change


@transaction.atomic
def send_report_back(commitment, *, by, reason):
    """Return the report with a reason: the promise is due again, or overdue as it was before."""
    lock(commitment.suggestion)
    lock(commitment)
    target = C.MISSED if commitment.missed_at else C.PROMISED
    return move(commitment, target, by=by, note=reason, event="promise_sent_back")


@transaction.atomic
def confirm_kept(commitment, *, by):
    """Confirm that the promise is kept; the author is asked to rate again."""
    lock(commitment.suggestion)
    now = timezone.now()
    # Before the move: a kept promise says from its first moment when it was kept.
    lock(commitment)
    commitment.fulfilled_at = now
    commitment.save(update_fields=["fulfilled_at"])
    change = move(commitment, C.FULFILLED, by=by, now=now)
    commitment.confirmed_by = by
    commitment.save(update_fields=["confirmed_by"])
    return change


@transaction.atomic
def miss(commitment, *, by=None, now=None):
    """Mark a promise whose day has passed; an answered case is open again. True when this call did."""
    now = now or timezone.now()
    suggestion = lock(commitment.suggestion)
    lock(commitment)
    if commitment.status != C.PROMISED or commitment.due_at >= now:
        return False
    move(commitment, C.MISSED, by=by, now=now)
    commitment.missed_at = now
    commitment.save(update_fields=["missed_at"])
    if suggestion.status in (S.CLOSED, S.REPLIED):
        move(suggestion, S.IN_PROGRESS, by=by, event="reopened", now=now)
        parts_follow(suggestion, now=now)
    return True


@transaction.atomic
def reopen(suggestion, *, by, note):
    """The office opens a closed case again over a broken promise."""
    change = move(suggestion, S.IN_PROGRESS, by=by, note=note, event="reopened")
    parts_follow(suggestion, now=change.at)
    return change


@transaction.atomic
def rate_promise(commitment, *, by, attitude, result, reason=""):
    """Rate a promise reported as kept, once; dissatisfied, the case is handled again or supervised.

    ``attitude`` and ``result`` are ``Rating.Grade`` values. Raises Stale when there is nothing to rate any more.
    """
    suggestion = lock(commitment.suggestion)
    lock(commitment)
    commitment.suggestion = suggestion
    if not may_rate_promise(by, commitment):
        raise (Stale if is_author(by, suggestion) else MoveNotAllowed)(suggestion, S.CLOSED, by)
    if result == Rating.Grade.DISSATISFIED:
        target = S.SUPERVISED if was_dissatisfied(suggestion) else S.REHANDLING
        change = move(suggestion, target, by=by, note=reason, event="promise_refused")
        Verdict.objects.create(change=change, attitude=attitude, result=result)
        begin_supervision(suggestion, now=change.at)
        parts_follow(suggestion, now=change.at)
    else:
        change = record(commitment, "promise_rated", by=by, role="author", note=reason)
    Rating.objects.create(commitment=commitment, attitude=attitude, result=result, reason=reason, at=change.at)
    return change
