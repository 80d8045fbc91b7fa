"""Sessions before the office: the list, a single one beside the rules, announcing and cancelling several at once."""

from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fzportal.admin import OfficeInline, ReadOnlyAdmin
from fzportal.templatetags.ui import day, span
from fzportal.workflow import MoveNotAllowed

from .. import history, workflow
from ..forms.sessions import PlanSessionForm, ReasonForm
from ..models import Duty, Mode, ReceptionRule, Session


class OnDutyFilter(admin.SimpleListFilter):
    """Sessions that nobody is on duty for."""

    title = gettext_lazy("deputies")
    parameter_name = "on_duty"

    def lookups(self, request, model_admin):
        return [("none", _("Nobody on duty"))]

    def queryset(self, request, queryset):
        if self.value() != "none":
            return queryset
        return queryset.taking_place().exclude(pk__in=Duty.objects.active().values("session"))


class WhenFilter(admin.SimpleListFilter):
    """What comes next, unless somebody asks for the past."""

    title = gettext_lazy("time")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("past", _("Over")), ("all", _("All"))]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        return [{**first, "display": _("To come")}, *others]

    def queryset(self, request, queryset):
        now = timezone.now()
        if self.value() == "all":
            return queryset
        return queryset.filter(ends_at__lte=now) if self.value() == "past" else queryset.filter(ends_at__gt=now)


class DutyInline(OfficeInline):
    """Who is asked and what they said; the desk changes it."""

    model = Duty
    fields = readonly_fields = ["deputy", "status", "due_at"]
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("deputy")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.action(description=gettext_lazy("Announce the selected sessions"), permissions=["view"])
def announce(modeladmin, request, rows):
    """One after the other, each in a transaction of its own."""
    ready = rows.exclude(mode=Mode.ONLINE, link="").filter(starts_at__gt=timezone.now())
    late = rows.exclude(pk__in=ready.values("pk")).select_related("station")
    if late := "、".join(map(str, late)):
        messages.error(request, _("Begun already, or without the address of the meeting: %(which)s") % {"which": late})
    carry_out(request, ready, lambda session: workflow.announce(session, by=request.user), _("Announced."))


@admin.action(description=gettext_lazy("Cancel the selected sessions"), permissions=["view"])
def cancel(modeladmin, request, rows):
    """A page that asks why; then one after the other."""
    form = ReasonForm(request.POST if "apply" in request.POST else None)
    if form.is_bound and form.is_valid():
        note = form.cleaned_data["note"]
        carry_out(request, rows, lambda s: workflow.cancel_session(s, by=request.user, note=note), _("Cancelled."))
        return None
    context = {
        **modeladmin.admin_site.each_context(request), "title": _("Cancel sessions"), "opts": modeladmin.opts,
        "form": form, "sessions": rows.select_related("station").order_by("starts_at", "pk"),
    }  # fmt: skip
    return TemplateResponse(request, "admin/liaison/cancel_sessions.html", context, status=422 if form.errors else 200)


def carry_out(request, rows, verb, done):
    """Say the verb for each, and what became of them."""
    refused, number = [], 0
    for session in rows.select_related("station").order_by("starts_at", "pk"):
        try:
            verb(session)
            number += 1
        except MoveNotAllowed as error:
            refused.append(f"{session}（{error.obj.get_status_display()}）")
    if number:
        messages.success(request, done + ngettext("%(n)s session.", "%(n)s sessions.", number) % {"n": number})
    if refused:
        messages.error(request, _("Not possible any more: %(which)s") % {"which": "、".join(refused)})


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Nothing is edited here: every act is a verb of the workflow, here in bulk, one by one at the desk."""

    form = PlanSessionForm
    change_form_template = "admin/liaison/session.html"
    list_display = ["begins", "station", "theme", "mode", "status", "deputies_on_duty"]
    list_filter = [WhenFilter, "status", OnDutyFilter, "mode", "station__kind"]
    list_select_related = ["station"]
    search_fields = ["station__name", "theme"]
    date_hierarchy = "starts_at"
    ordering = ["starts_at", "pk"]
    autocomplete_fields = ["station"]
    inlines = [DutyInline]
    actions = [announce, cancel]
    shown = ["station", "rule", "time", "slot_minutes", "places", "mode", "place", "link", "theme", "scope", "status"]
    planned = [
        "station", "day", "begins", "ends", "slot_minutes", "places", "chosen", "mode", "place", "link", "theme",
        "scope",
    ]  # fmt: skip

    def has_add_permission(self, request):
        return request.user.is_office

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("duties__deputy")

    def get_fields(self, request, obj=None):
        return self.shown if obj else self.planned

    def get_readonly_fields(self, request, obj=None):
        return self.shown if obj else []

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def get_form(self, request, obj=None, **options):
        form = super().get_form(request, obj, **options)
        rota = ReceptionRule._meta.get_field("deputies")
        form.base_fields["chosen"].widget = AutocompleteSelectMultiple(rota, self.admin_site)
        return form

    def save_model(self, request, obj, form, change):
        workflow.plan(obj, by=request.user, deputies=form.cleaned_data["chosen"])

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """With the history, and the way to the desk where it is announced, moved, cancelled."""
        session = self.get_object(request, object_id)
        more = {}
        if session is not None:
            desk = reverse("desk_session", args=[session.pk])
            more = {"desk_url": desk, "history": history.of_session(session), "title": str(session)}
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    @admin.display(description=gettext_lazy("time"), ordering="starts_at")
    def begins(self, session):
        return self.time(session)

    @admin.display(description=gettext_lazy("time"))
    def time(self, session):
        return f"{day(session.starts_at)} {span(session.starts_at, session.ends_at)}"

    @admin.display(description=gettext_lazy("on duty"))
    def deputies_on_duty(self, session):
        active = [d for d in session.duties.all() if d.status not in Duty.ENDS]
        return "、".join(f"{d.deputy}（{d.get_status_display()}）" for d in active)
