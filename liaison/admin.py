"""Deputies, stations and what they are ordered by."""

from django.contrib import admin

from fzportal.admin import OfficeAdmin, OfficeInline, ReadOnlyAdmin

from .models import Delegation, Deputy, Division, Field, Station, StationMember, Term


@admin.register(Division)
class DivisionAdmin(ReadOnlyAdmin):
    """Divisions come with the national code; nobody edits them here."""

    list_display = ["name", "level", "parent", "code"]
    list_filter = ["level"]
    list_select_related = ["parent"]
    search_fields = ["name", "pinyin", "code"]


@admin.register(Field)
class FieldAdmin(OfficeAdmin):
    """Fields of work."""

    search_fields = ["name"]


@admin.register(Term)
class TermAdmin(OfficeAdmin):
    """Terms of the congress."""

    list_display = ["number", "since", "until"]


@admin.register(Delegation)
class DelegationAdmin(OfficeAdmin):
    """Delegations."""

    list_display = ["name", "division"]
    list_select_related = ["division"]
    search_fields = ["name"]
    autocomplete_fields = ["division"]


class StationMemberInline(OfficeInline):
    """Who works at the station."""

    model = StationMember
    autocomplete_fields = ["user"]


@admin.register(Station)
class StationAdmin(OfficeAdmin):
    """Stations and who works there."""

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


@admin.register(Deputy)
class DeputyAdmin(OfficeAdmin):
    """Deputies: who they are and where they listen."""

    list_display = ["name", "level", "delegation", "term", "since", "until"]
    list_filter = ["level", "term", "delegation"]
    list_select_related = ["delegation", "term"]
    search_fields = ["name", "pinyin"]
    autocomplete_fields = ["user", "divisions", "fields", "stations", "delegation"]
