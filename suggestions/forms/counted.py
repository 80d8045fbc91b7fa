"""Filters that lead from a published figure to the suggestions behind it: what was counted, when, of whom."""

import calendar
import re
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from fzportal.forms import LineField
from liaison.models import Deputy, Station

from .. import statistics
from ..models import DeclineReason
from .choices import ListFilters

SPAN = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2]))?")


class CountedForm(ListFilters):
    """A figure in a month or a year; a station and a deputy come by link and can be taken off again."""

    counted = forms.ChoiceField(label=_("What happened"), required=False)
    span = LineField(
        label=_("In which month or year"), required=False, max_length=7, help_text=_("Such as 2026-11 or 2026.")
    )
    station = forms.ChoiceField(label=_("Station"), required=False, widget=forms.HiddenInput)
    deputy = forms.ChoiceField(label=_("Deputy"), required=False, widget=forms.HiddenInput)

    def __init__(self, data):
        super().__init__(data)
        listed = [(f.name, f.label) for f in statistics.FIGURES if statistics.has_list(f.name)]
        named = {name: words_of(name, label) for name, label in listed}
        reasons = [(f"{statistics.REASON}{r.code}", r.name) for r in DeclineReason.objects.all()]
        self.fields["counted"].choices = [("", _("All")), *named.items(), (_("Declined because"), reasons)]
        slug, pk = data.get("station", ""), data.get("deputy", "")
        stations = Station.objects.filter(slug=slug) if slug else ()
        deputies = Deputy.objects.filter(pk=pk) if pk.isdecimal() and len(pk) < 18 else ()
        self.fields["station"].choices = [(s.slug, s.name) for s in stations]
        self.fields["deputy"].choices = [(d.pk, d.name) for d in deputies]

    def clean_span(self):
        """A month or a year; nonsense is ignored as everywhere in this form."""
        given = self.cleaned_data["span"]
        return given if SPAN.fullmatch(given) else ""

    def figure_asked(self, asked):
        """(figure, first day, last day), or None: a figure without a span is counted from the beginning."""
        name, span = asked.get("counted"), asked.get("span", "")
        if not name and not span:
            return None
        year, month = SPAN.fullmatch(span).groups() if span else (None, None)
        if year is None:
            return name, date(2000, 1, 1), date(2099, 12, 31)
        first, last = int(month or 1), int(month or 12)
        end = calendar.monthrange(int(year), last)[1]
        return name or "received", date(int(year), first, 1), date(int(year), last, end)

    def narrow_to_people(self, rows, asked):
        """Those of a station, of a deputy."""
        if asked.get("station"):
            rows = rows.filter(station__slug=asked["station"])
        if asked.get("deputy"):
            rows = rows.filter(deputy=int(asked["deputy"]))
        return rows


def words_of(name, label) -> str:
    """A figure's words where they stand alone: "Rating: satisfied" rather than "Satisfied"."""
    kind, _colon, value = name.partition(":")
    heads = {"stage": _("Stage ended"), "result": _("Result"), "attitude": _("Attitude")}
    return f"{heads[kind]}: {label}" if value else label
