"""Who may do what with a proposal of deputies (DOMAIN rules 1, 2)."""

from django.utils import timezone

from fzportal import workdays
from fzportal.workflow import acts_as

from ..models import ContactMade
from .case import scopes
from .department import RETURN_WITHIN


@acts_as("deputy")
def is_bearer(by, proposal) -> bool:
    """The deputy who raises it."""
    return proposal.deputy_id in scopes(by, "deputy")


@acts_as("deputy")
def may_submit_proposal(by, proposal) -> bool:
    """The deputy who raises it, once it takes up a suggestion."""
    return is_bearer(by, proposal) and proposal.suggestions.exists()


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
    """A handler of the lead, within 5 working days of the assignment (DOMAIN rule 4)."""
    if not is_proposal_handler(by, proposal) or proposal.due_since is None:
        return False
    if proposal.changes.filter(event="proposal_returned", by=by).exists():
        return False
    return workdays.between(timezone.localdate(proposal.due_since), timezone.localdate()) <= RETURN_WITHIN


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
