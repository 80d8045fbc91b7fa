"""What is sent: a notification by one channel, or a digest of many. A change is found through its label and pk."""

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .choices import Channel, Kind


class DeliveryQuerySet(models.QuerySet):
    """Which of what is to be sent."""

    def due(self, now=None):
        """Waiting to be sent, and not in another worker's hands."""
        now = now or timezone.now()
        return self.filter(state=Delivery.State.WAITING, next_try_at__lte=now).filter(
            Q(lease_until=None) | Q(lease_until__lt=now)
        )

    def by(self, channel):
        """What leaves by one channel; a digest is e-mail."""
        return self

    def failed(self):
        """Given up after hours of trying, or refused by the receiving side."""
        return self.filter(state=Delivery.State.FAILED)


class Delivery(models.Model):
    """One message on its way. The row is the truth; Celery only carries ticks."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        HELD = "held", _("Waiting for the digest")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        OUTDATED = "outdated", _("No longer true, not sent")

    # The column is ours: a message's delivery is not a case's status, so move() does not govern it.
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    # Of a held one: the moment of the digest it goes into.
    next_try_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    # Before the number in ``reference``.
    letter = ""

    class Meta:
        abstract = True

    @property
    def reference(self) -> str:
        """The name of this message for mail servers and gateways: always the same, so that a repetition is noticed."""
        return f"{self.letter}{self.pk}.{int(self.created_at.timestamp())}"

    def mark(self, state, *, now, error=""):
        """Write how it went and free the row. What another worker has marked meanwhile stays."""
        self.state, self.error, self.lease_until = state, error[:300], None
        self.sent_at = now if state == self.State.SENT else None
        type(self).objects.filter(pk=self.pk, state=self.State.WAITING).update(
            state=self.state, error=self.error, lease_until=None, sent_at=self.sent_at
        )


class Digest(Delivery):
    """One e-mail about everything somebody chose to hear of daily or weekly; at most one a day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests")
    on = models.DateField()

    objects = DeliveryQuerySet.as_manager()
    letter = "g"
    channel = Channel.EMAIL

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints = [models.UniqueConstraint(fields=["user", "on"], name="one_digest_a_day")]
        indexes = [models.Index(fields=["next_try_at"], name="digest_due", condition=Q(state="waiting"))]

    def __str__(self):
        return f"{self.on} → {self.user}"

    @property
    def to(self) -> str:
        """The e-mail address as it is now."""
        return self.user.email

    @transaction.atomic
    def mark(self, state, *, now, error=""):
        """As of any delivery; what is in it shares its lot."""
        super().mark(state, now=now, error=error)
        self.notifications.filter(state=self.State.HELD).update(state=state, error=self.error, sent_at=self.sent_at)


class NotificationQuerySet(DeliveryQuerySet):
    """Which notifications."""

    def by(self, channel):
        """What leaves by one channel."""
        return self.filter(channel=channel)

    def in_inbox_of(self, user):
        """What ``user`` finds in the portal itself, newest first."""
        rows = self.filter(recipient=user, channel=Channel.INBOX, state=Notification.State.SENT)
        return rows.order_by("-pk")

    def unread(self):
        """Not opened yet."""
        return self.filter(read_at=None)

    def held(self):
        """Waiting for a digest that is not made yet."""
        return self.filter(state=Notification.State.HELD, digest=None)


class Notification(Delivery):
    """One piece of news for one recipient by one channel."""

    # The change told: model label ("suggestions.suggestionchange") and pk.
    topic = models.CharField(max_length=60)
    change_id = models.BigIntegerField()
    event = models.CharField(max_length=30)
    audience = models.CharField(max_length=12)
    kind = models.CharField(_("kind of news"), max_length=8, choices=Kind.choices, default=Kind.WORK)
    # A recipient has an account, or (somebody who came in person or by phone) only an address.
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    address = models.CharField(max_length=254, blank=True)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    # The one digest it went into.
    digest = models.ForeignKey(Digest, models.SET_NULL, null=True, blank=True, related_name="notifications")
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()
    letter = "n"

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "change_id", "recipient", "address", "channel"],
                name="told_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="notification_due", condition=Q(state="waiting")),
            models.Index(fields=["next_try_at"], name="notification_held", condition=Q(state="held")),
            models.Index(fields=["recipient", "-id"], name="notification_inbox", condition=Q(channel="inbox")),
            models.Index(fields=["recipient"], name="notification_unread", condition=Q(channel="inbox", read_at=None)),
        ]

    def __str__(self):
        return f"{self.event} → {self.recipient or self.masked_address} ({self.channel})"

    @property
    def masked_address(self) -> str:
        """``+8613****0000``, ``ci***@example.com``: enough to recognise in a log, too little to write to."""
        name, sign, host = self.address.partition("@")
        if sign:
            return f"{name[:2]}***@{host}"
        return f"{name[:-8]}****{name[-4:]}" if len(name) > 8 else "****"

    @cached_property
    def change(self):
        """The change told, with its subject; None when it is gone."""
        return apps.get_model(self.topic).objects.select_related("subject").filter(pk=self.change_id).first()

    def drop(self, reason):
        """Leave a held one out of its digest: "read", "outdated", "left" or "unwanted"."""
        self.state, self.error = self.State.OUTDATED, reason
        Notification.objects.filter(pk=self.pk, state=self.State.HELD).update(state=self.state, error=reason)

    @property
    def to(self) -> str:
        """The e-mail address or phone number as it is now; of an account, or the one that was left with the case."""
        if self.recipient is None:
            return self.address
        return self.recipient.email if self.channel == Channel.EMAIL else self.recipient.phone
