"""What happens by itself: each task fetches rows and calls one verb for each; running twice is harmless."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from fzportal import workdays

from . import workflow
from .intake import runner
from .models import Contact, ServicePromise, Suggestion, SuggestionChange
from .standing import AUTHORS_TURN

# Rows one run takes at most; the next tick goes on.
BATCH = 2000
# States whose clock goes on from an earlier one (``Clock.KEEP``): they share its days of warning.
KEEPS_PROMISE_OF = {
    Suggestion.Status.IN_PROGRESS: Suggestion.Status.ASSIGNED,
    Suggestion.Status.REPLY_REVIEW: Suggestion.Status.ASSIGNED,
}


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
def remind(now=None):
    """Remind the holders: ``due_soon`` before the due date (``remind_before``), ``overdue`` once it has passed."""
    now = now or timezone.now()
    for event, cases in (("overdue", _overdue(now)), ("due_soon", _due_soon(now))):
        reminded = SuggestionChange.objects.filter(subject=OuterRef("pk"), event=event, due_at=OuterRef("due_at"))
        for suggestion in cases.exclude(Exists(reminded)).defer("search").order_by("due_at", "pk")[:BATCH]:
            workflow.remind(suggestion, event=event, by=None, now=now)


def _overdue(now):
    """Promises broken by others than the author, whose time to answer or rate is an offer."""
    return Suggestion.objects.overdue(now).exclude(status__in=AUTHORS_TURN)


def _due_soon(now):
    """Cases whose promise ends within its days of warning; a promise goes on in the states that keep it."""
    soon = Q(pk__in=[])
    for promise in ServicePromise.objects.all():
        states = {promise.state} | {kept for kept, begun in KEEPS_PROMISE_OF.items() if begun == promise.state}
        until = workdays.close_of(workdays.add(timezone.localdate(now), promise.remind_before))
        soon |= Q(status__in=states, due_at__lte=until)
    return Suggestion.objects.open().filter(soon, due_at__gte=now)


@shared_task
def close_silent(now=None):
    """Close what nobody rated in time (DOMAIN rule 7: silence is stored as silence)."""
    now = now or timezone.now()
    unrated = Suggestion.objects.filter(status=Suggestion.Status.REPLIED, due_at__lt=now)
    for suggestion in unrated.defer("search").order_by("due_at", "pk")[:BATCH]:
        workflow.close_silent(suggestion, by=None, now=now)


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
def close_silent_proposals(now=None):
    """Close the proposals whose deputies did not evaluate the reply in time."""
    now = now or timezone.now()
    silent = Proposal.objects.filter(status=Proposal.Status.REPLIED, due_at__lt=now)
    for proposal in silent.order_by("due_at", "pk")[:BATCH]:
        workflow.proposals.close_silent(proposal, by=None, now=now)


