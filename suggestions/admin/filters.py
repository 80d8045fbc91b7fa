"""What the office narrows its list by."""

from datetime import timedelta

from django.contrib import admin
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.models import Division

from ..forms.browse import FilterForm
from ..models import Category, Suggestion
from . import queues


class QueueFilter(admin.SimpleListFilter):
    """What waits. Without a choice it is what is to be screened; a search looks everywhere."""

    title = _("queue")
    parameter_name = "queue"
    everything = "all"

    def lookups(self, request, model_admin):
        return [(queue.slug, queue.label) for queue in queues.QUEUES]

    def value(self):
        # Whoever asks for anything in particular means all suggestions.
        default = self.everything if self.asked else queues.QUEUES[0].slug
        return super().value() or default

    def __init__(self, request, params, model, model_admin):
        self.asked = any(request.GET.get(name) for name in request.GET if name not in ("queue", "p", "o", "all", "e"))
        super().__init__(request, params, model, model_admin)

    def queryset(self, request, rows):
        queue = queues.BY_SLUG.get(self.value())
        return queue.rows(rows) if queue else rows

    def choices(self, changelist):
        for slug, label in [(self.everything, _("All")), *self.lookup_choices]:
            yield {
                "selected": self.value() == slug,
                "query_string": changelist.get_query_string({self.parameter_name: slug}),
                "display": label,
            }


class ThemeFilter(admin.SimpleListFilter):
    """By theme; a task area includes its themes."""

    title = _("category")
    parameter_name = "theme"

    def lookups(self, request, model_admin):
        return [("none", _("Without a category")), *((str(c.pk), c.name) for c in Category.objects.all())]

    def queryset(self, request, rows):
        value = self.value() or ""
        if value == "none":
            return rows.filter(category=None)
        if not value.isdecimal():
            return rows
        within = Category.objects.filter(pk=value) | Category.objects.filter(parent=value)
        return rows.filter(category__in=list(within.values_list("pk", flat=True)))


class DivisionFilter(admin.SimpleListFilter):
    """By county-level division with its streets; the city itself stands for suggestions about all of it."""

    title = _("division")
    parameter_name = "place"

    def lookups(self, request, model_admin):
        levels = (Division.Level.CITY, Division.Level.COUNTY)
        return [(d.code, str(d)) for d in Division.objects.filter(level__in=levels)]

    def queryset(self, request, rows):
        division = Division.objects.filter(code=self.value() or "").first()
        if division is None:
            return rows
        if division.level == Division.Level.CITY:
            return rows.filter(division=division)
        return rows.filter(division__in=list(Division.objects.under([division]).values_list("pk", flat=True)))


class CountedFilter(admin.SimpleListFilter):
    """What a published figure counted, public or not; its value is the public list's own address, after the "?"."""

    title = _("published figure")
    parameter_name = "counted"

    def lookups(self, request, model_admin):
        asked = request.GET.get("counted", "")
        return [(asked, " · ".join(word for _n, _label, word in FilterForm(QueryDict(asked)).chips()))] if asked else []

    def queryset(self, request, rows):
        return FilterForm(QueryDict(self.value())).narrow(rows) if self.value() else rows


class OverdueFilter(admin.SimpleListFilter):
    """By whether the promise is kept."""

    title = _("overdue")
    parameter_name = "late"

    def lookups(self, request, model_admin):
        return [("yes", _("Overdue")), ("week", _("Due within a week"))]

    def queryset(self, request, rows):
        now = timezone.now()
        if self.value() == "yes":
            return queues.overdue(rows)
        if self.value() == "week":
            return rows.filter(status__in=Suggestion.OPEN, due_at__range=(now, now + timedelta(days=7)))
        return rows
