"""What happens by itself: each task fetches rows and calls one verb for each; running twice is harmless."""

from celery import shared_task

from . import workflow
from .intake import runner
from .models import Suggestion


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
