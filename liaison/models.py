"""Where and when people meet their deputies: divisions, fields, terms, deputies and their stations."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, MembershipQuerySet


class DivisionQuerySet(models.QuerySet):
    """Which divisions."""

    def under(self, divisions):
        """``divisions`` and everything inside them."""
        pks = [d.pk for d in divisions]
        return self.filter(
            Q(pk__in=pks) | Q(parent__in=pks) | Q(parent__parent__in=pks) | Q(parent__parent__parent__in=pks)
        )

    def around(self, divisions):
        """``divisions``, everything inside them and everything they lie in: where their deputies listen."""
        pks = [d.pk for d in divisions]
        above = Q(children__in=pks) | Q(children__children__in=pks) | Q(children__children__children__in=pks)
        return (self.under(divisions) | self.filter(above)).distinct()


class Division(models.Model):
    """An administrative division (行政区划), province down to street, keyed by the national code."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        CITY = "city", _("City")
        COUNTY = "county", _("County or district")
        STREET = "street", _("Street or township")

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    pinyin = models.CharField(_("pinyin"), max_length=80, blank=True, db_index=True)
    level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    objects = DivisionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("division")
        verbose_name_plural = _("divisions")

    def __str__(self):
        return self.name if (get_language() or "").startswith("zh") else self.name_en or self.name

    @property
    def place(self) -> str:
        """Below the city with its county: 鼓楼区 · 温泉街道."""
        return f"{self.parent} · {self}" if self.level == self.Level.STREET else str(self)


class Field(models.Model):
    """A field of work or industry (领域), the basis of industry stations."""

    name = models.CharField(_("name"), max_length=40, unique=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("field")
        verbose_name_plural = _("fields")

    def __str__(self):
        return self.name


class Term(models.Model):
    """A term of the congress (届): the 16th began in January 2022 and ends about January 2027."""

    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("term")
        verbose_name_plural = _("terms")

    def __str__(self):
        return _("Term %(number)s") % {"number": self.number}


class Delegation(models.Model):
    """A delegation (代表团) of municipal deputies, by the unit that elects them."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, verbose_name=_("division"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")

    def __str__(self):
        return self.name


class Station(models.Model):
    """A place where deputies receive people (代表联络站)."""

    class Kind(models.TextChoices):
        PRACTICE_CENTRE = "practice_centre", _("Practice centre")
        INDUSTRY_STATION = "industry_station", _("Industry station")
        ACTIVITY_ROOM = "activity_room", _("Activity room")
        LIAISON_STATION = "liaison_station", _("Liaison station")
        CONTACT_POINT = "contact_point", _("Contact point")

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    division = models.ForeignKey(Division, models.PROTECT, related_name="stations", verbose_name=_("division"))
    fields = models.ManyToManyField(Field, blank=True, related_name="stations", verbose_name=_("fields"))
    address = models.CharField(_("address"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    is_active = models.BooleanField(_("open"), default=True)
    is_demo = models.BooleanField(_("demo data"), default=False, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("station")
        verbose_name_plural = _("stations")

    def __str__(self):
        return self.name


class DeputyQuerySet(MembershipQuerySet):
    """Which deputies."""

    def listening_to(self, division, field_ids, station_id):
        """Current deputies of a division (or of one in or around it), of any of the fields, or of the station."""
        areas = Division.objects.around([division]) if division else Division.objects.none()
        of_area = Q(divisions__in=areas) | Q(fields__in=field_ids)
        if station_id:
            of_area |= Q(stations=station_id)
        return self.current().filter(of_area).distinct()


class Deputy(Membership):
    """A people's congress deputy (人大代表). Basic information is public (代表法 2025, Art. 58)."""

    class Level(models.TextChoices):
        MUNICIPAL = "municipal", _("Municipal")
        COUNTY = "county", _("County")
        TOWNSHIP = "township", _("Township")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="deputy", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=40)
    pinyin = models.CharField(_("pinyin"), max_length=80, blank=True, db_index=True)
    level = models.CharField(_("level"), max_length=9, choices=Level.choices, default=Level.MUNICIPAL)
    term = models.ForeignKey(Term, models.PROTECT, related_name="deputies", verbose_name=_("term"))
    delegation = models.ForeignKey(
        Delegation, models.PROTECT, null=True, blank=True, related_name="deputies", verbose_name=_("delegation")
    )
    electing_unit = models.CharField(_("electing unit"), max_length=60, blank=True)
    divisions = models.ManyToManyField(
        Division, blank=True, related_name="deputies", verbose_name=_("divisions"),
        help_text=_("Suggestions from here come to this deputy's pool."),
    )  # fmt: skip
    fields = models.ManyToManyField(Field, blank=True, related_name="deputies", verbose_name=_("fields"))
    stations = models.ManyToManyField(Station, blank=True, related_name="deputies", verbose_name=_("stations"))
    is_demo = models.BooleanField(_("demo data"), default=False, editable=False)

    objects = DeputyQuerySet.as_manager()

    class Meta:
        ordering = ["pinyin", "pk"]
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")

    def __str__(self):
        return self.name

    @cached_property
    def ear(self) -> tuple[frozenset, frozenset, frozenset]:
        """Pks of what this deputy listens to: divisions (those around theirs too), fields, stations."""
        areas = Division.objects.around(self.divisions.all())
        return tuple(
            frozenset(rows.order_by().values_list("pk", flat=True))
            for rows in (areas, self.fields.all(), self.stations.all())
        )

    def get_absolute_url(self):
        """The deputy's public page."""
        return reverse("deputy_detail", args=[self.pk])

    @classmethod
    def roles_of(cls, user):
        """("deputy", deputy pk)."""
        rows = cls.objects.current().filter(user=user).order_by()
        return rows.annotate(role=models.Value("deputy")).values_list("role", "pk")


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
