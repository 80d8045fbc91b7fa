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
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation

from .. import channels, messages
from ..models import Channel, Notification, Preference, Unsubscribed
from ..permissions import may_send_again

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
QUIET_FROM, QUIET_UNTIL = 21, 8


def deliver(now=None, seconds=SECONDS) -> int:
    """Send what is due by e-mail and SMS; return how many messages went out.

    May run any number of times at once: each row is claimed with FOR UPDATE SKIP LOCKED.
    """
    deadline, sent = time.monotonic() + seconds, 0
    keep_quiet(now or timezone.now())
    while time.monotonic() < deadline and (batch := claim(now or timezone.now())):
        sent += send_batch(batch, now)
    return sent


def keep_quiet(now):
    """Between 21:00 and 8:00 no telephone rings: SMS that are due wait until the morning."""
    hour = timezone.localtime(now).hour
    if QUIET_UNTIL <= hour < QUIET_FROM:
        return
    Notification.objects.due(now).filter(channel=Channel.SMS).update(next_try_at=morning(now))


def morning(now) -> datetime:
    """The next 8:00."""
    local = timezone.localtime(now)
    day = local + timedelta(days=1) if local.hour >= QUIET_UNTIL else local
    return day.replace(hour=QUIET_UNTIL, minute=0, second=0, microsecond=0)


@transaction.atomic
def claim(now) -> list[Notification]:
    """Lease the oldest due rows to this worker."""
    rows = Notification.objects.due(now).select_for_update(of=("self",), skip_locked=True, no_key=True)
    batch = list(rows.select_related("recipient").order_by("next_try_at", "pk")[:BATCH])
    Notification.objects.filter(pk__in=[n.pk for n in batch]).update(lease_until=now + LEASE)
    return batch


def send_batch(batch, now=None) -> int:
    """Send the claimed rows over one connection and mark each; return how many went out."""
    deadline, sent, down = time.monotonic() + BATCH_SECONDS, 0, {}
    with channels.Mailer() as mailer, translation.override(settings.LANGUAGE_CODE):
        post = Post(batch, mailer)
        for notification in batch:
            if time.monotonic() > deadline:
                give_back(notification)
            elif notification.channel in down:
                try_later(notification, down[notification.channel], now or timezone.now())
            else:
                sent += send_one(post, notification, down, now or timezone.now())
    for channel in down:
        soon = (now or timezone.now()) + PAUSE
        Notification.objects.due(now).filter(channel=channel).update(next_try_at=soon)
    return sent


def send_one(post, notification, down, now) -> bool:
    """Send and mark one row; an unreachable server is entered into ``down``. True when it went out."""
    try:
        unwanted = post.send(notification)
    except channels.Refused as error:
        notification.mark(State.FAILED, now=now, error=without_address(error, notification))
    except channels.NotSent as error:
        if isinstance(error, channels.Unreachable):
            down[notification.channel] = error
        try_later(notification, error, now)
    except Exception as error:
        # A message that cannot be drawn must not hold up the others; it ends as failed, where staff see it.
        logger.exception("Not sent: %s", notification.pk)
        try_later(notification, channels.describe(error), now)
    else:
        notification.mark(State.OUTDATED if unwanted else State.SENT, now=now, error=unwanted)
        return not unwanted
    return False


def without_address(error, notification) -> str:
    """What went wrong, as the delivery log shows it: servers repeat the address they refuse."""
    return re.sub(re.escape(notification.to) or "$^", "…", str(error), flags=re.IGNORECASE)


def try_later(notification, error, now):
    """Wait longer each time, not all at the same moment; after the last wait the row is failed."""
    tries, error = notification.tries + 1, without_address(error, notification)
    rows = Notification.objects.filter(pk=notification.pk, state=State.WAITING)
    if tries > len(WAITS):
        rows.update(tries=tries)
        notification.mark(State.FAILED, now=now, error=error)
        return
    wait = timedelta(minutes=WAITS[tries - 1] * random.uniform(1 - JITTER, 1 + JITTER))
    rows.update(tries=tries, next_try_at=now + wait, lease_until=None, error=error[:300])


def give_back(notification):
    """Another run may take the row at once."""
    Notification.objects.filter(pk=notification.pk, state=State.WAITING).update(lease_until=None)


class Post:
    """What a batch has in common: the connection, the changes told, who still wants to hear, the words."""

    def __init__(self, batch, mailer):
        self.mailer = mailer
        self.changes = messages.changes_of(batch)
        people = get_user_model().objects.filter(pk__in={n.recipient_id for n in batch}).active()
        self.reached = {c: set(Preference.reached(people, c).values_list("pk", flat=True)) for c in Channel.values}
        self.reachable = {c: set(Preference.reachable(people, c).values_list("pk", flat=True)) for c in Channel.values}
        addresses = {n.address for n in batch if n.address}
        self.unsubscribed = set(Unsubscribed.objects.filter(address__in=addresses).values_list("address", flat=True))
        self.said = {}

    def send(self, notification) -> str:
        """Send, or say why it should not be sent: "" when it went out. Raises NotSent and its kin."""
        change = self.changes.get((notification.topic, notification.change_id))
        if change is None or not change.is_true_for(notification.audience):
            return "outdated"
        if not self.still_wanted(change, notification):
            return "unwanted"
        said = self.words(change, notification)
        if notification.channel == Channel.SMS:
            channels.send_sms(notification.to, messages.short_text(said, notification), notification.reference)
        else:
            link = messages.unsubscribe_url(notification)
            parts = messages.mail_parts(said, link)
            self.mailer.send(
                channels.build_mail(to=notification.to, reference=notification.reference, unsubscribe_url=link, **parts)
            )
        return ""

    def still_wanted(self, change, notification) -> bool:
        """Whether the recipient has not turned the channel off, or lost the address, since the row was written."""
        if notification.recipient_id is None:
            return notification.channel != Channel.EMAIL or notification.address not in self.unsubscribed
        # What was chosen for this very news goes before the preference for all news.
        wished = change.wished_channel == notification.channel
        return notification.recipient_id in (self.reachable if wished else self.reached)[notification.channel]

    def words(self, change, notification):
        """The message, drawn once per change and audience: 10,000 followers read the same."""
        key = (notification.topic, notification.change_id, notification.audience)
        if key not in self.said:
            self.said[key] = messages.message(change, notification.audience)
        return self.said[key]


def send_again(notifications, *, by) -> int:
    """Put failed ones back into the queue, with all their tries; return how many. Raises PermissionDenied."""
    if not may_send_again(by):
        raise PermissionDenied
    again = notifications.failed().update(
        state=State.WAITING, tries=0, error="", next_try_at=timezone.now(), lease_until=None
    )
    logger.info("Sent again by user %s: %s notifications", by.pk, again)
    return again
