"""The filters of the stations' list: every field is part of the address, none is required, nonsense is ignored."""

from django import forms
from django.db.models import Q, Value
from django.db.models.functions import Replace
from django.utils.translation import gettext_lazy as _

from fzportal.forms import LineField

from ..models import Division, Field, Station
from ..places import week_of

EVERYTHING = ("", _("All"))


class StationFilterForm(forms.Form):
    """Which stations are shown. A street can be chosen once its county is."""

    show_optional = False
    q = LineField(label=_("Words looked for"), required=False, max_length=60)
    county = forms.ChoiceField(label=_("District or county"), required=False)
    street = forms.ChoiceField(label=_("Street or township"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[EVERYTHING, *Station.Kind.choices])
    field = forms.ChoiceField(label=_("Field"), required=False)
    week = forms.BooleanField(label=_("Deputies receive people this week"), required=False)

    def __init__(self, data):
        super().__init__(data)
        self.counties = list(Division.objects.filter(level=Division.Level.COUNTY))
        county = next((c for c in self.counties if c.code == data.get("county")), None)
        self.streets = list(county.children.all()) if county else []
        self.fields["county"].choices = [EVERYTHING, *((c.code, str(c)) for c in self.counties)]
        self.fields["street"].choices = [EVERYTHING, *((s.code, str(s)) for s in self.streets)]
        self.fields["field"].choices = [EVERYTHING, *((f.pk, str(f)) for f in Field.objects.all())]
        if not county:
            del self.fields["street"]

    def values(self) -> dict:
        """What was asked, without what says nothing and without what is no choice of ours."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, rows, now=None):
        """``rows`` of stations that fit."""
        asked = self.values()
        if place := asked.get("street") or asked.get("county"):
            rows = rows.in_divisions([next(d for d in (*self.streets, *self.counties) if d.code == place)])
        if kind := asked.get("kind"):
            rows = rows.filter(kind=kind)
        if field := asked.get("field"):
            rows = rows.filter(fields=int(field))
        if asked.get("week"):
            rows = rows.receiving_between(*week_of(now))
        for word in asked.get("q", "").split():
            rows = rows.filter(pk__in=named(word))
        return rows

    def chips(self) -> list[tuple[str, str, str]]:
        """(field, what is filtered, the words of its value), for removing one by one."""
        return [(n, self.fields[n].label, self._word(n, value)) for n, value in self.values().items()]

    def _word(self, name, value) -> str:
        words = {str(key): str(word) for key, word in getattr(self.fields[name], "choices", ())}
        return "" if value is True else words.get(value, value)


def named(word):
    """Stations with ``word`` in the name, the address, or the name of street or county, in characters or pinyin."""
    found = Q(name__icontains=word) | Q(address__icontains=word)
    for path in ("division", "division__parent"):
        found |= Q(**{f"{path}__name__icontains": word})
    letters = Replace("division__pinyin", Value(" "), Value(""))
    return Station.objects.annotate(letters=letters).filter(found | Q(letters__istartswith=word)).values("pk")
