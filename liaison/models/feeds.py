"""Secret addresses of calendars."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Feed(models.Model):
    """A secret address at which a calendar program reads somebody's own sessions; revocable."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="feeds")
    token = models.CharField(max_length=32, unique=True)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [models.UniqueConstraint(fields=["user"], condition=Q(revoked_at=None), name="one_feed_in_force")]

    def __str__(self):
        return f"{self.user} {self.created_at:%F}"
