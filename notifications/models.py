"""Who was told what. Knows no other app's models by name: a change is found through its label and pk."""

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How news travels."""

    INBOX = "inbox", _("In-app")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")


class NotificationQuerySet(models.QuerySet):
    """Which notifications."""

    def in_inbox_of(self, user):
        """What ``user`` finds in the portal itself, newest first."""
        rows = self.filter(recipient=user, channel=Channel.INBOX, state=Notification.State.SENT)
        return rows.order_by("-pk")

    def unread(self):
        """Not opened yet."""
        return self.filter(read_at=None)

    def due(self, now=None):
        """Waiting to be sent, and not in another worker's hands."""
        now = now or timezone.now()
        return self.filter(state=Notification.State.WAITING, next_try_at__lte=now).filter(
            Q(lease_until=None) | Q(lease_until__lt=now)
        )

    def failed(self):
        """Given up after hours of trying, or refused by the receiving side."""
        return self.filter(state=Notification.State.FAILED)


class Notification(models.Model):
    """One piece of news for one recipient by one channel. The row is the truth; Celery only carries ticks."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        OUTDATED = "outdated", _("No longer true, not sent")

    # The change told: model label ("suggestions.suggestionchange") and pk.
    topic = models.CharField(max_length=60)
    change_id = models.BigIntegerField()
    event = models.CharField(max_length=30)
    audience = models.CharField(max_length=12)
    # A recipient has an account, or (somebody who came in person or by phone) only an address.
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    address = models.CharField(max_length=254, blank=True)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    # The column is ours: a notification's delivery is not a case's status, so move() does not govern it.
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

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

    @property
    def to(self) -> str:
        """The e-mail address or phone number as it is now; of an account, or the one that was left with the case."""
        if self.recipient is None:
            return self.address
        return self.recipient.email if self.channel == Channel.EMAIL else self.recipient.phone

    @property
    def reference(self) -> str:
        """The name of this message for mail servers and gateways: always the same, so that a repetition is noticed."""
        return f"n{self.pk}.{int(self.created_at.timestamp())}"

    def mark(self, state, *, now, error=""):
        """Write how it went and free the row. What another worker has marked meanwhile stays."""
        self.state, self.error, self.lease_until = state, error[:300], None
        self.sent_at = now if state == self.State.SENT else None
        Notification.objects.filter(pk=self.pk, state=self.State.WAITING).update(
            state=self.state, error=self.error, lease_until=None, sent_at=self.sent_at
        )


class Preference(models.Model):
    """By which channels someone wants news, besides the inbox, which always has it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preference")
    email = models.BooleanField(_("E-mail"), default=True)
    sms = models.BooleanField(
        _("SMS"), null=True, default=None, help_text=_("Not chosen: only when there is no e-mail address.")
    )

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")

    def __str__(self):
        return f"{self.user}: {self.email} {self.sms}"

    @staticmethod
    def reached(people, channel):
        """Those of ``people`` (a queryset of users) who get news by ``channel``.

        E-mail: a verified address, unless turned off. SMS: a verified phone, when chosen; unless chosen at all, when
        there is no verified e-mail. The inbox: everybody.
        """
        found = Preference.reachable(people, channel)
        if channel == Channel.EMAIL:
            return found.exclude(preference__email=False)
        if channel == Channel.SMS:
            unasked = Q(preference__sms__isnull=True) & ~Q(pk__in=people.with_verified_email().values("pk"))
            return found.filter(Q(preference__sms=True) | unasked)
        return found

    @staticmethod
    def reachable(people, channel):
        """Those of ``people`` who have proved an address for ``channel``."""
        if channel == Channel.EMAIL:
            return people.with_verified_email()
        return people.with_verified_phone() if channel == Channel.SMS else people


class Unsubscribed(models.Model):
    """An e-mail address without an account that wants no more mail. An account has its ``Preference`` instead."""

    address = models.EmailField(_("e-mail"), unique=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("unsubscribed address")
        verbose_name_plural = _("unsubscribed addresses")

    def __str__(self):
        return self.address
