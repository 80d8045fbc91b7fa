"""Stations as a table, known by their slug."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from ...models import Field as FieldOfWork
from ...models import Station
from .base import Place, SheetResource
from .cells import Choice, ManyNamed, Named, Number, Text, Tick, text_of

SLUG = "代号"


def fields_of_work() -> ManyNamed:
    """Fields of work by name."""
    return ManyNamed(Named(FieldOfWork.objects.all(), "name", _("There is no field of work “%(value)s”.")))


class StationResource(SheetResource):
    """A row with a slug that is known changes that station; another makes one."""

    slug = Field("slug", SLUG, Text())
    name = Field("name", "名称", Text())
    kind = Field("kind", "类型", Choice(Station.Kind))
    level = Field("level", "级别", Choice(Station.Level))
    division = Field("division", "行政区划", Place())
    fields_of_work = Field("fields", "领域", fields_of_work())
    address = Field("address", "地址", Text())
    latitude = Field("latitude", "纬度", Number(float))
    longitude = Field("longitude", "经度", Number(float))
    phone = Field("phone", "电话", Text())
    opening_hours = Field("opening_hours", "开放时间", Text())
    step_free = Field("step_free", "无障碍通行", Text())
    getting_there = Field("getting_there", "交通", Text())
    about = Field("about", "简介", Text())
    is_active = Field("is_active", "开放", Tick())
    needed = (SLUG, "名称", "类型", "行政区划")

    class Meta:
        model = Station
        import_id_fields = ["slug"]
        fields = [
            "slug", "name", "kind", "level", "division", "fields_of_work", "address", "latitude", "longitude", "phone",
            "opening_hours", "step_free", "getting_there", "about", "is_active",
        ]  # fmt: skip
        clean_model_instances = skip_unchanged = report_skipped = True
        name = _("stations")

    def own_key(self, row):
        return text_of(row.get(SLUG)).lower() or None
