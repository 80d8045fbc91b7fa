"""Reception rules as a table, with the rota of deputies behind each."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from ... import recurrence
from ...models import Deputy, Mode, ReceptionRule, RotaPlace
from .base import SheetResource
from .cells import SEPARATORS, Choice, Clock, Day, Number, Text, Tick, checked, text_of
from .deputies import NUMBER, by_name, stations

ROTA = "轮值代表"


def written(text) -> str:
    """A recurrence as it is stored. Raises ValidationError."""
    recurrence.validate(text)
    return recurrence.normal(text)


class RuleResource(SheetResource):
    """A row with a number changes that rule; one without makes a rule."""

    id = Field("id", NUMBER, Number(), readonly=True)
    station = Field("station", "联络站代号", stations())
    recurrence = Field("recurrence", "重复规则", checked(written))
    since = Field("since", "起始日期", Day())
    until = Field("until", "截止日期", Day())
    begins = Field("begins", "开始时间", Clock())
    ends = Field("ends", "结束时间", Clock())
    slot_minutes = Field("slot_minutes", "每段分钟数", Number())
    places = Field("places", "每段人数", Number())
    mode = Field("mode", "方式", Choice(Mode))
    place = Field("place", "地点", Text())
    link = Field("link", "会议链接", Text())
    theme = Field("theme", "主题", Text())
    scope = Field("scope", "接待内容", Text())
    holidays = Field("holidays", "遇节假日", Choice(ReceptionRule.Holidays))
    rota = Field("rota", "轮值方式", Choice(ReceptionRule.Rota))
    deputies = Field(None, ROTA, Text(), readonly=True)
    wanted = Field("wanted", "每场代表数", Number())
    announce_days = Field("announce_days", "提前公布天数", Number())
    is_active = Field("is_active", "有效", Tick())
    needed = ("联络站代号", "重复规则", "开始时间", "结束时间")

    class Meta:
        model = ReceptionRule
        import_id_fields = ["id"]
        fields = [
            "id", "station", "recurrence", "since", "until", "begins", "ends", "slot_minutes", "places", "mode",
            "place", "link", "theme", "scope", "holidays", "rota", "deputies", "wanted", "announce_days", "is_active",
        ]  # fmt: skip
        clean_model_instances = skip_unchanged = report_skipped = True
        name = gettext_lazy("reception rules")

    def _check_import_id_fields(self, headers):
        """The number may be left out altogether."""

    def own_key(self, row):
        return text_of(row.get(NUMBER)) or None

    def get_instance(self, loader, row):
        number = text_of(row.get(NUMBER))
        if not number:
            return None
        found = ReceptionRule.objects.filter(pk=int(number)).first() if number.isdecimal() else None
        if found is None:
            raise ValidationError({"id": _("There is no rule with the number %(n)s.") % {"n": number}})
        return found

    def dehydrate_deputies(self, rule):
        """ "林静#12、黄敏#15", in the rota's order."""
        if rule.pk is None:
            return ""
        return "、".join(
            f"{place.deputy.name}#{place.deputy_id}" for place in rule.rota_places.select_related("deputy")
        )

    def rota_of(self, row) -> list[Deputy] | None:
        """The deputies named in their order; None when the column is not in the file. Raises ValidationError."""
        if ROTA not in row:
            return None
        parts = filter(None, map(str.strip, SEPARATORS.split(text_of(row[ROTA]))))
        found = [self.one_of_the_rota(part) for part in parts]
        if len({d.pk for d in found}) < len(found):
            raise ValidationError(_("The rota names a deputy twice."))
        return found

    def one_of_the_rota(self, text):
        """ "林静#12", "#12" or a name only one deputy has."""
        name, _hash, number = text.partition("#")
        if not number and not name.isdecimal():
            return by_name(name)
        number = number or name
        found = Deputy.objects.filter(pk=int(number)).first() if number.isdecimal() else None
        if found is None:
            raise ValidationError(_("There is no deputy with the number %(n)s.") % {"n": number})
        return found

    def skip_row(self, instance, original, row, import_validation_errors=None):
        if instance.pk is None or not super().skip_row(instance, original, row, import_validation_errors):
            return False
        rota = self.rota_of(row)
        return rota is None or [d.pk for d in rota] == [p.deputy_id for p in instance.rota_places.all()]

    def after_save_instance(self, instance, row, **kwargs):
        rota = self.rota_of(row)
        if rota is not None:
            instance.rota_places.all().delete()
            RotaPlace.objects.bulk_create(
                [RotaPlace(rule=instance, deputy=d, position=place) for place, d in enumerate(rota)]
            )
