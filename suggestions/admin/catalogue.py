"""Themes, departments and their people, reasons for declining, service promises."""

from django import forms
from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _

from fzportal.admin import OfficeAdmin, OfficeInline

from .. import passages
from ..models import Category, DeclineReason, Department, DepartmentMember, Passage, ServicePromise, Suggestion


@admin.register(Category)
class CategoryAdmin(OfficeAdmin):
    """Themes; one out of use stays with the suggestions that have it."""

    list_display = ["name", "parent", "position", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["parent"]
    search_fields = ["name", "aliases"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["fields"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "parent":
            kwargs["queryset"] = Category.objects.top()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(DeclineReason)
class DeclineReasonAdmin(OfficeAdmin):
    """Why a matter is not taken, and who is responsible instead."""

    list_display = ["name", "responsible", "contact", "position", "is_active"]
    list_filter = ["is_active"]


class DepartmentMemberInline(OfficeInline):
    """Who writes and who releases replies."""

    model = DepartmentMember
    autocomplete_fields = ["user"]


@admin.register(Department)
class DepartmentAdmin(OfficeAdmin):
    """Departments with their people."""

    list_display = ["name", "phone", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    inlines = [DepartmentMemberInline]


@admin.register(DepartmentMember)
class DepartmentMemberAdmin(OfficeAdmin):
    """Everybody who works or worked for a department."""

    list_display = ["user", "department", "role", "since", "until"]
    list_filter = ["role", "department"]
    list_select_related = ["user", "department"]
    search_fields = ["user__name", "user__nickname", "department__name"]
    autocomplete_fields = ["user", "department"]


@admin.register(Passage)
class PassageAdmin(OfficeAdmin):
    """Canned passages: everybody's, and those the departments keep at their desk."""

    list_display = ["title", "department", "position", "is_active"]
    list_filter = ["is_active", "department"]
    list_select_related = ["department"]
    search_fields = ["title", "text"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if strange := passages.wrong(obj.text):
            messages.warning(request, passages.said_of_wrong(strange))


@admin.register(ServicePromise)
class ServicePromiseAdmin(OfficeAdmin):
    """How long each state may last. A change holds for clocks that start after it."""

    list_display = ["state_word", "amount", "unit", "remind_before", "source"]

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, promise):
        return dict(Suggestion.Status.choices).get(promise.state, promise.state)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "state":
            open_states = [(s.value, s.label) for s in Suggestion.OPEN]
            return forms.ChoiceField(label=_("state"), choices=open_states)
        return super().formfield_for_dbfield(db_field, request, **kwargs)
