"""People as the office sees them, and who works for the office."""

from django.contrib import admin

from fzportal.admin import OfficeAdmin

from .models import OfficeMember, User


@admin.register(User)
class UserAdmin(OfficeAdmin):
    """Accounts. People make them themselves; the office may stop one from signing in."""

    list_display = ["nickname", "name", "email", "is_active", "date_joined"]
    list_filter = ["is_active"]
    search_fields = ["nickname", "name", "email", "phone"]
    fields = ["nickname", "name", "email", "phone", "is_active", "date_joined"]
    readonly_fields = ["nickname", "name", "email", "phone", "date_joined"]
    ordering = ["-pk"]

    def has_add_permission(self, request):
        return False


@admin.register(OfficeMember)
class OfficeMemberAdmin(OfficeAdmin):
    """Who works for the office, from when to when."""

    list_display = ["user", "since", "until"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
