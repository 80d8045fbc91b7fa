"""From a notification to the mail server or the SMS gateway: the second half of telling.

Rows are claimed with a lease, sent outside of any transaction and marked one by one. A worker killed between sending
and marking repeats that one message when its lease ends: with the same Message-ID or gateway reference, so that the
receiving side can drop it. Nothing is lost.
"""

import logging
import random
import re
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from .. import channels
from ..models import QUIET_FROM, QUIET_UNTIL, Channel, Digest, Notification, QuietHours
from ..permissions import may_send_again
from .post import DigestPost, Post

logger = logging.getLogger("notifications")

State = Notification.State
LEASE = timedelta(minutes=5)
BATCH = 100
# A run ends after so many seconds; a batch gives back what it has not begun after so many, long before its lease ends.
SECONDS = 5.0
BATCH_SECONDS = 120.0
# Minutes from one try to the next, each +-20 %: at least four and a half hours in all, then the row is failed.
WAITS = (1, 2, 5, 15, 30, 60, 120, 120)
JITTER = 0.2
# While a server is down, news for it waits a minute instead of being tried one by one.
PAUSE = timedelta(minutes=1)


def deliver(now=None, seconds=SECONDS) -> int:
    """Send what is due by e-mail and SMS; return how many messages went out.

    May run any number of times at once: each row is claimed with FOR UPDATE SKIP LOCKED.
    """
    keep_quiet(now or timezone.now())
    return send_all(Notification.objects.select_related("recipient"), Post, now, seconds)


def deliver_digests(now=None, seconds=SECONDS) -> int:
    """Send the digests that are due; return how many went out. As ``deliver``, with one letter for many rows."""
    return send_all(Digest.objects.select_related("user"), DigestPost, now, seconds)


def send_all(rows, kind_of_post, now, seconds) -> int:
    """Claim and send batch after batch until nothing is due or the time is over."""
    deadline, sent = time.monotonic() + seconds, 0
    while time.monotonic() < deadline and (batch := claim(rows, now or timezone.now())):
        sent += send_batch(batch, rows, kind_of_post, now)
    return sent


def keep_quiet(now):
    """Between 21:00 and 8:00 no telephone rings, longer for who chose so: SMS that are due wait until the morning."""
    hour, waiting = timezone.localtime(now).hour, Notification.objects.due(now).by(Channel.SMS)
    if not QUIET_UNTIL <= hour < QUIET_FROM:
        waiting.update(next_try_at=morning(now, QUIET_UNTIL))
        return
    quiet = QuietHours.objects.filter(Q(begins__lte=hour) | Q(ends__gt=hour))
    for ends in quiet.values_list("ends", flat=True).distinct().order_by():
        sleepers = quiet.filter(ends=ends).values("user")
        waiting.filter(recipient__in=sleepers).update(next_try_at=morning(now, ends))


def morning(now, hour) -> datetime:
    """The next time it is ``hour`` o'clock."""
    local = timezone.localtime(now)
    day = local + timedelta(days=1) if local.hour >= hour else local
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


@transaction.atomic
def claim(rows, now) -> list:
    """Lease the oldest due rows to this worker."""
    due = rows.due(now).select_for_update(of=("self",), skip_locked=True, no_key=True)
    batch = list(due.order_by("next_try_at", "pk")[:BATCH])
    rows.model.objects.filter(pk__in=[row.pk for row in batch]).update(lease_until=now + LEASE)
    return batch


def send_batch(batch, rows, kind_of_post, now=None) -> int:
    """Send the claimed rows over one connection and mark each; return how many went out."""
    deadline, sent, down = time.monotonic() + BATCH_SECONDS, 0, {}
    with channels.Mailer() as mailer, translation.override(settings.LANGUAGE_CODE):
        post = kind_of_post(batch, mailer)
        for row in batch:
            if time.monotonic() > deadline:
                give_back(row)
            elif row.channel in down:
                try_later(row, down[row.channel], now or timezone.now())
            else:
                sent += send_one(post, row, down, now or timezone.now())
    for channel in down:
        soon = (now or timezone.now()) + PAUSE
        rows.due(now).by(channel).update(next_try_at=soon)
    return sent


def send_one(post, row, down, now) -> bool:
    """Send and mark one row; an unreachable server is entered into ``down``. True when it went out."""
    try:
        unwanted = post.send(row)
    except channels.Refused as error:
        row.mark(State.FAILED, now=now, error=without_address(error, row))
    except channels.NotSent as error:
        if isinstance(error, channels.Unreachable):
            down[row.channel] = error
        try_later(row, error, now)
    except Exception as error:
        # A message that cannot be drawn must not hold up the others; it ends as failed, where staff see it.
        logger.exception("Not sent: %s", row.pk)
        try_later(row, channels.describe(error), now)
    else:
        row.mark(State.OUTDATED if unwanted else State.SENT, now=now, error=unwanted)
        return not unwanted
    return False


def without_address(error, row) -> str:
    """What went wrong, as the delivery log shows it: servers repeat the address they refuse."""
    return re.sub(re.escape(row.to) or "$^", "…", str(error), flags=re.IGNORECASE)


def try_later(row, error, now):
    """Wait longer each time, not all at the same moment; after the last wait the row is failed."""
    tries, error = row.tries + 1, without_address(error, row)
    rows = type(row).objects.filter(pk=row.pk, state=State.WAITING)
    if tries > len(WAITS):
        rows.update(tries=tries)
        row.mark(State.FAILED, now=now, error=error)
        return
    wait = timedelta(minutes=WAITS[tries - 1] * random.uniform(1 - JITTER, 1 + JITTER))
    rows.update(tries=tries, next_try_at=now + wait, lease_until=None, error=error[:300])


def give_back(row):
    """Another run may take the row at once."""
    type(row).objects.filter(pk=row.pk, state=State.WAITING).update(lease_until=None)


def send_again(notifications, *, by) -> int:
    """Put failed ones back into the queue, with all their tries; return how many. Raises PermissionDenied."""
    if not may_send_again(by):
        raise PermissionDenied
    again = notifications.failed().update(
        state=State.WAITING, tries=0, error="", next_try_at=timezone.now(), lease_until=None
    )
    logger.info("Sent again by user %s: %s notifications", by.pk, again)
    return again
