"""From held news to digests: one for each person and day, each piece of news in at most one of them.

One transaction for so many people at a time; a crash at any point loses nothing and repeats nothing.
"""

import time

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from .. import digests
from ..models import IN_DIGESTS, Channel, Digest, Kind, Notification, Pace, Preference

State = Notification.State
PEOPLE = 500
SECONDS = 5.0


def gather(now=None, seconds=SECONDS) -> int:
    """Make the digests whose hour has come; return how many. May run any number of times at once."""
    deadline, made = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        people, new = gather_some(now or timezone.now())
        made += new
        if not people:
            break
    return made


@transaction.atomic
def gather_some(now) -> tuple[int, int]:
    """Make the digests of some people; return how many people and how many digests."""
    due = Notification.objects.held().filter(next_try_at__lte=now)
    rows = get_user_model().objects.filter(pk__in=due.values("recipient"))
    # A person is gathered for by one worker at a time.
    people = list(rows.select_for_update(skip_locked=True, no_key=True).order_by("pk")[:PEOPLE])
    today = timezone.localdate(now)
    had = set(Digest.objects.filter(on=today, user__in=people).values_list("user", flat=True))
    new = Digest.objects.bulk_create(
        Digest(user=user, on=today, created_at=now, next_try_at=now) for user in people if user.pk not in had
    )
    mine = Digest.objects.filter(pk__in=[digest.pk for digest in new], user=OuterRef("recipient"))
    due.filter(recipient__in=[digest.user_id for digest in new]).update(digest=Subquery(mine.values("pk")))
    for user in (user for user in people if user.pk in had):
        # Too late for today's, which may have gone out already.
        for kind in Kind.values:
            hold_until(user, kind, due, now)
    return len(people), len(new)


def hold_until(user, kind, held, now):
    """Time ``user``'s held e-mail news of a kind as they want it now: the next digest, at once, or not at all."""
    rows = held.filter(recipient=user, kind=kind, channel=Channel.EMAIL)
    chosen = Preference.objects.filter(user=user, kind=kind).values_list("email", flat=True).first() or Pace.NOW
    if chosen in IN_DIGESTS:
        rows.update(next_try_at=digests.next_time(chosen, now))
    elif chosen == Pace.NOW:
        rows.update(state=State.WAITING, next_try_at=now)
    else:
        rows.update(state=State.OUTDATED, error="unwanted")
