"""Terms of the congress, and the change from one to the next: choose, tick, look at what would happen, do it."""

from django.contrib import admin
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fzportal.admin import OfficeAdmin
from fzportal.workflow import MoveNotAllowed
from liaison.models import Term

from ..forms.terms import FromForm, WhoForm
from ..workflow import terms


@admin.register(Term)
class TermAdmin(OfficeAdmin):
    """Terms, and the act of carrying over into a new one."""

    list_display = ["number", "since", "until", "way"]

    @admin.display(description=gettext_lazy("Change of term"))
    def way(self, term):
        url = reverse("admin:liaison_term_carry_over", args=[term.pk])
        return format_html('<a href="{}">{}</a>', url, _("Carry deputies over into this term"))

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/carry-over/", wrap(self.carry_over), name="liaison_term_carry_over"),
            *super().get_urls(),
        ]

    def carry_over(self, request, pk):
        """GET: which term, then the list to tick. POST: the preview; confirmed, the act itself."""
        term = get_object_or_404(Term, pk=pk)
        asked = FromForm(request.GET or None, term=term)
        if not asked.is_bound or not asked.is_valid():
            return self.page(request, "from", term, 422 if asked.is_bound else 200, form=asked)
        from_term, level = asked.cleaned_data["from_term"], asked.cleaned_data["level"]
        found = terms.candidates(term, from_term, level).select_related("delegation", "constituency")
        if request.method == "POST" and "key" in request.POST:
            return self.confirmed(request, term, from_term, level)
        bound = request.method == "POST"
        form = WhoForm(*((request.POST, request.FILES) if bound else ()), term=term, candidates=found)
        if not bound or not form.is_valid():
            return self.page(request, "who", term, 422 if bound else 200, form=form, from_term=from_term)
        carrying = terms.plan(term, from_term, continuing=form.cleaned_data["continuing"], level=level)
        return self.page(request, "preview", term, carrying=carrying)

    def confirmed(self, request, term, from_term, level):
        """Do what was previewed; when something has changed meanwhile, the preview as it is now."""
        chosen = {int(pk) for pk in request.POST.get("continuing", "").split(",") if pk.isdecimal() and len(pk) < 18}
        key = request.POST["key"]
        try:
            with transaction.atomic():
                done = terms.carry_over(
                    term, from_term, continuing=chosen, by=request.user, level=level, key=key or "-"
                )
                self.log_change(request, term, said(done))
        except terms.Outdated as outdated:
            return self.page(request, "preview", term, 409, carrying=outdated.carrying, is_outdated=True)
        except MoveNotAllowed:
            now = terms.plan(term, from_term, continuing=chosen, level=level)
            return self.page(request, "preview", term, 409, carrying=now, is_outdated=True)
        return self.page(request, "done", term, carrying=done)

    def page(self, request, name, term, status=200, **context):
        """A page of this act."""
        title = _("Carry over into %(term)s") % {"term": term}
        values = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, "term": term, **context}
        return TemplateResponse(request, f"admin/suggestions/terms/{name}.html", values, status=status)


def said(done) -> str:
    """The log's line."""
    return _(
        "From %(from_term)s: %(continuing)d continue, %(leaving)d leave; %(cases)d cases back in the pool, %(duties)d"
        " duties released, %(residencies)d residencies ended."
    ) % {
        "from_term": done.from_term, "continuing": len(done.continuing), "leaving": len(done.leaving),
        "cases": len(done.cases), "duties": len(done.duties), "residencies": done.residencies,
    }  # fmt: skip
