"""What happens by itself: each task fetches rows and calls one verb for each; running twice is harmless."""

from datetime import timedelta
from itertools import islice

from celery import shared_task
from django.conf import settings
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from . import clocks, statistics, workflow
from .exports import keeping, making
from .intake import runner
from .models import Commitment, Contact, Proposal, Suggestion, SuggestionChange

# Rows one run takes at most; the next tick goes on.
BATCH = 2000
# The same for due dates after a change of the calendar, which comes once or twice a year and concerns all.
RECOUNTED = 20_000


@shared_task
def purge_drafts():
    """Delete the drafts nobody came back to, with their files (setting DRAFT_KEPT_DAYS)."""
    for draft in Suggestion.objects.forgotten().order_by("pk").iterator():
        workflow.purge_draft(draft, by=None)


@shared_task
def run_imports():
    """Go on with the oldest file that waits to be taken in; a long one is left to the next tick after a minute."""
    run = runner.claim()
    if run is not None:
        runner.work(run, seconds=60)


@shared_task
def run_exports():
    """Go on with the next file that somebody asked for; a long one is left to the next tick after 20 seconds."""
    export = making.claim()
    if export is not None:
        making.work(export, seconds=20)


@shared_task
def refresh_open_data():
    """Ask for today's open data, unless it is there or being made."""
    keeping.ask_open()


@shared_task
def purge_exports():
    """Delete files a week after they were made."""
    keeping.purge()


@shared_task
def remind(now=None):
    """Remind of due dates, each once: before the day the holders, on it their head too, after it the office as well."""
    now = now or timezone.now()
    for watch in clocks.watches(now):
        model = watch.rows.model
        for event in ("overdue", "due_today", "due_soon"):
            if model.news_prefix + event in model.news():
                for movable in clocks.to_remind(watch, event, now)[:BATCH]:
                    workflow.remind(movable, event=event, by=None, now=now)


@shared_task
def recalculate(now=None):
    """Count open promises anew once the calendar has changed."""
    for movable in islice(clocks.miscounted(), RECOUNTED):
        workflow.recalculate(movable, by=None, now=now)


@shared_task
def close_silent(now=None):
    """Close what nobody rated in time (DOMAIN rule 7: silence is stored as silence)."""
    now = now or timezone.now()
    unrated = Suggestion.objects.filter(status=Suggestion.Status.REPLIED, due_at__lt=now)
    for suggestion in unrated.defer("search").order_by("due_at", "pk")[:BATCH]:
        workflow.close_silent(suggestion, by=None, now=now)


@shared_task
def close_silent_proposals(now=None):
    """Close the proposals whose deputies did not evaluate the reply in time."""
    now = now or timezone.now()
    silent = Proposal.objects.filter(status=Proposal.Status.REPLIED, due_at__lt=now)
    for proposal in silent.order_by("due_at", "pk")[:BATCH]:
        workflow.proposals.close_silent(proposal, by=None, now=now)


@shared_task
def miss_commitments(now=None):
    """Mark the promises whose day has passed; an answered case is open again."""
    now = now or timezone.now()
    for commitment in Commitment.objects.due(now).select_related("suggestion").order_by("due_at", "pk")[:BATCH]:
        workflow.miss(commitment, by=None, now=now)


@shared_task
def anonymise_contacts(now=None):
    """Blank the contacts of cases that ended more than CONTACT_KEPT_YEARS ago."""
    now = now or timezone.now()
    limit = now - timedelta(days=round(365.25 * settings.CONTACT_KEPT_YEARS))
    moves = SuggestionChange.objects.filter(subject=OuterRef("suggestion")).exclude(before=F("after"))
    ended = Subquery(moves.order_by("-pk").values("at")[:1])
    kept = Contact.objects.filter(anonymised_at=None, suggestion__status__in=Suggestion.ENDS)
    for contact in kept.annotate(ended=ended).filter(ended__lt=limit).order_by("pk")[:BATCH]:
        workflow.anonymise_contact(contact, by=None, now=now)


@shared_task
def refresh_statistics():
    """Count the published figures anew when it is time and something has happened."""
    if statistics.is_due():
        statistics.refresh()
