"""Proposals of deputies before the office: the list, one on its page, and a page for each act."""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_office
from fzportal.admin import ReadOnlyAdmin
from fzportal.templatetags.ui import short_day
from fzportal.workflow import MoveNotAllowed, Stale
from liaison.admin.missing import Tile

from ..forms import proposals as forms
from ..forms import proposals_office as office_forms
from ..models import Proposal
from ..proposals import reading, standing
from ..workflow import proposals
from .case import change_line

P = Proposal.Status
CAP = 1000


class Act(NamedTuple):
    """``event`` names the move behind it; ``may`` is asked where no move is behind it."""

    slug: str
    label: str
    form: type
    verb: Callable
    done: str
    event: str = ""
    may: Callable | None = None
    lead: str = ""


def may_mark(by, proposal) -> bool:
    """The office, while it is under way."""
    return is_office(by) and proposal.is_public and proposal.is_open


def may_unmark(by, proposal) -> bool:
    """The same, where it is marked."""
    return may_mark(by, proposal) and proposal.is_key


ACTS = (
    Act("assign", _("Assign"), office_forms.AssignForm, proposals.assign, _("Assigned."), event="proposal_assigned",
        lead=_("The statutory time begins today, for it and for every suggestion it takes up.")),
    Act("send-back", _("Send back to the deputy"), office_forms.SendBackForm, proposals.send_back,
        _("Sent back to the deputy."), event="proposal_not_taken",
        lead=_("It is a draft again. The suggestions are in the deputy’s hands until it is submitted anew.")),
    Act("reply-back", _("Send the reply back"), forms.SendBackForm, proposals.send_reply_back,
        _("Sent back to the department."), event="proposal_sent_back",
        lead=_("The reply goes back to whoever wrote it; its text is kept.")),
    Act("key", _("Mark as key proposal"), office_forms.KeyForm, proposals.mark_key, _("Marked as key proposal."),
        may=may_mark, lead=_("Everybody reads that it is one, and who supervises it.")),
    Act("no-key", _("Take the key mark off"), forms.ActForm, proposals.unmark_key, _("The mark is off."),
        may=may_unmark),
)  # fmt: skip
BY_SLUG = {act.slug: act for act in ACTS}


def offered(proposal, by) -> list[Act]:
    """What ``by`` may do now."""
    moves = {m.name for m in proposal.moves_for(by) if m.who.role == "office"}
    return [act for act in ACTS if (act.may(by, proposal) if act.may else act.event in moves)]


QUEUES = {
    "assign": (_("Proposals to assign"), Q(status=P.SUBMITTED), False),
    "late": (
        _("Proposals overdue"),
        Q(status__in=(P.SUBMITTED, P.ASSIGNED, P.IN_PROGRESS, P.REPLY_REVIEW, P.REHANDLING)),
        True,
    ),
    "again": (_("Proposals handled again"), Q(status=P.REHANDLING), False),
}


def queue(slug, rows):
    """The rows of a queue; what is late by now."""
    _label, condition, is_late = QUEUES[slug]
    found = rows.filter(condition)
    return found.filter(due_at__lt=timezone.now()) if is_late else found


def tiles() -> list[Tile]:
    """Counters of the admin's first page: how many wait, and since when the oldest."""
    now, page = timezone.now(), reverse("admin:suggestions_proposal_changelist")
    found = []
    for slug, (label, _condition, is_late) in QUEUES.items():
        since = "due_at" if is_late else "due_since"
        rows = list(queue(slug, Proposal.objects).order_by(since).values_list(since, flat=True)[: CAP + 1])
        days = max((now - rows[0]).days, 0) if rows and rows[0] else None
        found.append(Tile(label, f"{page}?queue={slug}", min(len(rows), CAP), len(rows) > CAP, days, is_late))
    return found


class QueueFilter(admin.SimpleListFilter):
    """What waits."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request, model_admin):
        return [(slug, label) for slug, (label, *_rest) in QUEUES.items()]

    def queryset(self, request, rows):
        return queue(self.value(), rows) if self.value() in QUEUES else rows


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    """Nothing is edited here: every button is a verb of the workflow. Drafts are the deputies' own."""

    list_display = ["number", "title", "state", "deputy", "department", "due", "is_key"]
    list_display_links = ["title"]
    list_filter = [QueueFilter, "status", "is_key", "term", ("department", admin.RelatedFieldListFilter)]
    list_select_related = ["deputy", "department"]
    search_fields = ["number", "title", "deputy__name"]
    sortable_by = ["number"]
    ordering = ["due_at", "pk"]

    def get_queryset(self, request):
        return Proposal.objects.workable_by(request.user).defer("situation", "request")

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/change/", wrap(page), name="suggestions_proposal_change"),
            path("<int:pk>/<slug:slug>/", wrap(act), name="suggestions_proposal_act"),
            *super().get_urls(),
        ]

    @admin.display(description=_("status"))
    def state(self, proposal):
        return render_to_string("ui/status.html", standing.tag(proposal)._asdict())

    @admin.display(description=_("due"))
    def due(self, proposal):
        return short_day(proposal.due_at) if proposal.due_at and proposal.is_open else "—"


def found(request, pk) -> Proposal:
    """A submitted one. Raises Http404."""
    return get_object_or_404(Proposal.objects.workable_by(request.user).with_parts(), pk=pk)


def page(request, pk):
    """The proposal. Each button leads to an act's page."""
    return drawn(request, found(request, pk))


def act(request, pk, slug):
    """An act: its form on GET, the verb on POST. 409 somebody was faster, 422 not filled in."""
    proposal, chosen = found(request, pk), BY_SLUG.get(slug)
    if chosen is None:
        raise Http404
    if chosen not in offered(proposal, request.user):
        return drawn(request, proposal, status=409, line=change_line(proposal))
    form = chosen.form(
        request.POST if request.method == "POST" else None, slug=slug, proposal=proposal, by=request.user
    )
    if not form.is_bound:
        return act_page(request, proposal, chosen, form)
    if not form.is_valid():
        return act_page(request, proposal, chosen, form, status=422)
    if form.is_outdated:
        return act_page(request, proposal, chosen, form.refreshed(), status=409, line=change_line(proposal))
    try:
        chosen.verb(proposal, by=request.user, **form.arguments)
    except Stale as stale:
        return drawn(request, found(request, pk), status=409, line=change_line(stale.obj), kept=form.words)
    except MoveNotAllowed as refused:
        raise PermissionDenied from refused
    messages.success(request, chosen.done)
    # What goes back to the deputy is the deputy's own again.
    is_there = Proposal.objects.workable_by(request.user).filter(pk=pk).exists()
    return (
        redirect("admin:suggestions_proposal_change", pk)
        if is_there
        else redirect("admin:suggestions_proposal_changelist")
    )


def act_page(request, proposal, chosen, form, status=200, line=""):
    """The act's form beside the proposal."""
    context = frame(request, proposal) | {"title": chosen.label, "act": chosen, "form": form, "line": line}
    return TemplateResponse(request, "admin/suggestions/proposal_act.html", context, status=status)


def drawn(request, proposal, status=200, line="", kept=()):
    """The proposal's page."""
    context = frame(request, proposal) | {
        "title": proposal.number, "line": line, "kept": kept, "acts": offered(proposal, request.user),
        "parts": list(proposal.parts.select_related("department")), "facts": reading.facts(proposal),
        "talks": list(proposal.contacts_made.select_related("department")),
        "co_signers": list(proposal.co_signers.select_related("deputy")),
    }  # fmt: skip
    return TemplateResponse(request, "admin/suggestions/proposal.html", context, status=status)


def frame(request, proposal) -> dict:
    """What every page about one proposal shows."""
    values = reading.reading(proposal, is_staff=True, reads_cases=True)
    return admin.site.each_context(request) | values | {
        "opts": Proposal._meta, "media": "", "reads_cases": True, "opens_cases": True,
    }  # fmt: skip
