"""Reception rules: a form people understand, the next days before saving, and the sessions of a year after."""

from django.contrib import admin, messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fzportal.admin import OfficeInline

from .. import workflow
from ..coming import coming
from ..forms.rules import RuleForm
from ..models import ReceptionRule, RotaPlace
from .exchange import ExchangeAdmin
from .resources import RuleResource


class RotaPlaceInline(OfficeInline):
    """The deputies in the order of their turn. Whoever is taken out keeps the duties they were asked for."""

    model = RotaPlace
    autocomplete_fields = ["deputy"]
    fields = ["position", "deputy"]
    extra = 2
    verbose_name_plural = gettext_lazy("Deputies in order")

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


@admin.register(ReceptionRule)
class ReceptionRuleAdmin(ExchangeAdmin):
    """Saving a rule makes its sessions of the year to come; announced ones stay as they are."""

    resource_classes = [RuleResource]
    form = RuleForm
    change_form_template = "admin/liaison/rule.html"
    list_display = ["station", "said", "hours", "holidays", "rota", "is_active"]
    list_display_links = ["station", "said"]
    list_filter = ["is_active", "holidays", "rota", "mode"]
    list_select_related = ["station"]
    search_fields = ["station__name", "theme"]
    autocomplete_fields = ["station"]
    inlines = [RotaPlaceInline]
    fieldsets = [
        (None, {"fields": ["station", "theme", "scope"]}),
        (gettext_lazy("Days"), {"fields": [
            "pattern", "month_days", "nths", "weekdays", "recurrence", "since", "until", "holidays",
        ]}),
        (gettext_lazy("Hours and places"), {"fields": ["begins", "ends", "slot_minutes", "places"]}),
        (gettext_lazy("Where"), {"fields": ["mode", "place", "link"]}),
        (gettext_lazy("Who receives"), {"fields": ["rota", "wanted"]}),
        (gettext_lazy("In force"), {"fields": ["announce_days", "is_active"]}),
    ]  # fmt: skip

    @admin.display(description=gettext_lazy("reception days"))
    def said(self, rule):
        return rule.phrase

    @admin.display(description=gettext_lazy("hours"))
    def hours(self, rule):
        return f"{rule.begins:%H:%M}—{rule.ends:%H:%M}"

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """Rows to fill in come last in the order, unless somebody types another place."""
        last = max(obj.rota_places.values_list("position", flat=True), default=-1) if obj.pk else -1
        initial = [{"position": last + 1 + n} for n in range(inline.extra)]
        return {**super().get_formset_kwargs(request, obj, inline, prefix), "initial": initial}

    def render_change_form(self, request, context, **kwargs):
        """The next days of the rule as it is typed, or as it is stored."""
        form = context["adminform"].form
        if form.is_bound and form.is_preview:
            context |= {"errors": [], "is_preview": True, "coming": coming(form.instance, typed_rota(context))}
        elif not form.is_bound and form.instance.pk:
            context["coming"] = coming(form.instance, form.instance.deputies.all())
        return super().render_change_form(request, context, **kwargs)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        done = workflow.unroll(form.instance, by=request.user)
        if any(done):
            messages.info(request, _(
                "Sessions of the year to come: %(made)s new, %(changed)s changed, %(moved)s moved, %(dropped)s dropped."
            ) % done._asdict())  # fmt: skip


def typed_rota(context) -> list:
    """The deputies in the rota as it is typed."""
    rows = [f for inline in context["inline_admin_formsets"] for f in inline.formset.forms]
    values = [getattr(f, "cleaned_data", {}) for f in rows if f.is_valid()]
    return [v["deputy"] for v in values if v.get("deputy") and not v.get("DELETE")]
