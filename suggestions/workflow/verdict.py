"""What the author makes of a reply: a rating, once, changeable for seven days (DOMAIN rule 7)."""

from django.db import transaction
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed, lock, move, record

from ..models import Rating, Suggestion
from ..permissions import may_change_rating
from ..permissions.verdict import last_rating, was_dissatisfied
from .parts import parts_follow
from .supervision import begin_supervision, end_supervision

S = Suggestion.Status


def again_or_supervised(suggestion, besides=None):
    """Where dissatisfaction leads: handled again the first time, supervised from then on."""
    return S.SUPERVISED if was_dissatisfied(suggestion, besides) else S.REHANDLING


@transaction.atomic
def rate(suggestion, *, by, attitude, result, missed_points=False, reason=""):
    """Rate the latest released reply: satisfied closes the case; a dissatisfied result has it handled again.

    ``attitude`` and ``result`` are ``Rating.Grade`` values. Raises Stale when there is nothing to rate any more.
    """
    lock(suggestion)
    is_dissatisfied = result == Rating.Grade.DISSATISFIED
    target = again_or_supervised(suggestion) if is_dissatisfied else S.CLOSED
    change = move(suggestion, target, by=by, note=reason, event=target if is_dissatisfied else "rated")
    reply = suggestion.replies.released().last()
    Rating.objects.create(
        reply=reply, attitude=attitude, result=result, missed_points=missed_points, reason=reason, at=change.at
    )
    begin_supervision(suggestion, now=change.at)
    parts_follow(suggestion, now=change.at)
    return change


@transaction.atomic
def change_rating(suggestion, *, by, attitude, result, missed_points=False, reason=""):
    """Change the rating of the latest reply within seven days; the case follows when the verdict turns.

    Raises MoveNotAllowed when it may not be changed (any more).
    """
    lock(suggestion)
    if not may_change_rating(by, suggestion):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    rating, is_dissatisfied = last_rating(suggestion), result == Rating.Grade.DISSATISFIED
    if is_dissatisfied == rating.is_dissatisfied or (not is_dissatisfied and suggestion.status == S.CLOSED):
        change = record(suggestion, "rating_changed", by=by, role="author", note=reason)
    elif is_dissatisfied:
        target = again_or_supervised(suggestion, besides=rating)
        change = move(suggestion, target, by=by, note=reason, event="lowered")
    else:
        change = move(suggestion, S.CLOSED, by=by, note=reason, event="raised")
        end_supervision(suggestion, now=change.at)
    rating.attitude, rating.result, rating.missed_points = attitude, result, missed_points
    rating.reason, rating.changed_at = reason, timezone.now()
    rating.save()
    begin_supervision(suggestion, now=change.at)
    parts_follow(suggestion, now=change.at)
    return change
