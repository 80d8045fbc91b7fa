"""What the page of figures is asked for: a year, of whom, compared by what. Nonsense is ignored."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.models import Division

from ..models import Category, Department, Statistic
from ..statistics import Slice, years

Of = Statistic.Of
BY = {
    Of.CATEGORY: _("By theme"), Of.DIVISION: _("By district or county"), Of.DEPARTMENT: _("By department"),
    Of.STATION: _("By station"), Of.DEPUTY: _("By deputy"),
}  # fmt: skip


class FigureForm(forms.Form):
    """``year``, ``about`` (a ``Slice``) and ``by`` say what is shown, whatever the address held."""

    show_optional = False
    year = forms.ChoiceField(label=_("Year"), required=False)
    of = forms.ChoiceField(label=_("Figures of"), required=False)
    by = forms.ChoiceField(label=_("Compare"), required=False, choices=list(BY.items()))

    def __init__(self, data):
        self.themes = list(Category.objects.order_by("position", "pk"))
        self.counties = list(Division.objects.filter(level=Division.Level.COUNTY))
        self.about = Slice.named(data.get("of", ""))
        known = years() or [timezone.localdate().year]
        self.year_shown = next((y for y in known if str(y) == data.get("year")), known[0])
        self.by_shown = data.get("by") if data.get("by") in BY else Of.CATEGORY
        super().__init__({"year": self.year_shown, "of": self.about.key, "by": self.by_shown}, auto_id="figures_%s")
        self.fields["year"].choices = [(y, y) for y in known]
        self.fields["of"].choices = list(self._slices())
        if self.about.kind != Of.CITY:
            del self.fields["by"]

    def _slices(self):
        """The whole city; themes, counties and departments in groups; what else the address names."""
        yield "", _("The whole city")
        groups = (
            (_("Theme"), Of.CATEGORY, [(t.pk, str(t)) for t in self._in_order()]),
            (_("District or county"), Of.DIVISION, [(c.pk, str(c)) for c in self.counties]),
            (_("Department"), Of.DEPARTMENT, [(d.pk, str(d)) for d in Department.objects.filter(is_active=True)]),
        )
        offered = set()
        for label, kind, rows in groups:
            choices = [(f"{kind}-{pk}", name) for pk, name in rows]
            offered |= {key for key, _name in choices}
            yield label, choices
        if self.about.key and self.about.key not in offered:
            yield self.about.key, self.about.name

    def _in_order(self):
        """Task areas, each before its themes."""
        for area in (t for t in self.themes if t.parent_id is None):
            yield area
            yield from (t for t in self.themes if t.parent_id == area.pk)

    def compared(self):
        """(kind of the rows to compare, their keys or None for all), or None when there is nothing inside."""
        about, kind = self.about, self.about.kind
        if kind == Of.CATEGORY:
            inside = [t.pk for t in self.themes if t.parent_id == about.pk]
            return (Of.CATEGORY, inside) if inside else None
        if kind == Of.DIVISION:
            is_county = about.one.level == Division.Level.COUNTY
            return (Of.DIVISION, list(about.one.children.values_list("pk", flat=True))) if is_county else None
        if kind != Of.CITY:
            return None
        within = {
            Of.CATEGORY: [t.pk for t in self.themes if t.parent_id is None],
            Of.DIVISION: [c.pk for c in self.counties],
        }
        return self.by_shown, within.get(self.by_shown)
