"""Rules by which reception days repeat, and the rota of deputies behind each."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import phrases
from .. import recurrence as recurrences
from .deputies import Deputy
from .stations import Station

# Notice at least so many days ahead with place, names and scope (DOMAIN rule 11).
NOTICE_DAYS = 3
# A rule that begins in none of these years was mistyped.
YEARS = range(2000, 2100)


class Mode(models.TextChoices):
    """How people and deputies meet."""

    STATION = "station", _("At the station itself")
    OUTING = "outing", _("Going out")
    ONLINE = "online", _("Online")


class Meeting(models.Model):
    """How people and deputies meet: what a rule says and each of its sessions keeps."""

    # 6-8 slots of 15-20 minutes (DOMAIN rule 11).
    slot_minutes = models.PositiveSmallIntegerField(
        _("minutes per slot"), default=15, validators=[MinValueValidator(5), MaxValueValidator(240)]
    )
    places = models.PositiveSmallIntegerField(
        _("places per slot"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    mode = models.CharField(_("how"), max_length=8, choices=Mode.choices, default=Mode.STATION)
    place = models.CharField(_("place"), max_length=120, blank=True, help_text=_("Empty: at the station's address."))
    link = models.URLField(_("address of the online meeting"), blank=True)
    theme = models.CharField(_("theme"), max_length=60, blank=True)
    scope = models.CharField(_("what it is about"), max_length=200, blank=True)

    class Meta:
        abstract = True


class ReceptionRule(Meeting):
    """Reception days that repeat (接待日规则): an RFC 5545 recurrence, and what happens on holidays."""

    class Holidays(models.TextChoices):
        NEXT = "next", _("On the next working day")
        PREVIOUS = "previous", _("On the working day before")
        SKIP = "skip", _("It is left out")
        KEEP = "keep", _("It takes place all the same")

    class Rota(models.TextChoices):
        FIXED = "fixed", _("Always the same deputies")
        ROUND_ROBIN = "round_robin", _("In turn")
        LEAST_SERVED = "least_served", _("Whoever has received least often this year")

    station = models.ForeignKey(Station, models.PROTECT, related_name="rules", verbose_name=_("station"))
    # "FREQ=MONTHLY;BYMONTHDAY=15": without DTSTART, which is ``since``.
    recurrence = models.CharField(_("recurrence"), max_length=200)
    since = models.DateField(_("since"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)
    begins = models.TimeField(_("begins"))
    ends = models.TimeField(_("ends"))
    holidays = models.CharField(_("on holidays"), max_length=8, choices=Holidays.choices, default=Holidays.NEXT)
    rota = models.CharField(_("who receives"), max_length=12, choices=Rota.choices, default=Rota.ROUND_ROBIN)
    deputies = models.ManyToManyField(Deputy, through="RotaPlace", related_name="rules", verbose_name=_("deputies"))
    # 2-3 deputies (DOMAIN rule 11).
    wanted = models.PositiveSmallIntegerField(
        _("deputies per session"), default=2, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    announce_days = models.PositiveSmallIntegerField(
        _("days announced ahead"), default=14,
        validators=[MinValueValidator(NOTICE_DAYS), MaxValueValidator(90)],
    )  # fmt: skip
    is_active = models.BooleanField(_("in force"), default=True)
    # The rule as it was when it was last unrolled: tells a changed rule from one that only goes on.
    unrolled_as = models.CharField(max_length=60, blank=True, default="", editable=False)

    class Meta:
        ordering = ["station", "pk"]
        verbose_name = _("reception rule")
        verbose_name_plural = _("reception rules")
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="rule_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(announce_days__gte=NOTICE_DAYS), name="rule_gives_notice"),
        ]

    def __str__(self):
        return f"{self.station} {self.phrase} {self.begins:%H:%M}"

    def clean(self):
        """The recurrence is one of whole days that comes round (RFC 5545), from a year that can be meant."""
        if self.since and self.since.year not in YEARS:
            raise ValidationError({"since": _("This date is too far away. Is the year right?")})
        # None: the field has its own error already.
        if not self.recurrence:
            return
        try:
            self.recurrence = recurrences.normal(self.recurrence)
            recurrences.validate(self.recurrence, self.since)
        except ValidationError as error:
            raise ValidationError({"recurrence": error}) from error

    @property
    def phrase(self) -> str:
        """The recurrence in words: 每月15日."""
        return phrases.phrase(self.recurrence)


class RotaPlace(models.Model):
    """A deputy's place in a rule's rota, in order."""

    rule = models.ForeignKey(ReceptionRule, models.CASCADE, related_name="rota_places")
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="+", verbose_name=_("deputy"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("place in the rota")
        verbose_name_plural = _("places in the rota")
        constraints = [models.UniqueConstraint(fields=["rule", "deputy"], name="in_the_rota_once")]

    def __str__(self):
        return str(self.deputy)
