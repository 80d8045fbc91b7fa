"""What departments do with a proposal: take it on, speak with the deputy, reply; a second person releases."""

from django.db import transaction
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed, Stale, lock, move, record

from ...models import ContactMade, Proposal, ProposalReply
from ...permissions import is_proposal_co_handler, may_give_proposal_opinion, may_write_proposal_reply
from .bundled import answer_all

P = Proposal.Status


def take_on(proposal, *, by):
    """The lead department begins."""
    return move(proposal, P.IN_PROGRESS, by=by, event="proposal_taken_on")


@transaction.atomic
def return_assignment(proposal, *, by, reason, proposed=None):
    """The lead returns a wrong assignment, once, with the unit it proposes; the office decides (DOMAIN rule 4).

    The time promised to the authors runs on; the next assignment sets it anew.
    """
    change = move(proposal, P.SUBMITTED, by=by, note=reason, event="proposal_returned")
    proposal.department, proposal.proposed_lead = None, proposed
    proposal.save(update_fields=["department", "proposed_lead"])
    return change


@transaction.atomic
def give_opinion(proposal, *, by, text):
    """A department that assists gives the lead its written opinion, once."""
    lock(proposal)
    if not may_give_proposal_opinion(by, proposal) or not text.strip():
        raise (Stale if is_proposal_co_handler(by, proposal) else MoveNotAllowed)(proposal, proposal.status, by)
    part = proposal.parts.filter(department__in=by.scopes("handler"), opinion_at=None).first()
    change = record(proposal, "proposal_opinion_in", by=by, role="department", note=text)
    part.opinion, part.opinion_by, part.opinion_at = text, by, change.at
    part.save(update_fields=["opinion", "opinion_by", "opinion_at"])
    return change


def lock_at_work(proposal, by):
    """Lock a proposal whose reply is in the making, for the lead's handlers. Raises MoveNotAllowed."""
    lock(proposal)
    if not may_write_proposal_reply(by, proposal):
        raise MoveNotAllowed(proposal, P.REPLY_REVIEW, by)


@transaction.atomic
def log_contact(proposal, *, by, kind, on, note, with_whom=ContactMade.With.DEPUTY):
    """Keep that the deputy (or somebody else) was spoken with: without it no reply is handed in."""
    lock_at_work(proposal, by)
    made = ContactMade.objects.create(
        proposal=proposal, kind=kind, with_whom=with_whom, on=on, note=note, by=by,
        department_id=proposal.department_id,
    )  # fmt: skip
    record(proposal, "proposal_contacted", by=by, role="department", note=note)
    return made


@transaction.atomic
def save_reply(proposal, *, by, text, result="", contact="", promise="", promised_on=None):
    """Keep the reply in the making. Its author is whoever wrote last: that person may not release it."""
    lock_at_work(proposal, by)
    words = {"text": text, "result": result, "contact": contact, "author": by}
    words |= {"promise": promise, "promised_on": promised_on}
    reply, _made = ProposalReply.objects.update_or_create(
        proposal=proposal, released_at=None,
        defaults=words, create_defaults=words | {"department_id": proposal.department_id},
    )  # fmt: skip
    return reply


@transaction.atomic
def hand_in(proposal, *, by, text, result, contact="", promise="", promised_on=None):
    """Put the reply before the approver, once the deputy has been spoken with. A promise belongs to class B."""
    if result != ProposalReply.Class.B:
        promise, promised_on = "", None
    reply = save_reply(
        proposal, by=by, text=text, result=result, contact=contact, promise=promise, promised_on=promised_on
    )
    change = move(proposal, P.REPLY_REVIEW, by=by)
    reply.handed_in_at = change.at
    reply.save(update_fields=["handed_in_at"])
    return change


@transaction.atomic
def send_reply_back(proposal, *, by, reason):
    """Return the reply to its author with a reason; its text is kept."""
    change = move(proposal, P.IN_PROGRESS, by=by, note=reason, event="proposal_sent_back")
    proposal.replies.unreleased().update(handed_in_at=None)
    return change


@transaction.atomic
def release(proposal, *, by):
    """Release the reply; its author may not. It answers every suggestion taken up and still waiting."""
    change = move(proposal, P.REPLIED, by=by)
    reply = proposal.replies.unreleased().select_related("department").get()
    reply.released_at, reply.released_by = change.at, by
    reply.save(update_fields=["released_at", "released_by"])
    proposal.answered_at = change.at
    proposal.save(update_fields=["answered_at"])
    answer_all(proposal, reply, by=by, now=change.at)
    return change


@transaction.atomic
def close_silent(proposal, *, by=None, now=None):
    """Close a replied proposal its deputy did not evaluate in time; True when this call closed it."""
    now = now or timezone.now()
    lock(proposal)
    if proposal.status != P.REPLIED or proposal.due_at is None or proposal.due_at >= now:
        return False
    move(proposal, P.CLOSED, by=by, event="proposal_silent", now=now)
    return True
