"""The ticks of beat, once a second: rows are the truth, a tick lost or doubled changes nothing."""

from celery import shared_task

from . import workflow


@shared_task
def announce():
    """Write the notifications of what has changed."""
    workflow.announce()


@shared_task
def deliver():
    """Send what is due."""
    workflow.deliver()
