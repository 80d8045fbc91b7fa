"""What deputies do: raise a proposal with what they claimed, sign it together, submit it, evaluate the reply."""

from django.db import transaction
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed, NoteNeeded, Stale, lock, move, record
from liaison.models import Deputy

from ...models import CoSigner, Proposal, ProposalSeries, Rating, Suggestion
from ...permissions import is_bearer, is_claimer, is_invited
from .bundled import hand_back, let_go, locked

P = Proposal.Status
S = Suggestion.Status


def lock_draft(proposal, by):
    """Lock a draft for the deputy who raises it. Raises MoveNotAllowed for others, Stale once it is submitted."""
    lock(proposal)
    if not is_bearer(by, proposal):
        raise MoveNotAllowed(proposal, P.DRAFT, by)
    if proposal.status != P.DRAFT:
        raise Stale(proposal, P.DRAFT, by)


@transaction.atomic
def begin(*, by, title, situation="", request="", category=None):
    """A new draft. A form sent twice makes one: the same words in an open draft of the deputy's are that draft.

    Raises MoveNotAllowed for others than deputies.
    """
    mine = by.scopes("deputy")
    if not mine:
        raise MoveNotAllowed(Proposal(), P.DRAFT, by)
    deputy = lock(Deputy.objects.get(pk__in=mine))
    words = {"title": title, "situation": situation, "request": request, "category": category}
    found = Proposal.objects.filter(deputy=deputy, status=P.DRAFT, number=None, **words).first()
    if found is not None:
        return found
    proposal = Proposal.objects.create(deputy=deputy, term_id=deputy.term_id, is_demo=deputy.is_demo, **words)
    record(proposal, "proposal_begun", by=by, role="deputy")
    return proposal


@transaction.atomic
def edit(proposal, *, by, title, situation, request, category=None):
    """Change the words of a draft. Who signed other words is asked anew."""
    lock_draft(proposal, by)
    words = {"title": title, "situation": situation, "request": request, "category": category}
    if all(getattr(proposal, name) == value for name, value in words.items()):
        return proposal
    for name, value in words.items():
        setattr(proposal, name, value)
    proposal.save(update_fields=[*words])
    now = timezone.now()
    record(proposal, "proposal_edited", by=by, role="deputy", now=now)
    again = proposal.co_signers.filter(has_signed=True)
    if again.update(has_signed=None, answered_at=None, invited_at=now):
        record(proposal, "proposal_invited", by=by, role="deputy", now=now)
    return proposal


@transaction.atomic
def bundle(proposal, *, by, suggestion):
    """Keep a suggestion one has claimed with the draft; it leaves another draft of one's own. It goes on as it is
    until the proposal is submitted. Raises Stale when it is not in one's hands any more."""
    lock_draft(proposal, by)
    lock(suggestion)
    if suggestion.status != S.TRIAGING or not is_claimer(by, suggestion) or suggestion.deputy_id != proposal.deputy_id:
        raise Stale(suggestion, S.ESCALATED, by)
    suggestion.taken_up = proposal
    suggestion.save(update_fields=["taken_up"])
    return record(proposal, "proposal_bundled", by=by, role="deputy", note=suggestion.number)


@transaction.atomic
def unbundle(proposal, *, by, suggestion):
    """Take a suggestion out of the draft again."""
    lock_draft(proposal, by)
    lock(suggestion)
    if suggestion.taken_up_id != proposal.pk:
        raise Stale(proposal, P.DRAFT, by)
    suggestion.taken_up = None
    suggestion.save(update_fields=["taken_up"])
    return record(proposal, "proposal_unbundled", by=by, role="deputy", note=suggestion.number)


@transaction.atomic
def take_up(suggestion, *, by, proposal=None):
    """From the case: keep it with an open draft, or (None) with a new one called as the suggestion is."""
    if proposal is None:
        title = suggestion.public.title if suggestion.public else suggestion.title
        proposal = begin(by=by, title=title, category=suggestion.category)
    bundle(proposal, by=by, suggestion=suggestion)
    return proposal


@transaction.atomic
def invite(proposal, *, by, deputies):
    """Ask ``deputies`` to sign; who was asked before is not asked again."""
    lock_draft(proposal, by)
    now = timezone.now()
    asked = set(proposal.co_signers.values_list("deputy", flat=True)) | {proposal.deputy_id}
    new = [CoSigner(proposal=proposal, deputy=d, invited_at=now) for d in deputies if d.pk not in asked]
    CoSigner.objects.bulk_create(new)
    if new:
        record(proposal, "proposal_invited", by=by, role="deputy", now=now)
    return new


def sign(proposal, *, by):
    """Sign it with its author."""
    return _reply_to_invitation(proposal, by, has_signed=True, event="proposal_signed")


def refuse(proposal, *, by):
    """Do not sign it."""
    return _reply_to_invitation(proposal, by, has_signed=False, event="proposal_not_signed")


@transaction.atomic
def _reply_to_invitation(proposal, by, *, has_signed, event):
    lock(proposal)
    if not is_invited(by, proposal):
        was_asked = proposal.co_signers.filter(deputy__in=by.scopes("deputy")).exists()
        raise (Stale if was_asked else MoveNotAllowed)(proposal, proposal.status, by)
    if proposal.status != P.DRAFT:
        raise Stale(proposal, P.DRAFT, by)
    change = record(proposal, event, by=by, role="deputy")
    invitation = proposal.co_signers.get(deputy__in=by.scopes("deputy"), has_signed=None)
    invitation.has_signed, invitation.answered_at = has_signed, change.at
    invitation.save(update_fields=["has_signed", "answered_at"])
    return change


@transaction.atomic
def submit(proposal, *, by):
    """Hand it to the congress office under a number of the year; its suggestions are taken up with it.

    One that was sent back keeps its number and term.
    """
    lock(proposal)
    kept, now = locked(proposal, S.TRIAGING), timezone.now()
    if proposal.number is None:
        proposal.number = ProposalSeries.take(timezone.localdate(now).year)
        proposal.term_id = proposal.deputy.term_id
    proposal.submitted_at = now
    proposal.save(update_fields=["number", "term", "submitted_at"])
    change = move(proposal, P.SUBMITTED, by=by, now=now)
    for suggestion in kept:
        move(suggestion, S.ESCALATED, by=by, event="taken_up", now=now)
    return change


@transaction.atomic
def withdraw(proposal, *, by):
    """Take it back before it is assigned; its suggestions are in the deputy's hands again, part of nothing."""
    change = move(proposal, P.WITHDRAWN, by=by)
    hand_back(proposal, now=change.at)
    let_go(proposal)
    return change


@transaction.atomic
def evaluate(proposal, *, by, grade, note=""):
    """Say what one thinks of the reply, a ``Rating.Grade``: dissatisfied, with a reason, it is handled again.

    Authors judge the answers to their suggestions for themselves; this changes nothing there.
    """
    lock(proposal)
    is_dissatisfied = grade == Rating.Grade.DISSATISFIED
    if is_dissatisfied and not note.strip():
        raise NoteNeeded(proposal, P.REHANDLING, by)
    target, event = (P.REHANDLING, "proposal_rehandling") if is_dissatisfied else (P.CLOSED, "proposal_evaluated")
    change = move(proposal, target, by=by, note=note, event=event)
    reply = proposal.replies.released().last()
    reply.evaluation, reply.evaluation_note, reply.evaluated_at = grade, note.strip(), change.at
    reply.save(update_fields=["evaluation", "evaluation_note", "evaluated_at"])
    return change
