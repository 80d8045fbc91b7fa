"""The author's verdict and what follows from it: ratings, promises, supervision (DOMAIN rules 6, 7)."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from fzportal.workflow import acts_as, is_clock

from ..models import Commitment, Rating
from .case import is_author, is_office, scopes

# A rating may be changed for so long.
CHANGEABLE = timedelta(days=7)


def verdicts(suggestion):
    """All ratings of a suggestion, of its replies and of its kept promises."""
    return Rating.objects.filter(Q(reply__suggestion=suggestion) | Q(commitment__suggestion=suggestion))


def last_rating(suggestion):
    """The rating of the latest released reply, or None."""
    reply = suggestion.replies.released().last()
    return Rating.objects.filter(reply=reply).first() if reply else None


def was_dissatisfied(suggestion, besides=None) -> bool:
    """Whether the author was dissatisfied with a result before, ``besides`` one rating."""
    found = verdicts(suggestion).filter(result=Rating.Grade.DISSATISFIED)
    return found.exclude(pk=besides.pk).exists() if besides else found.exists()


@acts_as("author")
def is_author_first(by, suggestion) -> bool:
    """The author, not dissatisfied before."""
    return is_author(by, suggestion) and not was_dissatisfied(suggestion)


@acts_as("author")
def is_author_again(by, suggestion) -> bool:
    """The author, dissatisfied before."""
    return is_author(by, suggestion) and was_dissatisfied(suggestion)


def may_change_rating(by, suggestion) -> bool:
    """The author, for 7 days, while no new reply is under way and no promise was refused since."""
    S = suggestion.Status
    if not is_author(by, suggestion) or suggestion.status not in (S.CLOSED, S.REHANDLING, S.SUPERVISED):
        return False
    rating = last_rating(suggestion)
    if rating is None or rating.at <= timezone.now() - CHANGEABLE:
        return False
    # Then the case is open for the promise's sake: the rating of the reply could neither open nor close it.
    return not verdicts(suggestion).filter(result=Rating.Grade.DISSATISFIED, at__gt=rating.at).exists()


def _may_lower(by, suggestion):
    if not may_change_rating(by, suggestion):
        return None
    rating = last_rating(suggestion)
    return None if rating.is_dissatisfied else rating


@acts_as("author")
def may_lower_first(by, suggestion) -> bool:
    """Changes a good verdict to a dissatisfied one, for the first time."""
    rating = _may_lower(by, suggestion)
    return rating is not None and not was_dissatisfied(suggestion, besides=rating)


@acts_as("author")
def may_lower_again(by, suggestion) -> bool:
    """The same, dissatisfied before."""
    rating = _may_lower(by, suggestion)
    return rating is not None and was_dissatisfied(suggestion, besides=rating)


@acts_as("author")
def may_raise(by, suggestion) -> bool:
    """Changes a dissatisfied verdict to a better one."""
    return may_change_rating(by, suggestion) and last_rating(suggestion).is_dissatisfied


@acts_as("office")
def is_office_of_led(by, suggestion) -> bool:
    """The congress office, over a case a department leads."""
    return suggestion.department_id is not None and is_office(by)


@acts_as("office")
def is_office_of_missed(by, suggestion) -> bool:
    """The congress office, over a case with a broken promise."""
    return is_office(by) and suggestion.commitments.filter(status=Commitment.Status.MISSED).exists()


@acts_as("clock")
def is_clock_of_missed(by, suggestion) -> bool:
    """The portal itself, over a case with a broken promise."""
    return is_clock(by, suggestion) and suggestion.commitments.filter(status=Commitment.Status.MISSED).exists()


@acts_as("office")
def may_consent_to_closing(by, suggestion) -> bool:
    """A second person of the office, once a first one has proposed to close with a reason."""
    supervision = suggestion.supervisions.filter(ended_at=None).first()
    if supervision is None or supervision.closing_by_id is None or not is_office(by):
        return False
    return supervision.closing_by_id != by.pk


@acts_as("department")
def is_keeper(by, commitment) -> bool:
    """A handler of the department that promised."""
    return commitment.department_id in scopes(by, "handler")


@acts_as("department")
def may_confirm_kept(by, commitment) -> bool:
    """An approver of the department who did not write the report."""
    return commitment.department_id in scopes(by, "approver") and commitment.reported_by_id != by.pk


@acts_as("department")
def may_send_report_back(by, commitment) -> bool:
    """An approver of the department."""
    return commitment.missed_at is None and commitment.department_id in scopes(by, "approver")


@acts_as("department")
def may_send_late_report_back(by, commitment) -> bool:
    """The same, of a promise that was missed before."""
    return commitment.missed_at is not None and commitment.department_id in scopes(by, "approver")


@acts_as("office")
def may_send_report_back_as_office(by, commitment) -> bool:
    """The congress office."""
    return commitment.missed_at is None and is_office(by)


@acts_as("office")
def may_send_late_report_back_as_office(by, commitment) -> bool:
    """The same, of a promise that was missed before."""
    return commitment.missed_at is not None and is_office(by)


def may_rate_promise(by, commitment, now=None) -> bool:
    """The author, once, in time, while the case is answered: a reply under way is rated with it."""
    suggestion = commitment.suggestion
    S = suggestion.Status
    if not is_author(by, suggestion) or suggestion.status not in (S.REPLIED, S.CLOSED):
        return False
    if commitment.status != Commitment.Status.FULFILLED or Rating.objects.filter(commitment=commitment).exists():
        return False
    return timezone.localdate(now or timezone.now()) <= commitment.rate_by


def _may_refuse(by, suggestion) -> bool:
    if not is_author(by, suggestion):
        return False
    kept = suggestion.commitments.filter(status=Commitment.Status.FULFILLED, rating=None)
    return any(may_rate_promise(by, c) for c in kept)


@acts_as("author")
def may_refuse_first(by, suggestion) -> bool:
    """Dissatisfied with a promise reported as kept, for the first time in this case."""
    return _may_refuse(by, suggestion) and not was_dissatisfied(suggestion)


@acts_as("author")
def may_refuse_again(by, suggestion) -> bool:
    """The same, dissatisfied before."""
    return _may_refuse(by, suggestion) and was_dissatisfied(suggestion)
