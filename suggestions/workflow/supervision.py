"""When the author was dissatisfied twice the office steps in (督办): a supervisor, another order, or an honest end."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import is_office
from fzportal.workflow import MoveNotAllowed, NoteNeeded, Reader, Stale, lock, move, record

from ..models import Suggestion, Supervision
from ..permissions.case import is_office as is_of_office
from .parts import parts_follow

S = Suggestion.Status


def begin_supervision(suggestion, *, now):
    """Open a supervision for a case that has just come under it; others are left alone."""
    if suggestion.status == S.SUPERVISED:
        Supervision.objects.get_or_create(suggestion=suggestion, ended_at=None, defaults={"began_at": now})


def end_supervision(suggestion, *, now):
    """End what supervision there is."""
    suggestion.supervisions.filter(ended_at=None).update(ended_at=now)


def running(suggestion, by):
    """The supervision under lock. Raises MoveNotAllowed for others than the office, Stale when there is none."""
    lock(suggestion)
    if not is_office(by):
        raise MoveNotAllowed(suggestion, S.SUPERVISED, by)
    found = suggestion.supervisions.filter(ended_at=None).first()
    if suggestion.status != S.SUPERVISED or found is None:
        raise Stale(suggestion, S.SUPERVISED, by)
    return found


@transaction.atomic
def name_supervisor(suggestion, *, by, supervisor):
    """Name who supervises the case: somebody of the office. Author, lead and supervisor hear it."""
    found = running(suggestion, by)
    if not is_of_office(supervisor, suggestion):
        raise MoveNotAllowed(suggestion, S.SUPERVISED, by)
    if found.supervisor_id == supervisor.pk:
        raise Stale(suggestion, S.SUPERVISED, by)
    found.supervisor = supervisor
    found.save(update_fields=["supervisor"])
    said = supervisor.get_full_name()
    return record(suggestion, "supervisor_named", by=by, role="office", note=said, read=Reader.STAFF)


@transaction.atomic
def order_again(suggestion, *, by, note, due_at=None):
    """Order the lead to handle it once more; everybody may read why."""
    change = move(suggestion, S.IN_PROGRESS, by=by, note=note, event="ordered_again", due_at=due_at)
    end_supervision(suggestion, now=change.at)
    parts_follow(suggestion, now=change.at)
    return change


@transaction.atomic
def propose_closing(suggestion, *, by, reason):
    """Propose to close over the author's dissatisfaction, with a reason everybody will read.

    Raises Stale while another proposal waits: a second person consents to the words they have read.
    """
    found = running(suggestion, by)
    if not reason.strip():
        raise NoteNeeded(suggestion, S.CLOSED, by)
    if found.closing_by_id is not None:
        raise Stale(suggestion, S.CLOSED, by)
    found.closing_reason, found.closing_by, found.closing_at = reason.strip(), by, timezone.now()
    found.save(update_fields=["closing_reason", "closing_by", "closing_at"])
    return record(suggestion, "closing_proposed", by=by, role="office", note=reason)


def proposed(suggestion, by):
    """The supervision whose closing is proposed, under lock. Raises as ``running``, Stale where nothing is proposed."""
    found = running(suggestion, by)
    if found.closing_by_id is None:
        raise Stale(suggestion, S.CLOSED, by)
    return found


@transaction.atomic
def refuse_closing(suggestion, *, by, note):
    """Do not agree to a proposed closing, or take back one's own."""
    found = proposed(suggestion, by)
    if not note.strip():
        raise NoteNeeded(suggestion, S.SUPERVISED, by)
    found.closing_reason, found.closing_by, found.closing_at = "", None, None
    found.save(update_fields=["closing_reason", "closing_by", "closing_at"])
    return record(suggestion, "closing_refused", by=by, role="office", note=note)


@transaction.atomic
def close_over(suggestion, *, by):
    """Consent, as a second person, to closing it; the reason proposed is published with it."""
    found = proposed(suggestion, by)
    change = move(suggestion, S.CLOSED, by=by, note=found.closing_reason, event="closed_over")
    found.consented_by = by
    found.save(update_fields=["consented_by"])
    end_supervision(suggestion, now=change.at)
    parts_follow(suggestion, now=change.at)
    return change
