"""The congress office's workplace: Django's admin with the portal's name. Nothing can be deleted in it.

Every app registers its own classes, derived from ``OfficeAdmin``.
"""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import admin as of_groups  # noqa: F401  (registers what is taken out below)
from django.contrib.auth.models import Group
from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .models import Holiday

admin.site.site_header = _("%(name)s · the office's desk") % {"name": settings.PORTAL["name"]}
admin.site.site_title = settings.PORTAL["name"]
admin.site.index_title = _("What waits for the office")
admin.site.enable_nav_sidebar = False
admin.site.empty_value_display = "—"
# Nobody is in a group here: roles are dated memberships.
admin.site.unregister(Group)


# Never asked for by a filter in the address: prefixes would spell them out letter by letter.
SECRET_FIELDS = {"password", "query_code"}


class CappedPaginator(Paginator):
    """Counts to ``cap`` and no further: a list of a million rows opens as fast as one of a hundred."""

    cap = 10_000

    @cached_property
    def count(self):
        return min(self.object_list.order_by()[: self.cap + 1].count(), self.cap)


class OfficeAdmin(admin.ModelAdmin):
    """What the office looks after. Rows end by a date or a tick, they are never deleted: history points at them."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200

    def has_delete_permission(self, request, obj=None):
        return False

    def lookup_allowed(self, lookup, value, request=None):
        return SECRET_FIELDS.isdisjoint(lookup.split("__")) and super().lookup_allowed(lookup, value, request)


class ReadOnlyAdmin(OfficeAdmin):
    """What the office reads here and nobody edits."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class OfficeInline(admin.TabularInline):
    """Rows that belong to the one on the page; ended by a date, never deleted."""

    extra = 0

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Holiday)
class HolidayAdmin(OfficeAdmin):
    """The days that differ from their weekday, entered each year from the State Council's notice."""

    list_display = ["date", "name", "is_working"]
    list_filter = ["is_working"]
    date_hierarchy = "date"
    ordering = ["-date"]
    search_fields = ["name"]
