"""The filters of the public list of proposals: every field is part of the address, nonsense is ignored."""

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.models import Deputy, Term

from ..models import Category, Department, Proposal
from .choices import ListFilters, grouped_themes, within

P = Proposal.Status
# States as a reader thinks of them.
GROUPS = {
    "submitted": (_("To be assigned"), (P.SUBMITTED,)),
    "handled": (_("Being handled"), (P.ASSIGNED, P.IN_PROGRESS, P.REPLY_REVIEW, P.REHANDLING)),
    "replied": (_("Answered"), (P.REPLIED,)),
    "closed": (_("Closed"), (P.CLOSED,)),
}
EVERYTHING = ("", _("All"))


class FilterForm(ListFilters):
    """Which proposals. A term includes what its deputies brought along, still open, from earlier ones."""

    show_optional = False
    term = forms.ChoiceField(label=_("Term"), required=False)
    year = forms.ChoiceField(label=_("Year"), required=False)
    theme = forms.ChoiceField(label=_("Theme"), required=False)
    department = forms.ChoiceField(label=_("Department"), required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[EVERYTHING, *((k, name) for k, (name, _s) in GROUPS.items())]
    )
    # Comes from a deputy's page, and goes by its chip.
    deputy = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    key = forms.BooleanField(label=_("Key proposals only"), required=False)

    def __init__(self, data):
        super().__init__(data)
        self.terms, self.themes = list(Term.objects.all()), list(Category.objects.order_by("position", "pk"))
        first = min((t.since.year for t in self.terms), default=timezone.localdate().year)
        years = range(timezone.localdate().year, first - 1, -1)
        self.fields["term"].choices = [EVERYTHING, *((str(t.number), str(t)) for t in self.terms)]
        self.fields["year"].choices = [EVERYTHING, *((str(y), str(y)) for y in years)]
        self.fields["theme"].choices = [EVERYTHING, *grouped_themes(self.themes)]
        in_use = Department.objects.filter(is_active=True)
        self.fields["department"].choices = [EVERYTHING, *((str(d.pk), str(d)) for d in in_use)]

    def narrow(self, rows):
        """``rows`` of proposals that fit."""
        asked = self.values()
        if number := asked.get("term"):
            term = next(t for t in self.terms if str(t.number) == number)
            brought = ~Q(status__in=Proposal.ENDS) & Q(deputy__term=term, term__number__lt=term.number)
            rows = rows.filter(Q(term=term) | brought)
        if year := asked.get("year"):
            rows = rows.filter(submitted_at__year=int(year))
        if theme := asked.get("theme"):
            rows = rows.filter(category__in=within(self.themes, theme))
        if department := asked.get("department"):
            rows = rows.filter(Q(department=int(department)) | Q(parts__department=int(department))).distinct()
        if deputy := asked.get("deputy"):
            rows = rows.filter(deputy=deputy)
        if state := asked.get("state"):
            rows = rows.filter(status__in=GROUPS[state][1])
        return rows.filter(is_key=True) if asked.get("key") else rows

    def chips(self) -> list[tuple[str, str, str]]:
        """(field, what is filtered, the words of its value), for removing one by one."""
        return [(n, self.fields[n].label or _("Deputy"), self._word(n, value)) for n, value in self.values().items()]

    def _word(self, name, value) -> str:
        if name == "deputy":
            return Deputy.objects.filter(pk=value).values_list("name", flat=True).first() or str(value)
        flat = []
        for key, word in getattr(self.fields[name], "choices", ()):
            flat += word if isinstance(word, (list, tuple)) else [(key, word)]
        return next((str(word) for key, word in flat if str(key) == value), "")
