"""The filters of the public list of deputies: every field is part of the address, none is required."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fzportal.forms import LineField

from ..models import Delegation, Deputy, Division, Field, Station


class DeputyFilterForm(forms.Form):
    """Which deputies. A street can be chosen once its county is, a station once a place is (or one is in the address).

    Nonsense in the address is ignored.
    """

    show_optional = False
    q = LineField(label=_("Name or pinyin"), required=False, max_length=40)
    county = forms.ChoiceField(label=_("District or county"), required=False)
    street = forms.ChoiceField(label=_("Street or township"), required=False)
    station = forms.ChoiceField(label=_("Station"), required=False)
    field = forms.ChoiceField(label=_("Field of work"), required=False)
    delegation = forms.ChoiceField(label=_("Delegation"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[("", _("All")), *Deputy.Level.choices])

    def __init__(self, data):
        super().__init__(data)
        self.counties = list(Division.objects.filter(level=Division.Level.COUNTY))
        self.county_chosen = next((c for c in self.counties if c.code == data.get("county")), None)
        self.streets = list(self.county_chosen.children.all()) if self.county_chosen else []
        self.street_chosen = next((s for s in self.streets if s.code == data.get("street")), None)
        self.stations = self._stations(data.get("station", ""))
        self._offer("county", [(c.code, str(c)) for c in self.counties])
        self._offer("street", [(s.code, str(s)) for s in self.streets])
        self._offer("station", [(s.slug, s.name) for s in self.stations])
        self._offer("field", [(str(f.pk), f.name) for f in Field.objects.all()])
        self._offer("delegation", [(str(d.pk), d.name) for d in Delegation.objects.all()])

    def _offer(self, name, choices):
        """The choices of a filter; none where there is nothing to choose."""
        if choices:
            self.fields[name].choices = [("", _("All")), *choices]
        else:
            del self.fields[name]

    def _stations(self, asked) -> list[Station]:
        """Those of the street or county chosen; else the one in the address alone: a city has thousands."""
        open_ones = Station.objects.open().order_by("name")
        if place := self.place:
            return list(open_ones.in_divisions([place]))
        return list(open_ones.filter(slug=asked)) if asked.isprintable() and asked else []

    @property
    def place(self):
        """The street, or else the county, that was chosen."""
        return self.street_chosen or self.county_chosen

    def values(self) -> dict:
        """What was asked, without what says nothing and without what is no choice of ours."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, rows):
        """``rows`` of deputies that fit."""
        asked = self.values()
        if "q" in asked:
            rows = rows.called(asked["q"])
        if self.place:
            rows = rows.near(self.place)
        if station := asked.get("station"):
            rows = rows.filter(stations=next(s.pk for s in self.stations if s.slug == station))
        if field := asked.get("field"):
            rows = rows.filter(fields=int(field))
        if delegation := asked.get("delegation"):
            rows = rows.filter(delegation=int(delegation))
        if level := asked.get("level"):
            rows = rows.filter(level=level)
        return rows

    def chips(self) -> list[tuple[str, str, str]]:
        """(field, what is filtered, the words of its value), for removing one by one."""
        asked = self.values()
        return [(name, self.fields[name].label, self._word(name, value)) for name, value in asked.items()]

    def _word(self, name, value) -> str:
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value))
