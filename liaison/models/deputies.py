"""The congress: its terms, delegations and constituencies, and the deputies."""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, Func, OuterRef, Q, Value
from django.db.models.functions import Concat, Lower, Replace, Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, MembershipQuerySet

from .. import pinyin
from .divisions import Division, Field
from .stations import Station


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


class Constituency(models.Model):
    """A constituency (选区): where county and township deputies are elected (选举法 Art. 3)."""

    name = models.CharField(_("name"), max_length=60)
    division = models.ForeignKey(Division, models.PROTECT, related_name="constituencies", verbose_name=_("division"))

    class Meta:
        ordering = ["division", "name"]
        verbose_name = _("constituency")
        verbose_name_plural = _("constituencies")
        constraints = [models.UniqueConstraint(fields=["division", "name"], name="constituency_named_once")]

    def __str__(self):
        return self.name


def photo_path(deputy, name: str) -> str:
    """Under a random name: a replaced photo gets a new address."""
    return f"deputies/{uuid.uuid4().hex}"


class DeputyQuerySet(MembershipQuerySet):
    """Which deputies."""

    def listening_to(self, division, field_ids, station_id):
        """Current deputies of a division (or of one in or around it), of any of the fields, or of the station."""
        areas = Division.objects.around([division]) if division else Division.objects.none()
        of_area = Q(divisions__in=areas) | Q(fields__in=field_ids)
        if station_id:
            of_area |= Q(stations=station_id)
        return self.current().filter(of_area).distinct()

    def near(self, division):
        """Those who listen in ``division``, in one inside or around it, or are resident at a station there."""
        areas = list(Division.objects.around([division]).values_list("pk", flat=True))
        inside = Station.objects.in_divisions([division])
        listens = self.model.divisions.through.objects.filter(deputy=OuterRef("pk"), division__in=areas)
        resides = self.model.stations.through.objects.filter(deputy=OuterRef("pk"), station__in=inside)
        return self.filter(Exists(listens) | Exists(resides))

    def with_parts(self):
        """What lists and pages show; the same number of queries for any number of rows."""
        stations = models.Prefetch("stations", Station.objects.open().select_related("division__parent"))
        return self.select_related("term", "delegation", "constituency").prefetch_related(
            "fields", stations, models.Prefetch("divisions", Division.objects.select_related("parent"))
        )

    def called(self, words):
        """Whose name, given name, their pinyin, or whose initials begin with ``words``, however they are typed."""
        return self.filter(sought__contains=f" {typed}") if (typed := pinyin.asked(words)) else self.none()


def without(pattern: str, expression):
    """``expression`` with everything that matches cut out, by PostgreSQL."""
    return Func(expression, Value(pattern), Value(""), Value("g"), function="regexp_replace")


# " 林静 静 linjing jing lj": each way to begin a name is a word of its own, which a trigram index finds at once.
SOUGHT = Concat(
    Value(" "), Replace("name", Value("·")), Value(" "), Substr(Replace("name", Value("·")), 2),
    Value(" "), without(r"\s", Lower("pinyin")), Value(" "), without(r"^\S+|\s", Lower("pinyin")),
    # Of each syllable the first letter.
    Value(" "), without(r"(?<=\S)\S|\s", Lower("pinyin")),
    output_field=models.TextField(),
)  # fmt: skip


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
    constituency = models.ForeignKey(
        Constituency, models.PROTECT, null=True, blank=True, related_name="deputies", verbose_name=_("constituency")
    )
    occupation = models.CharField(_("unit and position"), max_length=80, blank=True)
    about = models.TextField(_("about"), blank=True, max_length=1000)
    photo = models.FileField(_("photo"), upload_to=photo_path, blank=True)
    divisions = models.ManyToManyField(
        Division, blank=True, related_name="deputies", verbose_name=_("divisions"),
        help_text=_("Suggestions from here come to this deputy's pool."),
    )  # fmt: skip
    fields = models.ManyToManyField(Field, blank=True, related_name="deputies", verbose_name=_("fields"))
    stations = models.ManyToManyField(Station, blank=True, related_name="deputies", verbose_name=_("stations"))
    is_demo = models.BooleanField(_("demo data"), default=False, editable=False)
    # What the search for a name reads; the database keeps it true.
    sought = models.GeneratedField(expression=SOUGHT, output_field=models.TextField(), db_persist=True)

    objects = DeputyQuerySet.as_manager()

    class Meta:
        ordering = ["pinyin", "pk"]
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        constraints = [
            models.CheckConstraint(
                condition=~Q(level="municipal") | Q(constituency=None), name="municipal_deputy_has_no_constituency"
            ),
            models.CheckConstraint(
                condition=Q(level="municipal") | Q(delegation=None), name="only_municipal_deputy_has_delegation"
            ),
        ]
        indexes = [
            models.Index(fields=["pinyin", "id"], name="deputy_order"),
            GinIndex(fields=["sought"], opclasses=["gin_trgm_ops"], name="deputy_sought"),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        """Municipal deputies have a delegation, the others a constituency (DOMAIN rule 9)."""
        is_municipal = self.level == self.Level.MUNICIPAL
        if is_municipal and self.constituency_id:
            raise ValidationError({"constituency": _("A municipal deputy has a delegation, not a constituency.")})
        if not is_municipal and self.delegation_id:
            raise ValidationError({"delegation": _("Only municipal deputies belong to a delegation.")})
        self.pinyin = self.pinyin or pinyin.of_name(self.name)

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

    @property
    def is_current(self) -> bool:
        """Whether this person is a deputy today."""
        today = timezone.localdate()
        return self.since <= today and (self.until is None or self.until >= today)

    @property
    def is_former(self) -> bool:
        """Whether the membership has ended."""
        return self.until is not None and self.until < timezone.localdate()

    @property
    def photo_url(self) -> str:
        """Where everybody sees the photo; another address for another photo. Empty without one."""
        return f"{reverse('deputy_photo', args=[self.pk])}?v={self.photo.name[-8:]}" if self.photo else ""

    @property
    def elected_by(self) -> str:
        """The delegation, or the constituency, whichever this deputy has."""
        return str(self.delegation or self.constituency or "")

    @classmethod
    def roles_of(cls, user):
        """("deputy", deputy pk)."""
        rows = cls.objects.current().filter(user=user).order_by()
        return rows.annotate(role=models.Value("deputy")).values_list("role", "pk")
