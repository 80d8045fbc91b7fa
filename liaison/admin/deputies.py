"""Deputies: who they are and where they listen."""

from django.contrib import admin

from fzportal.admin import OfficeAdmin

from ..models import Deputy


@admin.register(Deputy)
class DeputyAdmin(OfficeAdmin):
    """Deputies: who they are and where they listen."""

    list_display = ["name", "level", "delegation", "term", "since", "until"]
    list_filter = ["level", "term", "delegation", "constituency"]
    list_select_related = ["delegation", "term"]
    search_fields = ["name", "pinyin"]
    autocomplete_fields = ["user", "divisions", "fields", "stations", "delegation", "constituency"]
