"""The filters of the public list: every field is part of the address, none is required, nonsense is ignored."""

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from fzportal.forms import LineField
from liaison.models import Division

from .. import statistics
from ..models import Category, Department, Reply, Suggestion
from ..standing import AUTHORS_TURN
from .choices import grouped_themes, within
from .counted import CountedForm

S = Suggestion.Status

# States as a citizen thinks of them.
GROUPS = {
    "new": (_("Being screened"), (S.SUBMITTED, S.NEEDS_INFO)),
    "deputy": (_("With a deputy"), (S.ACCEPTED, S.TRIAGING, S.REFERRED, S.ESCALATED)),
    "department": (
        _("With a department"),
        (S.ASSIGNED, S.IN_PROGRESS, S.REPLY_REVIEW, S.REHANDLING, S.SUPERVISED),
    ),
    "replied": (_("Answered"), (S.REPLIED,)),
    "closed": (_("Closed"), (S.CLOSED,)),
    "ended": (_("Declined, merged or withdrawn"), (S.DECLINED, S.MERGED, S.WITHDRAWN)),
}
SORTS = {"new": _("Newest first"), "supported": _("Most supported first"), "answered": _("Recently answered first")}


class FilterForm(CountedForm):
    """What is shown, and in which order. A street can be chosen once its county is."""

    show_optional = False
    q = LineField(label=_("Words looked for"), required=False, max_length=100)
    theme = forms.ChoiceField(label=_("Theme"), required=False)
    county = forms.ChoiceField(label=_("District or county"), required=False)
    street = forms.ChoiceField(label=_("Street or township"), required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *((k, name) for k, (name, _s) in GROUPS.items())]
    )
    department = forms.ChoiceField(label=_("Department"), required=False)
    result = forms.ChoiceField(
        label=_("Class of the reply"), required=False, choices=[("", _("All")), *Reply.Class.choices]
    )
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=list(SORTS.items()))
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)

    def __init__(self, data):
        super().__init__(data)
        everything = ("", _("All"))
        self.themes = list(Category.objects.order_by("position", "pk"))
        self.counties = list(Division.objects.filter(level=Division.Level.COUNTY))
        county = next((c for c in self.counties if c.code == data.get("county")), None)
        self.streets = list(county.children.all()) if county else []
        # One that is no more is still found by an old link.
        asked = data.get("department", "")
        known = Q(is_active=True) | Q(pk=asked if asked.isdecimal() and len(asked) < 18 else None)
        self.departments = list(Department.objects.filter(known))
        self.fields["theme"].choices = [everything, *grouped_themes(self.themes)]
        self.fields["county"].choices = [everything, *((c.code, str(c)) for c in self.counties)]
        self.fields["street"].choices = [everything, *((s.code, str(s)) for s in self.streets)]
        self.fields["department"].choices = [everything, *((d.pk, str(d)) for d in self.departments)]
        if not county:
            del self.fields["street"]

    def narrow(self, rows):
        """``rows`` of suggestions that fit; ``q`` is search's affair."""
        asked = self.values()
        if theme := asked.get("theme"):
            rows = rows.filter(category__in=within(self.themes, theme))
        if street := asked.get("street"):
            rows = rows.filter(division=next(s.pk for s in self.streets if s.code == street))
        elif county := asked.get("county"):
            chosen = next(c for c in self.counties if c.code == county)
            rows = rows.filter(division__in=[chosen.pk, *(s.pk for s in self.streets)])
        if state := asked.get("state"):
            rows = rows.filter(status__in=GROUPS[state][1])
        department = int(asked["department"]) if asked.get("department") else None
        if counted := self.figure_asked(asked):
            rows = statistics.behind(rows, *counted, department)
        # A department's part may have ended; what is counted of it is its part.
        if department and not (counted and counted[0] in statistics.PARTS):
            rows = rows.filter(department=department)
        rows = self.narrow_to_people(rows, asked)
        if result := asked.get("result"):
            rows = rows.filter(Exists(Reply.objects.released().filter(suggestion=OuterRef("pk"), result=result)))
        if asked.get("overdue"):
            rows = rows.overdue().exclude(status__in=AUTHORS_TURN)
        return rows

    def chips(self) -> list[tuple[str, str, str]]:
        """(field, what is filtered, the words of its value), for removing one by one."""
        asked = self.values()
        return [(n, self.fields[n].label, self._word(n, value)) for n, value in asked.items() if n != "sort"]

    def _word(self, name, value) -> str:
        for key, word in getattr(self.fields[name], "choices", ()):
            if isinstance(word, (list, tuple)):
                word = next((inner for k, inner in word if str(k) == value), None)
                if word:
                    return str(word)
            elif str(key) == value:
                return str(word)
        return "" if value is True else value
