"""Who took out which list: the office reads it, nobody edits it."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from fzportal.admin import ReadOnlyAdmin

from ..exports import lists
from ..models import Export


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """One line per file, the open data's included."""

    list_display = ["what", "filters", "format", "requested_by", "total", "state", "created_at"]
    list_display_links = None
    list_filter = ["kind", "state", "format"]
    list_select_related = ["requested_by"]
    search_fields = ["requested_by__nickname", "requested_by__name"]
    sortable_by = []

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": self.opts.verbose_name_plural, **(extra_context or {})})

    @admin.display(description=_("list"))
    def what(self, export):
        return lists.label_of(export)

    @admin.display(description=_("filters"))
    def filters(self, export):
        return lists.filters_of(export)
