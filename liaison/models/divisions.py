"""Administrative divisions and fields of work: what stations and deputies are ordered by."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


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
