"""Who may do what with a proposal of deputies (DOMAIN rules 1, 2)."""

from django.utils import timezone

from fzportal import workdays
from fzportal.workflow import acts_as

from ..models import ContactMade, Proposal
from .case import scopes
from .department import RETURN_WITHIN

P = Proposal.Status


@acts_as("deputy")
def is_bearer(by, proposal) -> bool:
    """The deputy who raises it."""
    return proposal.deputy_id in scopes(by, "deputy")


@acts_as("deputy")
def may_submit_proposal(by, proposal) -> bool:
    """The deputy who raises it, once it says what is proposed and takes up a suggestion that is in their hands."""
    return is_bearer(by, proposal) and bool(proposal.situation and proposal.request) and proposal.bundle().exists()


@acts_as("deputy")
def is_invited(by, proposal) -> bool:
    """A deputy asked to sign who has not answered."""
    mine = scopes(by, "deputy")
    return bool(mine) and proposal.co_signers.filter(deputy__in=mine, has_signed=None).exists()


@acts_as("department")
def is_proposal_handler(by, proposal) -> bool:
    """A handler of the lead department."""
    return proposal.department_id is not None and proposal.department_id in scopes(by, "handler")


@acts_as("department")
def is_proposal_approver(by, proposal) -> bool:
    """An approver of the lead department."""
    return proposal.department_id is not None and proposal.department_id in scopes(by, "approver")


@acts_as("department")
def is_proposal_co_handler(by, proposal) -> bool:
    """A handler of a department that assists."""
    mine = scopes(by, "handler")
    return bool(mine) and proposal.parts.filter(department__in=mine).exists()


@acts_as("department")
def may_return_proposal(by, proposal) -> bool:
    """A handler of the lead, within 5 working days, once: the office's second assignment is final (DOMAIN rule 4)."""
    if not is_proposal_handler(by, proposal) or proposal.due_since is None:
        return False
    if proposal.changes.filter(event="proposal_returned").exists():
        return False
    return workdays.between(timezone.localdate(proposal.due_since), timezone.localdate()) <= RETURN_WITHIN


def may_write_proposal_reply(by, proposal) -> bool:
    """A handler of the lead while the reply is in the making, and may log whom they spoke with."""
    return proposal.status in (P.IN_PROGRESS, P.REHANDLING) and is_proposal_handler(by, proposal)


def may_give_proposal_opinion(by, proposal) -> bool:
    """A handler of a department that assists and has said nothing yet, before the lead hands its reply in."""
    if proposal.status not in (P.ASSIGNED, P.IN_PROGRESS, P.REHANDLING):
        return False
    mine = scopes(by, "handler")
    return bool(mine) and proposal.parts.filter(department__in=mine, opinion_at=None).exists()


def works_on_proposal(by, proposal) -> bool:
    """Staff of any role on it: they read what was said among staff."""
    return type(proposal).objects.workable_by(by).filter(pk=proposal.pk).exists()


def has_spoken_with_deputy(proposal) -> bool:
    """The organ contacts the deputy before it replies (代表法 2025, Art. 51): a contact since the last reply."""
    talks = proposal.contacts_made.filter(with_whom=ContactMade.With.DEPUTY)
    last = proposal.replies.filter(released_at__isnull=False).last()
    return (talks.filter(at__gt=last.released_at) if last else talks).exists()


@acts_as("department")
def may_hand_in_proposal(by, proposal) -> bool:
    """A handler of the lead, once the deputy has been spoken with."""
    return is_proposal_handler(by, proposal) and has_spoken_with_deputy(proposal)


@acts_as("department")
def may_release_proposal(by, proposal) -> bool:
    """An approver of the lead who did not write the reply (DOMAIN rule 5)."""
    unreleased = proposal.replies.filter(released_at=None)
    return is_proposal_approver(by, proposal) and not unreleased.filter(author_id=by.pk).exists()
