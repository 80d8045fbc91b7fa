"""Private calendar addresses: made, replaced, revoked."""

import secrets

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from ..models import Feed


@transaction.atomic
def open_feed(*, by) -> Feed:
    """A new secret address for ``by``; one they had before is revoked."""
    # Pressed twice at once: the second waits, and replaces what the first one made.
    get_user_model().objects.select_for_update(no_key=True).get(pk=by.pk)
    revoke_feed(by=by)
    return Feed.objects.create(user=by, token=secrets.token_urlsafe(24))


def revoke_feed(*, by) -> int:
    """End the secret address of ``by``; how many there were (0 or 1)."""
    return Feed.objects.filter(user=by, revoked_at=None).update(revoked_at=timezone.now())
