"""The list of suggestions: what waits for the office, and everything else by filter, number or words."""

from django.contrib import admin
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal.admin import ReadOnlyAdmin
from fzportal.templatetags.ui import short_day

from .. import search, standing
from ..models import Suggestion
from . import bulk, case
from .filters import CountedFilter, DivisionFilter, OverdueFilter, QueueFilter, ThemeFilter

# A list in the order of its queue; whoever searches wants the newest.
QUEUE_ORDER = ("due_at", "pk")
NEWEST_FIRST = ("-pk",)


@admin.register(Suggestion)
class SuggestionAdmin(ReadOnlyAdmin):
    """Nothing is edited here: every button is a verb of the workflow."""

    list_display = ["number", "headline", "state", "category", "division", "channel", "received", "due", "holder"]
    list_display_links = ["headline"]
    list_filter = [
        QueueFilter, "status", OverdueFilter, ThemeFilter, DivisionFilter,
        ("department", admin.RelatedFieldListFilter), "channel", CountedFilter,
    ]  # fmt: skip
    list_select_related = ["category", "division__parent", "department", "deputy"]
    search_fields = ["number"]
    search_help_text = _("Number, or words of the title and the text")
    sortable_by = ["number"]
    actions = [bulk.accept, bulk.decline, bulk.classify]

    def get_queryset(self, request):
        return Suggestion.objects.submitted().defer("situation", "proposal", "search")

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": self.opts.verbose_name_plural, **(extra_context or {})})

    def get_ordering(self, request):
        everything = request.GET.get("queue") == "all"
        return NEWEST_FIRST if everything or request.GET.get("q") else QUEUE_ORDER

    def get_search_results(self, request, rows, words):
        """A number is looked up as one; words are found through the search index, never by reading every text."""
        words = words.strip()
        if not words:
            return rows, False
        found = Q(number__startswith=words) if words[:2].isdecimal() and words.isascii() else Q(pk__in=[])
        if asked := search.query(words):
            hits = Suggestion.objects.filter(search.Found(F("search"), search.Literal(asked))).order_by()
            found |= Q(pk__in=list(hits.values_list("pk", flat=True)[: search.FEW]))
        return rows.filter(found), False

    def get_urls(self):
        pages = [
            path("<int:pk>/change/", self.admin_site.admin_view(case.case), name="suggestions_suggestion_change"),
            path(
                "<int:pk>/tell-again/",
                self.admin_site.admin_view(case.tell_again),
                name="suggestions_suggestion_tell_again",
            ),
            path("<int:pk>/<slug:slug>/", self.admin_site.admin_view(case.act), name="suggestions_suggestion_act"),
        ]
        return pages + super().get_urls()

    @admin.display(description=_("title"))
    def headline(self, suggestion):
        return suggestion.title

    @admin.display(description=_("status"))
    def state(self, suggestion):
        return render_to_string("ui/status.html", standing.tag(suggestion)._asdict())

    @admin.display(description=_("received"))
    def received(self, suggestion):
        day = timezone.localdate(suggestion.submitted_at)
        return short_day(day) if day.year == timezone.localdate().year else f"{day:%Y-%m-%d}"

    @admin.display(description=_("due"))
    def due(self, suggestion):
        return short_day(suggestion.due_at) if suggestion.due_at and suggestion.is_open else "—"

    @admin.display(description=_("with"))
    def holder(self, suggestion):
        return standing.holder_word(suggestion, None)
