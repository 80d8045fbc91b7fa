"""What deputies and stations are ordered by."""

from django.contrib import admin

from fzportal.admin import OfficeAdmin, ReadOnlyAdmin

from ..models import Constituency, Delegation, Division, Field


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


@admin.register(Delegation)
class DelegationAdmin(OfficeAdmin):
    """Delegations."""

    list_display = ["name", "division"]
    list_select_related = ["division"]
    search_fields = ["name"]
    autocomplete_fields = ["division"]


@admin.register(Constituency)
class ConstituencyAdmin(OfficeAdmin):
    """Constituencies of county and township deputies."""

    list_display = ["name", "division"]
    list_select_related = ["division"]
    search_fields = ["name", "division__name"]
    autocomplete_fields = ["division"]
