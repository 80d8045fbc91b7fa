"""The filters of the calendar and of the yearly plan: every field is part of the address, nonsense is ignored."""

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal.forms import LineField

from ..models import Deputy, Division, Station
from ..timetable import YEARS, near, of_deputies

VIEWS = ("month", "week", "day")
MONTH, WEEK, DAY = VIEWS
# A name that fits more rows than this is too short to mean somebody.
MOST = 100


class DivisionChoice:
    """A choice of counties, and of the chosen county's streets."""

    def __init__(self, code):
        self.counties = list(Division.objects.filter(level=Division.Level.COUNTY))
        self.chosen = next((c for c in self.counties if c.code == code), None)
        if self.chosen is None and code.isdigit():
            self.chosen = (
                Division.objects.filter(code=code, level=Division.Level.STREET).select_related("parent").first()
            )
        self.county = self.chosen
        if self.chosen is not None and self.chosen.level == Division.Level.STREET:
            self.county = self.chosen.parent
        self.streets = list(self.county.children.all()) if self.county else []

    def choices(self) -> list:
        """For a select: everything, the counties, the county's streets as a group."""
        found = [("", _("The whole city")), *((c.code, str(c)) for c in self.counties)]
        if self.streets:
            found.append((str(self.county), [(s.code, str(s)) for s in self.streets]))
        return found


class CalendarForm(forms.Form):
    """Which sessions. ``station``: its slug or part of its name; ``deputy``: the key or part of the name."""

    show_optional = False
    division = forms.ChoiceField(label=_("District, county or street"), required=False)
    station = LineField(label=_("Station"), required=False, max_length=60)
    deputy = LineField(label=_("Deputy"), required=False, max_length=60)
    date = forms.DateField(
        label=_("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    view = forms.ChoiceField(required=False, choices=[(v, v) for v in VIEWS], widget=forms.HiddenInput)

    def __init__(self, data):
        self.today = timezone.localdate()
        self.place = DivisionChoice(data.get("division", ""))
        asked = {name: data.get(name, "") for name in self.base_fields}
        asked["station"], self.stations = self._stations(asked["station"].strip())
        asked["deputy"], self.deputies = self._deputies(asked["deputy"].strip())
        super().__init__(asked)
        self.fields["division"].choices = self.place.choices()
        self.full_clean()

    @staticmethod
    def _stations(word):
        """(what the field shows, the stations meant or None)."""
        if not word or "\0" in word:
            return "", None
        exact = Station.objects.filter(Q(slug=word) | Q(name=word)).select_related("division").first()
        if exact:
            return exact.name, [exact]
        return word, list(Station.objects.filter(name__icontains=word)[:MOST])

    @staticmethod
    def _deputies(word):
        if not word or "\0" in word:
            return "", None
        rows = Deputy.objects.current()
        if word.isascii() and word.isdigit() and len(word) < 10:
            found = list(rows.filter(pk=word))
            return (found[0].name if found else word), found
        return word, list(rows.filter(Q(name__icontains=word) | Q(pinyin__istartswith=word))[:MOST])

    @property
    def shown_view(self) -> str:
        """month, week or day."""
        return self.cleaned_data.get("view") or MONTH

    @property
    def shown_day(self) -> date:
        """The date asked for; today without one, or when it is years away."""
        asked = self.cleaned_data.get("date")
        return (asked and near(asked, self.today)) or self.today

    def narrow(self, sessions):
        """``sessions`` that fit."""
        if self.place.chosen:
            sessions = sessions.in_divisions([self.place.chosen])
        if self.stations is not None:
            sessions = sessions.filter(station__in=self.stations)
        if self.deputies is not None:
            sessions = of_deputies(sessions, self.deputies)
        return sessions

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the time is asked for."""
        return bool(self.place.chosen) or self.stations is not None or self.deputies is not None

    def kept(self) -> dict[str, str]:
        """The filters in use, as the address has them: one station by its slug, one deputy by the key."""
        words = {
            "division": self.place.chosen.code if self.place.chosen else "",
            "station": self.stations[0].slug if is_one(self.stations) else self.data["station"],
            "deputy": str(self.deputies[0].pk) if is_one(self.deputies) else self.data["deputy"],
        }
        return {name: word for name, word in words.items() if word}

    def chips(self) -> list[tuple[str, str, str]]:
        """(field, its label, what it is narrowed to), for removing one by one."""
        words = {
            "division": self.place.chosen.place if self.place.chosen else "",
            "station": self.data["station"],
            "deputy": self.data["deputy"],
        }
        return [(name, self.fields[name].label, word) for name, word in words.items() if word]


def is_one(rows) -> bool:
    """Whether a name means exactly one."""
    return rows is not None and len(rows) == 1


class PlanForm(forms.Form):
    """Which year, and which division."""

    show_optional = False
    division = forms.ChoiceField(label=_("District, county or street"), required=False)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)

    def __init__(self, data):
        this_year = timezone.localdate().year
        self.place = DivisionChoice(data.get("division", ""))
        super().__init__({"year": data.get("year") or this_year, "division": data.get("division", "")})
        self.fields["division"].choices = self.place.choices()
        self.fields["year"].choices = [(y, str(y)) for y in range(this_year - YEARS, this_year + YEARS + 1)]
        self.full_clean()
        self.shown_year = self.cleaned_data.get("year") or this_year

    def query(self) -> dict:
        """What is asked for, as the address has it."""
        place = {"division": self.place.chosen.code} if self.place.chosen else {}
        return {"year": self.shown_year, **place}
