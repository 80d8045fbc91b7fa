"""Stations and who works there."""

from django.contrib import admin

from fzportal.admin import OfficeAdmin, OfficeInline

from ..models import Station, StationMember
from .exchange import ExchangeAdmin
from .resources import StationResource


class StationMemberInline(OfficeInline):
    """Who works at the station."""

    model = StationMember
    autocomplete_fields = ["user"]


@admin.register(Station)
class StationAdmin(ExchangeAdmin):
    """Stations and who works there."""

    resource_classes = [StationResource]
    list_display = ["name", "kind", "division", "phone", "is_active"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["division"]
    search_fields = ["name", "address"]
    autocomplete_fields = ["division", "fields"]
    inlines = [StationMemberInline]


@admin.register(StationMember)
class StationMemberAdmin(OfficeAdmin):
    """Everybody who works or worked at a station."""

    list_display = ["user", "station", "role", "since", "until"]
    list_filter = ["role", "station"]
    list_select_related = ["user", "station"]
    search_fields = ["user__name", "user__nickname", "station__name"]
    autocomplete_fields = ["user", "station"]
