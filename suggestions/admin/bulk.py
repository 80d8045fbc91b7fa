"""One act on many suggestions: one form, then what became of each."""

from django.contrib import admin
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fzportal.workflow import MoveNotAllowed, Stale

from ..models import Suggestion
from . import acts
from .case import change_line

AT_ONCE = 200


def page(modeladmin, request, rows, slug):
    """The form; with ``apply`` in the POST the act itself, row by row, each in a transaction of its own."""
    act = acts.BY_SLUG[slug]
    suggestions = list(Suggestion.objects.filter(pk__in=rows.values("pk")[: AT_ONCE + 1]).order_by("due_at", "pk"))
    form = act.form(request.POST if "apply" in request.POST else None)
    context = {
        **modeladmin.admin_site.each_context(request), "title": act.label, "opts": modeladmin.opts, "act": act,
        "form": form, "suggestions": suggestions, "action": request.POST.get("action", ""), "limit": AT_ONCE,
    }  # fmt: skip
    if len(suggestions) > AT_ONCE:
        return TemplateResponse(request, "admin/suggestions/bulk_too_many.html", context, status=422)
    if "apply" not in request.POST or not form.is_valid():
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/suggestions/bulk.html", context, status=status)
    results = [(suggestion, *apply(act, suggestion, request.user, form.arguments)) for suggestion in suggestions]
    context["results"] = sorted(results, key=lambda result: result[1])
    context["done"] = sum(is_done for _suggestion, is_done, _text in results)
    return TemplateResponse(request, "admin/suggestions/bulk_result.html", context)


def apply(act, suggestion, by, arguments) -> tuple[bool, str]:
    """(whether it was done, what to say about it)."""
    try:
        act.verb(suggestion, by=by, **arguments)
    except Stale as stale:
        return False, change_line(stale.obj)
    except MoveNotAllowed:
        return False, _("Not allowed in this state.")
    return True, act.done


@admin.action(description=gettext_lazy("Accept the selected suggestions"), permissions=["view"])
def accept(modeladmin, request, rows):
    return page(modeladmin, request, rows, "accept")


@admin.action(description=gettext_lazy("Decline the selected suggestions"), permissions=["view"])
def decline(modeladmin, request, rows):
    return page(modeladmin, request, rows, "decline")


@admin.action(description=gettext_lazy("Classify the selected suggestions"), permissions=["view"])
def classify(modeladmin, request, rows):
    return page(modeladmin, request, rows, "classify")
