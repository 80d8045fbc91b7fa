"""The ticks of beat: rows are the truth, a tick lost or doubled changes nothing."""

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


@shared_task
def send_digests():
    """Make the digests whose hour has come, and send what is due."""
    workflow.gather()
    workflow.deliver_digests()
