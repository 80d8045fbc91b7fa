"""Long lists in groups: themes under their task areas, streets under their counties. Plain selects, no script."""

from collections import defaultdict

from django import forms
from django.utils.translation import gettext as _

from liaison.models import Division
from suggestions.models import Category

L = Division.Level


class ListFilters(forms.Form):
    """The filters of a public list: what is no choice of ours is passed over, nobody is told of an error."""

    def values(self) -> dict:
        """What was asked, without what says nothing and without what is no choice of ours."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}


def grouped_themes(themes):
    """Choices of a filter, from all categories: each task area as a whole first, then its themes."""
    for area in (t for t in themes if t.parent_id is None):
        below = [(t.slug, t.name) for t in themes if t.parent_id == area.pk]
        yield (area.name, [(area.slug, _("%(area)s: all") % {"area": area.name}), *below])


def within(themes, slug) -> list[int]:
    """The pks of a theme and of what lies under it."""
    chosen = next(t for t in themes if t.slug == slug)
    return [t.pk for t in themes if chosen.pk in (t.pk, t.parent_id)]


def grouped_categories() -> list:
    """Choices by task area; a task area without themes of its own is one itself."""
    rows = list(Category.objects.open())
    groups = []
    for area in (row for row in rows if row.parent_id is None):
        themes = [(row.pk, str(row)) for row in rows if row.parent_id == area.pk]
        groups.append((str(area), themes or [(area.pk, str(area))]))
    return groups


def grouped_divisions():
    """(queryset, choices) of what one may choose: the city, then each county as a whole and street by street."""
    divisions = Division.objects.filter(level__in=(L.CITY, L.COUNTY, L.STREET))
    rows = list(divisions)
    below = defaultdict(list)
    for row in rows:
        below[row.parent_id].append(row)
    choices = []
    for city in (row for row in rows if row.level == L.CITY):
        choices.append(choice(city, whole(city)))
        for county in below[city.pk]:
            streets = [choice(street, str(street), county.name) for street in below[county.pk]]
            choices.append((str(county), [choice(county, whole(county)), *streets]))
    return divisions, choices


def whole(division) -> str:
    """How a division with others below it is offered."""
    return _("The whole of %(place)s") % {"place": division}


def choice(division, label, county=""):
    """One option: (value, label)."""
    initials = "".join(syllable[0] for syllable in division.pinyin.split())
    search = [division.name, division.pinyin.replace(" ", ""), initials, division.name_en.lower(), county]
    return Searched(division.pk, " ".join(filter(None, search))), label


class Searched:
    """The value of an option, and the words it is found by."""

    def __init__(self, value, words):
        self.value, self.words = value, words

    def __str__(self):
        return str(self.value)


class DivisionSelect(forms.Select):
    """A grouped select; its options carry pinyin and initials for the search field that the page's script adds."""

    def __init__(self, attrs=None):
        super().__init__({"data-searchable": "", **(attrs or {})})

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        if isinstance(value, Searched):
            option["attrs"]["data-words"] = value.words
        return option
