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
        return self.filter(recipient=user, channel=Channel.INBOX).order_by("-pk")

    def unread(self):
        """Not opened yet."""
        return self.filter(read_at=None)

    def due(self, now=None):
        """Waiting to be sent, and not in another worker's hands."""
        now = now or timezone.now()
        return self.filter(state=Notification.State.WAITING, next_try_at__lte=now).filter(
            Q(lease_until=None) | Q(lease_until__lt=now)
        )


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
            models.Index(
                fields=["recipient"], name="notification_unread", condition=Q(channel="inbox", read_at=None)
            ),
        ]

    def __str__(self):
        return f"{self.event} → {self.recipient or self.address} ({self.channel})"

    @cached_property
    def change(self):
        """The change told, with its subject; None when it is gone."""
        return apps.get_model(self.topic).objects.select_related("subject").filter(pk=self.change_id).first()


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
