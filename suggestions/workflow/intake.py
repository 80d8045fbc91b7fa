"""What arrives elsewhere comes in: many at once, each with its number and its line of history."""

from django.db import transaction
from django.utils import timezone

from fzportal.workflow import begin_many

from .. import search
from ..models import Contact, NumberSeries, Suggestion


@transaction.atomic
def take_in(arrivals, *, by, now=None):
    """Store ``arrivals``, pairs of an unsaved suggestion and its contact (a dict, may be empty), as received.

    Numbers and the promise count from now, whenever it was said there. Nobody is told: the office brought them.
    """
    now = now or timezone.now()
    suggestions = [suggestion for suggestion, _contact in arrivals]
    numbers = NumberSeries.take(timezone.localdate(now).year, len(suggestions)) if suggestions else []
    for suggestion, number in zip(suggestions, numbers, strict=True):
        suggestion.number = number
        body = f"{suggestion.situation}\n{suggestion.proposal}\n{suggestion.place}"
        suggestion.search = search.vector(suggestion.title, body)
    begin_many(
        suggestions, Suggestion.Status.SUBMITTED, by=by, role="office" if by else "clock", event="imported", now=now
    )
    contacts = [Contact(suggestion=suggestion, **contact) for suggestion, contact in arrivals if contact]
    Contact.objects.bulk_create(contacts)
    return suggestions
