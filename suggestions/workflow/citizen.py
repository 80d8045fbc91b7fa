"""What a citizen does: submit, answer a question, withdraw, rate, support, follow, take a consent back."""

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.permissions import is_verified
from fzportal.workflow import MoveNotAllowed, lock, move, record

from ..models import Consent, Contact, Follow, NumberSeries, Rating, Suggestion, Support
from ..permissions import is_author

S = Suggestion.Status


@transaction.atomic
def submit(suggestion, *, by, consents=(), contact=None):
    """Turn a draft into a numbered suggestion. The draft is its own one-time key: a second submit changes nothing.

    ``consents``: kinds given; ``contact``: dict with name, phone, email. Raises MoveNotAllowed for an unverified author.
    """
    lock(suggestion)
    if suggestion.status != S.DRAFT and is_author(by, suggestion):
        return suggestion
    if not is_verified(by):
        raise MoveNotAllowed(suggestion, S.SUBMITTED, by)
    now = timezone.now()
    [suggestion.number] = NumberSeries.take(timezone.localdate(now).year)
    suggestion.submitted_at = now
    suggestion.save(update_fields=["number", "submitted_at"])
    for kind in consents:
        Consent.objects.create(suggestion=suggestion, kind=kind, version=settings.CONSENT_VERSION)
    Contact.objects.update_or_create(suggestion=suggestion, defaults=contact or {})
    move(suggestion, S.SUBMITTED, by=by, now=now)
    return suggestion


def answer(suggestion, *, by, text):
    """Answer the office's question; the screening clock goes on. The first words stay as they were written."""
    return move(suggestion, S.SUBMITTED, by=by, note=text)


def withdraw(suggestion, *, by, note=""):
    """Take the suggestion back before it is answered."""
    return move(suggestion, S.WITHDRAWN, by=by, note=note)


@transaction.atomic
def rate(suggestion, *, by, attitude, result, missed_points=False, reason=""):
    """Rate the latest released reply: satisfied closes the case, a dissatisfied result has it handled again.

    ``attitude`` and ``result`` are ``Rating.Grade`` values. Raises Stale when there is nothing to rate any more.
    """
    lock(suggestion)
    dissatisfied = result == Rating.Grade.DISSATISFIED
    target = S.REHANDLING if dissatisfied else S.CLOSED
    change = move(suggestion, target, by=by, note=reason, event="" if dissatisfied else "rated")
    reply = suggestion.replies.released().last()
    Rating.objects.create(
        reply=reply, attitude=attitude, result=result, missed_points=missed_points, reason=reason, at=change.at
    )
    return change


@transaction.atomic
def support(suggestion, *, by):
    """Stand behind a published suggestion; a second time changes nothing. Raises PermissionError's kin MoveNotAllowed."""
    if not is_verified(by) or is_author(by, suggestion):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    _row, made = Support.objects.get_or_create(suggestion=suggestion, user=by)
    if made:
        Suggestion.objects.filter(pk=suggestion.pk).update(supporters=F("supporters") + 1)
    return made


@transaction.atomic
def unsupport(suggestion, *, by):
    """Take one's support back."""
    gone, _rows = Support.objects.filter(suggestion=suggestion, user=by).delete()
    if gone:
        Suggestion.objects.filter(pk=suggestion.pk).update(supporters=F("supporters") - 1)
    return bool(gone)


def follow(suggestion, *, by):
    """Hear of every answer to a suggestion."""
    if not is_verified(by):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    return Follow.objects.get_or_create(suggestion=suggestion, user=by)[1]


def unfollow(suggestion, *, by):
    """Hear no more of it."""
    return bool(Follow.objects.filter(suggestion=suggestion, user=by).delete()[0])


@transaction.atomic
def withdraw_consent(suggestion, *, by, kind):
    """Take a consent back; without consent to publish, the public version goes at once."""
    lock(suggestion)
    if not is_author(by, suggestion):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    suggestion.consents.filter(kind=kind, withdrawn_at=None).update(withdrawn_at=timezone.now())
    if kind == Consent.Kind.PUBLISH and suggestion.published_at:
        suggestion.published_at = None
        suggestion.save(update_fields=["published_at"])
    return record(suggestion, "consent_withdrawn", by=by, role="author", note=str(Consent.Kind(kind).label))
