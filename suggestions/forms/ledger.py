"""The filters of the public list of promises, as those of the suggestions: part of the address, none required."""

from datetime import date

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.models import Division

from ..models import Category, Commitment, Department
from .choices import ListFilters, grouped_themes, within

C = Commitment.Status


def due(rows, today):
    """The day is to come."""
    return rows.filter(status=C.PROMISED, due_on__gte=today)


def reported(rows, today):
    """A second person of the department checks."""
    return rows.filter(status=C.REPORTED)


def kept(rows, today):
    """Kept, in time or late."""
    return rows.filter(status=C.FULFILLED)


def overdue(rows, today):
    """The day has passed, whether the clock has noticed or not."""
    return rows.filter(Q(status=C.MISSED) | Q(status=C.PROMISED, due_on__lt=today))


STATES = {
    "due": (pgettext_lazy("promise", "Due"), due),
    "reported": (_("Reported as kept"), reported),
    "kept": (_("Kept"), kept),
    "overdue": (_("Overdue"), overdue),
}


class LedgerForm(ListFilters):
    """Which promises are shown."""

    show_optional = False
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *((k, name) for k, (name, _n) in STATES.items())]
    )
    department = forms.ChoiceField(label=_("Department"), required=False)
    theme = forms.ChoiceField(label=_("Theme"), required=False)
    county = forms.ChoiceField(label=_("District or county"), required=False)
    month = forms.ChoiceField(label=_("Promised for"), required=False)

    def __init__(self, data):
        super().__init__(data)
        everything = ("", _("All"))
        self.themes = list(Category.objects.order_by("position", "pk"))
        counties = Division.objects.filter(level=Division.Level.COUNTY)
        departments = Department.objects.filter(is_active=True)
        months = Commitment.objects.public().dates("due_on", "month", order="DESC")
        self.fields["theme"].choices = [everything, *grouped_themes(self.themes)]
        self.fields["county"].choices = [everything, *((c.code, str(c)) for c in counties)]
        self.fields["department"].choices = [everything, *((str(d.pk), str(d)) for d in departments)]
        named = ((f"{month:%Y-%m}", date_format(month, "YEAR_MONTH_FORMAT")) for month in months)
        self.fields["month"].choices = [everything, *named]

    def narrow(self, rows):
        """``rows`` of commitments that fit."""
        asked = self.values()
        if state := asked.get("state"):
            rows = STATES[state][1](rows, timezone.localdate())
        if department := asked.get("department"):
            rows = rows.filter(department=int(department))
        if theme := asked.get("theme"):
            rows = rows.filter(suggestion__category__in=within(self.themes, theme))
        if county := asked.get("county"):
            place = Q(suggestion__division__code=county) | Q(suggestion__division__parent__code=county)
            rows = rows.filter(place)
        if month := asked.get("month"):
            first = date.fromisoformat(f"{month}-01")
            rows = rows.filter(due_on__year=first.year, due_on__month=first.month)
        return rows

    def chips(self) -> list[tuple[str, str, str]]:
        """(field, what is filtered, the words of its value), for removing one by one."""
        return [(name, self.fields[name].label, self._word(name, value)) for name, value in self.values().items()]

    def _word(self, name, value) -> str:
        choices = dict(self.fields[name].choices)
        for group in choices.values():
            if isinstance(group, (list, tuple)) and value in dict(group):
                return str(dict(group)[value])
        return str(choices.get(value, value))
