"""What the congress office does: send back, assign, mark the key ones."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import is_office
from fzportal.workflow import MoveNotAllowed, NoteNeeded, Reader, Stale, lock, move, record

from ...models import Proposal, ProposalPart
from .bundled import hand_back, share_clock

P = Proposal.Status


@transaction.atomic
def send_back(proposal, *, by, reason):
    """Return it to the deputy as not ready. Its suggestions are in the deputy's hands again, and stay with the draft:
    submitted anew it takes them along."""
    change = move(proposal, P.DRAFT, by=by, note=reason, event="proposal_not_taken")
    hand_back(proposal, note=reason, now=change.at)
    return change


@transaction.atomic
def assign(proposal, *, by, department, co=(), months=3, note=""):
    """Make ``department`` the lead and ``co`` those who assist; the statutory clock begins (代表法 2025, Art. 51).

    ``months``: 3, or 6 when it is broad and difficult: the reason is the office's consent, and everybody reads it.
    Raises NoteNeeded for six months without one. Every suggestion has the proposal's clock from now.
    """
    lock(proposal)
    if months == 6 and not note.strip():
        raise NoteNeeded(proposal, P.ASSIGNED, by)
    proposal.department, proposal.months, proposal.proposed_lead = department, months, None
    proposal.save(update_fields=["department", "months", "proposed_lead"])
    proposal.parts.exclude(department__in=co).delete()
    for other in co:
        if other != department:
            ProposalPart.objects.get_or_create(proposal=proposal, department=other)
    change = move(proposal, P.ASSIGNED, by=by, note=note)
    share_clock(proposal, by=by, now=change.at)
    return change


def lock_open(proposal, by):
    """Lock a proposal under way for the office. Raises MoveNotAllowed for others, Stale at an end."""
    lock(proposal)
    if not is_office(by):
        raise MoveNotAllowed(proposal, proposal.status, by)
    if not (proposal.is_public and proposal.is_open):
        raise Stale(proposal, proposal.status, by)


@transaction.atomic
def mark_key(proposal, *, by, supervisor):
    """Mark it as key (重点督办), supervised by ``supervisor``, a leader of the congress everybody may read of."""
    lock_open(proposal, by)
    proposal.is_key, proposal.supervisor = True, supervisor
    proposal.save(update_fields=["is_key", "supervisor"])
    return record(
        proposal, "proposal_marked_key", by=by, role="office", note=supervisor, read=Reader.PUBLIC, now=timezone.now()
    )


@transaction.atomic
def unmark_key(proposal, *, by):
    """Take the mark off again."""
    lock_open(proposal, by)
    proposal.is_key, proposal.supervisor = False, ""
    proposal.save(update_fields=["is_key", "supervisor"])
    return record(proposal, "proposal_unmarked_key", by=by, role="office")
