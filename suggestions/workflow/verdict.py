"""What the author makes of a reply: a rating, once, changeable for seven days (DOMAIN rule 7)."""

from django.db import transaction

from fzportal.workflow import MoveNotAllowed, Stale, lock, move, record

from ..models import Rating, Suggestion, Verdict
from ..permissions import is_author, may_change_rating
from ..permissions.verdict import last_rating, was_dissatisfied
from .parts import parts_follow
from .supervision import begin_supervision, end_supervision

S = Suggestion.Status


def again_or_supervised(suggestion, besides=None):
    """Where dissatisfaction leads: handled again the first time, supervised from then on."""
    return S.SUPERVISED if was_dissatisfied(suggestion, besides) else S.REHANDLING


def keep(change, *, attitude, result, missed_points=False):
    """Keep what was given beside its line of history: a rating may change, what was said at a moment does not."""
    return Verdict.objects.create(change=change, attitude=attitude, result=result, missed_points=missed_points)


@transaction.atomic
def rate(suggestion, *, by, attitude, result, missed_points=False, reason=""):
    """Rate the latest released reply: satisfied closes the case; a dissatisfied result has it handled again.

    ``attitude`` and ``result`` are ``Rating.Grade`` values. Raises Stale when there is nothing to rate any more.
    """
    lock(suggestion)
    is_dissatisfied = result == Rating.Grade.DISSATISFIED
    target = again_or_supervised(suggestion) if is_dissatisfied else S.CLOSED
    change = move(suggestion, target, by=by, note=reason, event=target if is_dissatisfied else "rated")
    given = {"attitude": attitude, "result": result, "missed_points": missed_points}
    keep(change, **given)
    Rating.objects.create(reply=suggestion.replies.released().last(), reason=reason, at=change.at, **given)
    begin_supervision(suggestion, now=change.at)
    parts_follow(suggestion, now=change.at)
    return change


@transaction.atomic
def change_rating(suggestion, *, by, attitude, result, missed_points=False, reason=""):
    """Change the rating of the latest reply within seven days; the case follows when the verdict turns.

    Returns the change, None when the same was given again. Raises Stale when it may not be changed any more.
    """
    lock(suggestion)
    if not may_change_rating(by, suggestion):
        raise (Stale if is_author(by, suggestion) else MoveNotAllowed)(suggestion, suggestion.status, by)
    rating = last_rating(suggestion)
    given = {"attitude": attitude, "result": result, "missed_points": missed_points}
    if all(getattr(rating, name) == value for name, value in given.items()) and rating.reason == reason.strip():
        return None
    change = turn(suggestion, rating, by=by, is_dissatisfied=result == Rating.Grade.DISSATISFIED, reason=reason)
    keep(change, **given)
    rating.attitude, rating.result, rating.missed_points = attitude, result, missed_points
    rating.reason, rating.changed_at = reason.strip(), change.at
    rating.save()
    begin_supervision(suggestion, now=change.at)
    parts_follow(suggestion, now=change.at)
    return change


def turn(suggestion, rating, *, by, is_dissatisfied, reason):
    """Take the case where the changed verdict leads; one that leads nowhere new is a line of history."""
    if is_dissatisfied and not rating.is_dissatisfied:
        return move(suggestion, again_or_supervised(suggestion, besides=rating), by=by, note=reason, event="lowered")
    # Closed over the author's dissatisfaction, it stays closed whatever the author says then.
    if is_dissatisfied or not rating.is_dissatisfied or suggestion.status == S.CLOSED:
        return record(suggestion, "rating_changed", by=by, role="author", note=reason)
    change = move(suggestion, S.CLOSED, by=by, note=reason, event="raised")
    end_supervision(suggestion, now=change.at)
    return change
