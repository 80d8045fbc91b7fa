"""Deputies as a table, and who is resident at which station.

A deputy is known by the portal's own number; a row without one by name, level, term and whom they were elected by.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from ...models import Constituency, Delegation, Deputy, Station, Term
from .base import Place, SheetResource
from .cells import Choice, Day, ManyNamed, Named, Number, Text, text_of
from .stations import fields_of_work

NUMBER, NAME = "编号", "姓名"


def stations() -> Named:
    """Stations by slug."""
    return Named(Station.objects.all(), "slug", gettext_lazy("There is no station with the slug “%(value)s”."))


class TermCell(Named):
    """A term by its number: 17, or 第17届."""

    def __init__(self):
        super().__init__(Term.objects.all(), "number", gettext_lazy("There is no term “%(value)s”."))

    def find(self, text):
        return super().find(text.removeprefix("第").removesuffix("届").strip())


class ConstituencyCell(Named):
    """A constituency with its division before it: 闽侯县/甘蔗街道/第一选区; a new one is made in a known division."""

    def __init__(self):
        super().__init__(
            Constituency.objects.select_related("division__parent"), "name",
            gettext_lazy("Write the constituency with its division: 闽侯县/第一选区, not “%(value)s”."),
        )  # fmt: skip
        self.place = Place()

    def name(self, row):
        return f"{self.place.name(row.division)}/{row.name}"

    def find(self, text):
        division, slash, name = text.replace("／", "/").rpartition("/")
        if not slash or not name.strip():
            raise ValueError(self.missing % {"value": text})
        found, _made = Constituency.objects.get_or_create(division=self.place.find(division), name=name.strip())
        return found


class DeputyResource(SheetResource):
    """Basic information. Accounts and photos are no part of it; who listens where is."""

    id = Field("id", NUMBER, Number(), readonly=True)
    name = Field("name", NAME, Text())
    pinyin = Field("pinyin", "拼音", Text())
    level = Field("level", "层级", Choice(Deputy.Level))
    term = Field("term", "届次", TermCell())
    delegation = Field(
        "delegation", "代表团",
        Named(Delegation.objects.all(), "name", gettext_lazy("There is no delegation “%(value)s”.")),
    )  # fmt: skip
    electing_unit = Field("electing_unit", "选举单位", Text())
    constituency = Field("constituency", "选区", ConstituencyCell())
    occupation = Field("occupation", "单位及职务", Text())
    about = Field("about", "简介", Text())
    divisions = Field("divisions", "联系区域", ManyNamed(Place()))
    fields_of_work = Field("fields", "领域", fields_of_work())
    stations = Field("stations", "联络站代号", ManyNamed(stations()))
    since = Field("since", "任职起始", Day())
    until = Field("until", "任职截止", Day())
    needed = (NAME, "届次")

    class Meta:
        model = Deputy
        import_id_fields = ["id"]
        fields = [
            "id", "name", "pinyin", "level", "term", "delegation", "electing_unit", "constituency", "occupation",
            "about", "divisions", "fields_of_work", "stations", "since", "until",
        ]  # fmt: skip
        clean_model_instances = skip_unchanged = report_skipped = True
        name = gettext_lazy("deputies")

    def _check_import_id_fields(self, headers):
        """The number may be left out altogether."""

    def own_key(self, row):
        if number := text_of(row.get(NUMBER)):
            return number
        return tuple(text_of(row.get(heading)) for heading in (NAME, "层级", "届次", "代表团", "选区"))

    def get_instance(self, loader, row):
        """By number; without one whoever has this name and was elected alike; None for somebody new."""
        if number := text_of(row.get(NUMBER)):
            found = Deputy.objects.filter(pk=int(number)).first() if number.isdecimal() else None
            if found is None:
                raise ValidationError({"id": _("There is no deputy with the number %(n)s.") % {"n": number}})
            return found
        try:
            alike = {name: self.fields[name].clean(row) for name in ("level", "term", "delegation", "constituency")
                     if self.fields[name].column_name in row}  # fmt: skip
        except ValueError:
            return None  # said for its cell when the row is read
        alike["level"] = alike.get("level") or Deputy.Level.MUNICIPAL
        name = text_of(row.get(NAME))
        # ``sought``, which holds the name as a word, has an index; ``name`` decides.
        alike["sought__contains"] = f" {name.replace('·', '')} "
        return Deputy.objects.filter(name=name, **alike).order_by("pk").first()

    def import_instance(self, instance, row, **kwargs):
        super().import_instance(instance, row, **kwargs)
        if instance.pk is None and instance.term_id and not text_of(row.get("任职起始")):
            instance.since = instance.term.since

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return instance.pk is not None and super().skip_row(instance, original, row, import_validation_errors)


class ResidencyResource(SheetResource):
    """A deputy is resident at a station. 撤出 = 是 ends it."""

    deputy_number = Field("deputy_id", NUMBER, Number(), readonly=True)
    deputy_name = Field("deputy__name", NAME, Text(), readonly=True)
    station_slug = Field("station__slug", "联络站代号", Text(), readonly=True)
    station_name = Field("station__name", "联络站名称", Text(), readonly=True)
    leaves = Field(None, "撤出", Text(), readonly=True)
    needed = ("联络站代号",)

    class Meta:
        model = Deputy.stations.through
        import_id_fields = ["deputy_number", "station_slug"]
        fields = ["deputy_number", "deputy_name", "station_slug", "station_name", "leaves"]
        clean_model_instances = skip_unchanged = report_skipped = True
        name = gettext_lazy("residencies")

    def _check_import_id_fields(self, headers):
        """A name without a number will do."""

    def before_import_row(self, row, **kwargs):
        row["deputy"], row["station"] = self.deputy(row), self.station(row)
        super().before_import_row(row, **kwargs)

    def own_key(self, row):
        return row["deputy"].pk, row["station"].pk

    def deputy(self, row):
        """By number, checked against the name; by name where one deputy of today is called so."""
        number, name = text_of(row.get(NUMBER)), text_of(row.get(NAME))
        if number:
            found = Deputy.objects.filter(pk=int(number)).first() if number.isdecimal() else None
            if found is None:
                raise ValidationError(_("There is no deputy with the number %(n)s.") % {"n": number})
            if name and name != found.name:
                raise ValidationError(
                    _("Number %(n)s is %(name)s, not %(other)s.") % {"n": number, "name": found.name, "other": name}
                )
            return found
        return by_name(name)

    def station(self, row):
        try:
            return stations().find(text_of(row.get("联络站代号")))
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def get_or_init_instance(self, loader, row):
        pair = {"deputy": row["deputy"], "station": row["station"]}
        found = self._meta.model.objects.filter(**pair).first()
        return (found, False) if found else (self._meta.model(**pair), True)

    def for_delete(self, row, instance):
        return text_of(row.get("撤出")) in ("是", "1")

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return instance.pk is not None


def by_name(name) -> Deputy:
    """The one deputy of today called so. Raises ValidationError."""
    found = list(Deputy.objects.current().filter(name=name)[:2]) if name else []
    if len(found) != 1:
        text = (
            _("Several deputies are called “%(name)s”: give the number.")
            if found
            else _("No deputy is called “%(name)s”.")
        )
        raise ValidationError(text % {"name": name})
    return found[0]
