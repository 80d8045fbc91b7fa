"""Appointments and reception records before the office: read here, acted on at the desk."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fzportal.admin import ReadOnlyAdmin
from fzportal.templatetags.ui import when

from ..models import Appointment, Reception
from . import missing


class MissingFilter(admin.SimpleListFilter):
    """What is still to be done; the tiles of the first page lead here."""

    title = gettext_lazy("what is missing")
    parameter_name = "missing"
    word, rows = "", None

    def lookups(self, request, model_admin):
        return [("yes", self.word)]

    def queryset(self, request, queryset):
        return queryset.filter(pk__in=type(self).rows()) if self.value() == "yes" else queryset


class UnrecordedFilter(MissingFilter):
    """Visitors who were there and about whom nothing is written down."""

    word, rows = gettext_lazy("Visitors without a record"), missing.unrecorded


class UnraisedFilter(MissingFilter):
    """Records that are to become a suggestion and have not."""

    word, rows = gettext_lazy("Not yet a suggestion"), missing.unraised


class OfSession(ReadOnlyAdmin):
    """Rows of sessions: the way to the record, at the desk. No contact is shown here: the desk asks what for."""

    def record_url(self, pk):
        """The record of an appointment, or the page on which it is written down."""
        return format_html('<a href="{}">{}</a>', reverse("reception_record", args=[pk]), _("The reception record"))


# Told at the desk for a reason that the visitor can read; filters in the address would spell it out letter by letter.
CONTACT = {"name", "phone", "email", "person", "user"}


@admin.register(Appointment)
class AppointmentAdmin(OfSession):
    """Who is expected where and when, without names."""

    list_display = ["code", "begins", "station", "status", "party", "is_walk_in", "record"]
    list_filter = [UnrecordedFilter, "status", "is_walk_in"]
    list_select_related = ["slot", "session__station"]
    search_fields = ["=code", "session__station__name"]
    ordering = ["-pk"]
    fields = ["code", "session", "begins", "status", "party", "topic", "is_walk_in", "with_deputy", "record"]

    def lookup_allowed(self, lookup, value, request=None):
        return lookup.split("__")[0] not in CONTACT and super().lookup_allowed(lookup, value, request)

    @admin.display(description=gettext_lazy("time"))
    def begins(self, appointment):
        return when(appointment.slot.starts_at)

    @admin.display(description=gettext_lazy("station"))
    def station(self, appointment):
        return appointment.session.station

    @admin.display(description=gettext_lazy("reception record"))
    def record(self, appointment):
        there = appointment.status in (Appointment.Status.CHECKED_IN, Appointment.Status.SERVED)
        return self.record_url(appointment.pk) if there else None


@admin.register(Reception)
class ReceptionAdmin(OfSession):
    """What was said at the stations and what came of it."""

    list_display = ["recorded_at", "station", "outcome", "recorded_by", "is_confirmed", "record"]
    list_filter = [UnraisedFilter, "outcome", "may_publish"]
    list_select_related = ["appointment__session__station", "recorded_by"]
    search_fields = ["appointment__session__station__name", "own_words"]
    date_hierarchy = "recorded_at"
    ordering = ["-pk"]
    fields = [
        "appointment", "own_words", "deputies", "outcome", "answer", "transferred_to", "notes", "is_confirmed",
        "may_publish", "may_pass_contact", "recorded_by", "recorded_at", "record",
    ]  # fmt: skip

    @admin.display(description=gettext_lazy("station"))
    def station(self, reception):
        return reception.appointment.session.station

    @admin.display(description=gettext_lazy("confirmed by the visitor"), boolean=True)
    def is_confirmed(self, reception):
        return reception.confirmed_at is not None

    @admin.display(description=gettext_lazy("reception record"))
    def record(self, reception):
        return self.record_url(reception.appointment_id)
