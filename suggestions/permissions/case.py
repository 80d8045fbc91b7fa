"""Who somebody is to a suggestion, and what they may read of it.

``by`` is a user, a ``CodeHolder`` (somebody who typed number and query code), or None (the clock).
"""

from accounts.permissions import CodeHolder, is_office
from fzportal.workflow import acts_as, is_clock
from liaison import permissions as liaison

from ..models import Suggestion
from ..models.scope import deputies_of

__all__ = ["CodeHolder", "is_clock", "is_office"]


def scopes(by, name) -> frozenset:
    """The pks ``by`` is ``name`` for; none for the clock and for strangers."""
    return by.scopes(name) if by is not None and by.is_authenticated else frozenset()


@acts_as("author")
def is_author(by, suggestion) -> bool:
    """Wrote it, or holds its query code."""
    if isinstance(by, CodeHolder):
        return by.holds(suggestion)
    return by is not None and by.is_authenticated and suggestion.author_id == by.pk


@acts_as("author")
def may_withdraw(by, suggestion) -> bool:
    """The author, until it is answered: what was answered and promised stays, whatever reopens it."""
    return suggestion.answered_at is None and is_author(by, suggestion)


@acts_as("deputy")
def may_claim(by, suggestion) -> bool:
    """A deputy in whose pool it waits, not recused."""
    if suggestion.status != Suggestion.Status.ACCEPTED or not scopes(by, "deputy"):
        return False
    return Suggestion.objects.in_pool_of(deputies_of(by)).filter(pk=suggestion.pk).exists()


@acts_as("officer")
def is_recording_officer(by, suggestion) -> bool:
    """Head or officer of the station where it was said."""
    return suggestion.reception_id is not None and liaison.is_officer(by, suggestion.reception.appointment)


@acts_as("deputy")
def is_recording_deputy(by, suggestion) -> bool:
    """A deputy on duty at the session where it was said."""
    return suggestion.reception_id is not None and liaison.is_on_duty(by, suggestion.reception.appointment)


@acts_as("office")
def is_recording_office(by, suggestion) -> bool:
    """The congress office, which stands in for every station."""
    return suggestion.reception_id is not None and is_office(by)


def was_present(by, reception) -> bool:
    """A deputy who was there when it was said at a station, and is not the one who said it."""
    mine = scopes(by, "deputy")
    if not mine or reception.appointment.user_id == by.pk:
        return False
    return reception.deputies.filter(pk__in=mine).exists()


@acts_as("deputy")
def heard_it(by, suggestion) -> bool:
    """A deputy who was present when it was said at a station, not recused."""
    if suggestion.reception_id is None or not was_present(by, suggestion.reception):
        return False
    return not suggestion.recusals.filter(deputy__in=by.scopes("deputy")).exists()


@acts_as("deputy")
def is_claimer(by, suggestion) -> bool:
    """The deputy who claimed it, while still a deputy."""
    return suggestion.deputy_id is not None and suggestion.deputy_id in scopes(by, "deputy")


@acts_as("deputy")
def is_answering_deputy(by, suggestion) -> bool:
    """The claiming deputy of a case no department ever led: they answered, they hear the dissatisfaction."""
    return suggestion.department_id is None and is_claimer(by, suggestion)


@acts_as("office")
def is_office_of_unled(by, suggestion) -> bool:
    """The congress office, over a case no department ever led: its deputy may be one no more."""
    return suggestion.department_id is None and is_office(by)


@acts_as("department")
def is_handler(by, suggestion) -> bool:
    """A handler of the lead department."""
    return suggestion.department_id is not None and suggestion.department_id in scopes(by, "handler")


@acts_as("department")
def is_approver(by, suggestion) -> bool:
    """An approver of the lead department."""
    return suggestion.department_id is not None and suggestion.department_id in scopes(by, "approver")


@acts_as("department")
def may_release(by, suggestion) -> bool:
    """An approver of the lead department who did not write the reply (DOMAIN rule 5)."""
    return is_approver(by, suggestion) and not suggestion.replies.unreleased().filter(author_id=by.pk).exists()


def may_see_contact(by, suggestion) -> bool:
    """The office always; the handling unit and the claiming deputy with the author's consent, while it is open."""
    if is_office(by):
        return True
    if not suggestion.is_open:
        return False
    if not (is_handler(by, suggestion) or is_claimer(by, suggestion)):
        return False
    return suggestion.consents.filter(kind="pass_contact", withdrawn_at=None).exists()


def may_read_note(by, suggestion, change) -> bool:
    """Whether the note of a change is for this reader."""
    if change.read == "public":
        return True
    if change.read == "author" and is_author(by, suggestion):
        return True
    return works_on(by, suggestion)


def works_on(by, suggestion) -> bool:
    """Staff of any role on this case, those who assist included."""
    if is_office(by) or is_claimer(by, suggestion) or is_handler(by, suggestion) or is_approver(by, suggestion):
        return True
    mine = scopes(by, "handler") | scopes(by, "approver")
    return bool(mine) and suggestion.assignments.active().filter(department__in=mine).exists()


def may_log_contact(by, suggestion) -> bool:
    """Staff of any role on a case where work is left to do."""
    return suggestion.is_open and works_on(by, suggestion)


def may_open_attachment(by, attachment) -> bool:
    """Published files of published suggestions are everybody's; others are the author's and the staff's.

    A draft is nobody's but its writer's.
    """
    suggestion = attachment.suggestion
    if suggestion.status == Suggestion.Status.DRAFT:
        return is_author(by, suggestion)
    if attachment.is_public and suggestion.published_at is not None:
        return True
    return is_author(by, suggestion) or works_on(by, suggestion) or may_claim(by, suggestion)


def may_open_evidence(by, evidence) -> bool:
    """Whoever may read the reply or the promise it belongs to: everybody once it is released and published."""
    reply = evidence.reply or evidence.commitment.reply
    suggestion = reply.suggestion
    # A department shows how it kept its promise, also when the case has gone to another since.
    keeps_it = reply.department_id in scopes(by, "handler") | scopes(by, "approver")
    if works_on(by, suggestion) or keeps_it:
        return True
    is_out = reply.released_at is not None and (evidence.reply_id or evidence.commitment.fulfilled_at)
    if not is_out:
        return False
    return suggestion.published_at is not None or is_author(by, suggestion) or was_merged_in(by, suggestion)


def was_merged_in(by, suggestion) -> bool:
    """Wrote one that goes on in this one: its answer is theirs too."""
    return any(is_author(by, merged) or was_merged_in(by, merged) for merged in suggestion.merged_here.all())
