"""What the office does to a case it supervises, and over a broken promise: acts of ``acts.py``."""

from accounts.permissions import is_office

from .. import ledger, workflow
from ..forms.supervision import supervision_of
from ..models import Commitment, Suggestion

S = Suggestion.Status


def may_name_supervisor(by, suggestion) -> bool:
    """While it is supervised."""
    return is_office(by) and suggestion.status == S.SUPERVISED


def may_propose_closing(by, suggestion) -> bool:
    """While it is supervised and no proposal waits."""
    found = supervision_of(suggestion) if may_name_supervisor(by, suggestion) else None
    return found is not None and found.closing_by_id is None


def may_refuse_closing(by, suggestion) -> bool:
    """While a proposal waits: a second person, or whoever made it."""
    found = supervision_of(suggestion) if may_name_supervisor(by, suggestion) else None
    return found is not None and found.closing_by_id is not None


def has_report(by, suggestion) -> bool:
    """A promise is reported as kept and not confirmed."""
    return is_office(by) and suggestion.commitments.filter(status=Commitment.Status.REPORTED).exists()


def send_report_back(suggestion, *, by, commitment, reason):
    """The verb, from the suggestion's page."""
    return workflow.send_report_back(commitment, by=by, reason=reason)


def about(suggestion, user) -> dict:
    """For the case page: the supervisions, newest last, and its promises."""
    rows = suggestion.supervisions.select_related("supervisor", "closing_by", "consented_by")
    supervisions = list(rows)
    waits = next((s for s in supervisions if s.ended_at is None and s.closing_by_id), None)
    return {
        "supervisions": supervisions,
        "promises": ledger.promises(suggestion, None),
        "needs_another": waits is not None and waits.closing_by_id == user.pk,
    }
