"""What a deputy does: claim, give back, answer what they know, refer, propose to decline, stand aside.

Deputies listen, triage and follow up; they do not handle problems themselves (代表法 2025, Art. 31, 59).
"""

from django.db import transaction

from fzportal.workflow import MoveNotAllowed, lock, move, record

from ..models import Recusal, Reply, Suggestion
from ..permissions import is_claimer, may_claim

S = Suggestion.Status


@transaction.atomic
def claim(suggestion, *, by):
    """Take a suggestion out of the pool; of many at once one wins, the others get Stale."""
    change = move(suggestion, S.TRIAGING, by=by)
    [suggestion.deputy_id] = by.scopes("deputy")
    suggestion.save(update_fields=["deputy"])
    return change


@transaction.atomic
def release(suggestion, *, by, note=""):
    """Give it back to the pool."""
    change = move(suggestion, S.ACCEPTED, by=by, note=note, event="given_back")
    suggestion.deputy = None
    suggestion.save(update_fields=["deputy"])
    return change


@transaction.atomic
def answer_directly(suggestion, *, by, text, result):
    """Answer oneself, with a reply class; no second person is needed for a deputy's own word."""
    lock(suggestion)
    change = move(suggestion, S.REPLIED, by=by)
    Reply.objects.create(
        suggestion=suggestion, deputy_id=suggestion.deputy_id, author=by, text=text, result=result,
        handed_in_at=change.at, released_at=change.at, released_by=by,
    )  # fmt: skip
    suggestion.answered_at = change.at
    suggestion.save(update_fields=["answered_at"])
    return change


@transaction.atomic
def refer(suggestion, *, by, opinion, department=None):
    """Pass it on to the office with one's opinion, which everybody may read, and the unit one proposes."""
    lock(suggestion)
    suggestion.proposed_lead = department
    suggestion.save(update_fields=["proposed_lead"])
    return move(suggestion, S.REFERRED, by=by, note=opinion)


@transaction.atomic
def propose_decline(suggestion, *, by, note):
    """Tell the office why this should not be taken here; the office decides."""
    lock(suggestion)
    if suggestion.status != S.TRIAGING or not is_claimer(by, suggestion) or not note.strip():
        raise MoveNotAllowed(suggestion, S.DECLINED, by)
    return record(suggestion, "decline_proposed", by=by, role="deputy", note=note)


@transaction.atomic
def recuse(suggestion, *, by, reason):
    """Stand aside: the case leaves this deputy's pool; a claimed one goes back to the others."""
    lock(suggestion)
    claimed = is_claimer(by, suggestion) and suggestion.status == S.TRIAGING
    if not (claimed or may_claim(by, suggestion)):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    [deputy] = by.scopes("deputy")
    Recusal.objects.get_or_create(suggestion=suggestion, deputy_id=deputy, defaults={"reason": reason})
    change = record(suggestion, "recused", by=by, role="deputy", note=reason)
    if claimed:
        release(suggestion, by=by)
    return change
