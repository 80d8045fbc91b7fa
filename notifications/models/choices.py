"""How people want to be told: by kind of news and channel, how often, and when the telephone stays silent."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# When no telephone rings for anybody: from 21:00 until 8:00.
QUIET_FROM, QUIET_UNTIL = 21, 8


class Channel(models.TextChoices):
    """How news travels."""

    INBOX = "inbox", _("In-app")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")


class Kind(models.TextChoices):
    """What news is to its reader. ``Movable.kind_for(audience)`` says which."""

    OWN = "own", _("My own suggestions")
    FOLLOWED = "followed", _("What I follow or support")
    VISITS = "visits", _("My appointments")
    WORK = "work", _("My work at the desk")


class Pace(models.TextChoices):
    """How often e-mail comes."""

    NOW = "now", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    OFF = "off", _("Not at all")


# What is sent in a digest, at 18:00 of every day or of every Monday.
IN_DIGESTS = (Pace.DAILY, Pace.WEEKLY)


class Preference(models.Model):
    """How somebody wants one kind of news, besides the inbox, which always has it. Without a row: as by default."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences")
    kind = models.CharField(_("kind of news"), max_length=8, choices=Kind.choices)
    email = models.CharField(_("E-mail"), max_length=6, choices=Pace.choices, default=Pace.NOW)
    # None: not chosen, only when there is no e-mail address.
    sms = models.BooleanField(_("SMS"), null=True, default=None)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_preference_a_kind")]

    def __str__(self):
        return f"{self.user} {self.kind}: {self.email} {self.sms}"

    @staticmethod
    def reached(people, channel, kind):
        """Those of ``people`` (a queryset of users) who get this kind of news by ``channel``, at once or in a digest.

        E-mail: a verified address, unless turned off. SMS: a verified phone, when chosen; unless chosen at all, when
        there is no verified e-mail. The inbox: everybody.
        """
        found = Preference.reachable(people, channel)
        mine = Preference.objects.filter(user=OuterRef("pk"), kind=kind)
        if channel == Channel.EMAIL:
            return found.exclude(Exists(mine.filter(email=Pace.OFF)))
        if channel == Channel.SMS:
            unasked = ~Exists(mine.filter(sms__isnull=False)) & ~Q(pk__in=people.with_verified_email().values("pk"))
            return found.filter(Exists(mine.filter(sms=True)) | unasked)
        return found

    @staticmethod
    def reachable(people, channel):
        """Those of ``people`` who have proved an address for ``channel``."""
        if channel == Channel.EMAIL:
            return people.with_verified_email()
        return people.with_verified_phone() if channel == Channel.SMS else people

    @staticmethod
    def leaves_a_way(kind, email, sms, *, has_email, has_phone) -> bool:
        """Whether news of this kind still leaves the portal: that of one's own cases has to, where an address exists.

        ``email`` is a ``Pace``; ``sms`` True, False, or None for the default.
        """
        if kind != Kind.OWN or not (has_email or has_phone):
            return True
        by_sms = not has_email if sms is None else sms
        return (has_email and email != Pace.OFF) or (has_phone and by_sms)


class QuietHours(models.Model):
    """Somebody's longer night: no SMS from ``begins`` to ``ends`` o'clock; 21:00-8:00 is everybody's."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="quiet_hours")
    begins = models.PositiveSmallIntegerField(default=QUIET_FROM)
    ends = models.PositiveSmallIntegerField(default=QUIET_UNTIL)

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(begins__gte=13, begins__lte=QUIET_FROM, ends__gte=QUIET_UNTIL, ends__lte=12),
                name="quiet_hours_hold_the_night",
            )
        ]

    def __str__(self):
        return f"{self.begins}:00—{self.ends}:00"


class Unsubscribed(models.Model):
    """An e-mail address without an account that wants no more mail. An account has its ``Preference`` instead."""

    address = models.EmailField(_("e-mail"), unique=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("unsubscribed address")
        verbose_name_plural = _("unsubscribed addresses")

    def __str__(self):
        return self.address
