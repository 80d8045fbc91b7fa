"""What happens to accounts by itself."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import User

logger = logging.getLogger("accounts")

# A code holds for minutes; who has not typed one after two days began anew or went away.
KEPT = timedelta(days=2)


@shared_task
def purge_unverified(now=None):
    """Delete sign-ups whose code was never typed. Returns how many; running twice is harmless."""
    gone = 0
    for user in User.objects.abandoned((now or timezone.now()) - KEPT).iterator():
        try:
            user.delete()
            gone += 1
        except ProtectedError:  # something was attached to them this very moment
            continue
    logger.info("%s unfinished sign-ups deleted", gone)
    return gone
