"""What happens by itself when a time has come. Every verb may run twice without harm."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from fzportal import workdays
from fzportal.workflow import Reader, lock, move, reclock, record
from notifications.models import Notification

from ..models import Suggestion, SuggestionChange

S = Suggestion.Status


@transaction.atomic
def close_silent(suggestion, *, by=None, now=None):
    """Close a replied suggestion nobody rated in time; True when this call closed it."""
    now = now or timezone.now()
    lock(suggestion)
    if suggestion.status != S.REPLIED or suggestion.due_at is None or suggestion.due_at >= now:
        return False
    move(suggestion, S.CLOSED, by=by, event="silent", now=now)
    return True


def remind(movable, *, event, by=None, now=None):
    """Write a reminder ("due_soon", "due_today", "overdue") once per due date; True when this call wrote it.

    ``movable``: a suggestion, or what else has a clock; its ``news_prefix`` stands before the event.
    """
    due_at = movable.due_at
    try:
        with transaction.atomic():
            lock(movable)
            # Somebody acted since the task looked: there is nothing to remind of.
            if movable.due_at != due_at or not movable.is_open:
                return False
            record(movable, f"{movable.news_prefix}{event}", by=by, role="clock", now=now)
    except IntegrityError:
        return False
    return True


@transaction.atomic
def recalculate(movable, *, by=None, now=None):
    """Count a running promise anew after the calendar changed; True when its date moved. Leaves a line of history."""
    lock(movable)
    if not movable.is_open or movable.due_at is None or not movable.due_rule.strip("="):
        return False
    if workdays.close_of(workdays.due(timezone.localdate(movable.due_since), movable.due_rule)) == movable.due_at:
        return False
    was = timezone.localdate(movable.due_at).isoformat()
    reclock(movable, f"{movable.news_prefix}recalculated", by=by, role="clock", note=was, read=Reader.PUBLIC, now=now)
    return True


@transaction.atomic
def purge_draft(suggestion, *, by=None):
    """Delete a draft nobody came back to, with its files. A submitted suggestion is never deleted."""
    lock(suggestion)
    if suggestion.status != S.DRAFT:
        return False
    for attachment in suggestion.attachments.all():
        transaction.on_commit(lambda file=attachment.file: file.storage.delete(file.name), robust=True)
    suggestion.delete()
    return True


@transaction.atomic
def anonymise_contact(contact, *, by=None, now=None):
    """Blank a contact whose case closed long ago (setting CONTACT_KEPT_YEARS), and where its news went."""
    contact.name = contact.phone = contact.email = ""
    contact.anonymised_at = now or timezone.now()
    contact.save()
    told = SuggestionChange.objects.filter(subject=contact.suggestion_id).values("pk")
    sent = Notification.objects.filter(topic=SuggestionChange._meta.label_lower, change_id__in=told).exclude(address="")
    # What has not gone out yet has nowhere to go any more.
    State = Notification.State
    sent.filter(state__in=[State.WAITING, State.FAILED]).update(state=State.OUTDATED, lease_until=None)
    sent.update(address="", error="")
