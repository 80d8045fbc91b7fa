"""The places where deputies receive people, and who works there."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership

from .divisions import Division, Field


class StationQuerySet(models.QuerySet):
    """Which stations."""

    def open(self):
        """People may come."""
        return self.filter(is_active=True)

    def in_divisions(self, divisions):
        """In any of ``divisions`` or inside them."""
        return self.filter(division__in=Division.objects.under(divisions))

    def receiving_between(self, since, until):
        """A session of theirs begins in ``since <= begin < until`` and is not cancelled."""
        sessions = self.model._meta.get_field("sessions").related_model.objects
        taking_place = sessions.taking_place().filter(station=models.OuterRef("pk"), starts_at__gte=since)
        return self.filter(models.Exists(taking_place.filter(starts_at__lt=until)))

    def with_parts(self):
        """What lists and pages show."""
        return self.select_related("division__parent").prefetch_related("fields")


class Station(models.Model):
    """A place where deputies receive people (代表联络站)."""

    class Kind(models.TextChoices):
        PRACTICE_CENTRE = "practice_centre", _("Practice centre")
        INDUSTRY_STATION = "industry_station", _("Industry station")
        ACTIVITY_ROOM = "activity_room", _("Activity room")
        LIAISON_STATION = "liaison_station", _("Liaison station")
        CONTACT_POINT = "contact_point", _("Contact point")

    class Level(models.TextChoices):
        CITY = "city", _("City")
        COUNTY = "county", _("County or district")
        STREET = "street", _("Street or township")
        VILLAGE = "village", _("Village or neighbourhood")

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    level = models.CharField(_("level"), max_length=8, choices=Level.choices, default=Level.STREET)
    division = models.ForeignKey(Division, models.PROTECT, related_name="stations", verbose_name=_("division"))
    fields = models.ManyToManyField(Field, blank=True, related_name="stations", verbose_name=_("fields"))
    address = models.CharField(_("address"), max_length=120, blank=True)
    # WGS 84, decimal degrees.
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    opening_hours = models.CharField(_("opening hours"), max_length=120, blank=True)
    step_free = models.CharField(_("how to get in without steps"), max_length=200, blank=True)
    getting_there = models.CharField(_("how to get there"), max_length=200, blank=True)
    about = models.TextField(_("about"), blank=True, max_length=2000)
    is_active = models.BooleanField(_("open"), default=True)
    is_demo = models.BooleanField(_("demo data"), default=False, editable=False)

    objects = StationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("station")
        verbose_name_plural = _("stations")
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                name="station_has_both_coordinates_or_none",
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The station's public page."""
        return reverse("station_detail", args=[self.slug])

    @property
    def heads(self):
        """Its heads (站长) today, as memberships."""
        today = StationMember.objects.current(timezone.localdate())
        return today.filter(station=self, role=StationMember.Role.HEAD).select_related("user")


class StationMember(Membership):
    """Works at a station: its head (站长) or an officer (联络员)."""

    class Role(models.TextChoices):
        HEAD = "head", _("Head")
        OFFICER = "officer", _("Officer")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("user"))
    station = models.ForeignKey(Station, models.PROTECT, related_name="members", verbose_name=_("station"))
    role = models.CharField(_("role"), max_length=7, choices=Role.choices, default=Role.OFFICER)

    class Meta:
        verbose_name = _("station member")
        verbose_name_plural = _("station members")

    def __str__(self):
        return f"{self.user} · {self.station}"

    @classmethod
    def roles_of(cls, user):
        """("officer", station pk), heads included."""
        rows = cls.objects.current().filter(user=user).order_by()
        return rows.annotate(name=models.Value("officer")).values_list("name", "station_id")
