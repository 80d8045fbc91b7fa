"""``/desk/proposals/``: proposals at work; one on one page, and what may be done with it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fzportal import paging
from fzportal.templatetags.ui import when
from fzportal.workflow import MoveNotAllowed, Stale
from suggestions import queues as of_cases
from suggestions import workflow
from suggestions.forms.proposals import WordsForm
from suggestions.models import Proposal
from suggestions.permissions import (
    has_spoken_with_deputy,
    is_bearer,
    is_proposal_approver,
    may_write_proposal_reply,
)
from suggestions.proposals import queues, reading, standing, timeline

from .proposal_table import ACTS, may_edit, offered


@require_safe
@login_required
def desk_proposals(request):
    """Every queue with its size, one of them open; 403 for people who neither raise nor handle proposals."""
    sections = queues.sections_for(request.user)
    if not sections and not request.user.is_office:
        return render(request, "desk/none.html", status=403)
    found = [q for section in sections for q in section.queues]
    queue = next((q for q in found if q.slug == request.GET.get("queue")), found[0] if found else None)
    values = {
        "sections": queues.tabs(sections, queue.slug if queue else None),
        "is_deputy": bool(request.user.scopes("deputy")),
        "is_office": request.user.is_office,
        "queue": queue,
    }
    if queue:
        values |= listed(request, queue)
    return render(request, "desk/proposals.html", values)


def listed(request, queue) -> dict:
    """One page of the queue, oldest due first."""
    rows = queue.rows.with_parts().defer("situation", "request")
    page, count = paging.page(rows, queue.order, request.GET.get(paging.PARAMETER, "")), paging.count(queue.rows)
    urgencies = of_cases.urgencies(page.rows, queue)
    said = ngettext("%(n)s proposal", "%(n)s proposals", count.number) % {"n": count.number}
    return {
        "count": _("More than %(n)s proposals") % {"n": count.number} if count.is_capped else said,
        "rows": [
            {"proposal": p, "urgency": urgencies[p.pk], "tag": standing.tag(p), "carried": reading.carried(p)}
            for p in page.rows
        ],
        **page.links(request),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def desk_proposal_new(request):
    """A deputy begins one; its draft is kept at once."""
    if not request.user.scopes("deputy"):
        raise PermissionDenied
    form = WordsForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        proposal = workflow.proposals.begin(by=request.user, **form.cleaned_data)
        messages.success(request, _("The draft is kept. Now add suggestions, and ask others to sign."))
        return redirect("desk_proposal", proposal.pk)
    return render(request, "desk/proposal_new.html", {"form": form}, status=422 if form.is_bound else 200)


def reached(request, pk):
    """The proposal this person works on; 404 for everybody else."""
    return get_object_or_404(Proposal.objects.workable_by(request.user).with_parts(), pk=pk)


@require_safe
@login_required
def desk_proposal(request, pk):
    """The proposal as it is now."""
    return draw(request, reached(request, pk))


def draw(request, proposal, *, bound=None, status=200, **extra):
    """The page; ``bound`` is the form that was sent and did not pass."""
    user = request.user
    acts = offered(proposal, user)
    reads_cases = user.is_office or is_bearer(user, proposal) or handles(user, proposal)
    values = reading.reading(proposal, is_staff=True, reads_cases=reads_cases) | {
        "reads_cases": reads_cases,
        "opens_cases": user.is_office or is_bearer(user, proposal),
        "facts": reading.facts(proposal),
        "acts": forms_for(acts, proposal, user, bound),
        "may_hand_in": any(act.slug == "hand-in" for act in acts),
        "to_speak": may_write_proposal_reply(user, proposal) and not has_spoken_with_deputy(proposal),
        "lacks": lacks(proposal) if may_edit(user, proposal) else [],
        "wrote_it_oneself": wrote_it_oneself(proposal, user),
        "co_signers": list(proposal.co_signers.select_related("deputy")),
        "parts": list(proposal.parts.select_related("department")),
        "talks": list(proposal.contacts_made.select_related("department")),
        "form": bound,
        "is_office": user.is_office,
    }
    response = render(request, "desk/proposal.html", values | extra, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def handles(user, proposal) -> bool:
    """Works for the lead or for a department that assists: it answers the authors, so it reads their words."""
    mine = user.scopes("handler") | user.scopes("approver")
    return proposal.department_id in mine or any(p.department_id in mine for p in proposal.parts.all())


def forms_for(acts, proposal, user, bound) -> list[tuple]:
    """(act, form, is it unfolded); the form that was sent stands in its act's place."""
    shown = []
    for act in acts:
        if act.shown_in:
            continue
        is_bound = bound is not None and bound.slug == act.slug
        form = bound if is_bound else act.form(slug=act.slug, proposal=proposal, by=user)
        shown.append((act, form, is_bound))
    return shown


def lacks(proposal) -> list[str]:
    """What a draft still needs before it can be submitted."""
    found = [] if proposal.situation and proposal.request else [_("the situation, and what is proposed")]
    return found if proposal.bundle().exists() else [*found, _("a suggestion it takes up")]


def wrote_it_oneself(proposal, user) -> bool:
    """An approver before their own reply: somebody else must release it."""
    if proposal.status != Proposal.Status.REPLY_REVIEW or not is_proposal_approver(user, proposal):
        return False
    return proposal.replies.unreleased().filter(author=user).exists()


@require_POST
@login_required
def desk_proposal_act(request, pk, slug):
    """One act by its form; 422 with the words kept, 403 when forbidden, 409 when somebody was faster."""
    proposal, act = reached(request, pk), ACTS.get(slug)
    if act is None:
        raise Http404
    form = act.form(request.POST, slug=act.shown_in or act.slug, proposal=proposal, by=request.user)
    is_valid, is_autosave = form.is_valid(), request.headers.get("X-Requested-With") == "autosave"
    if form.is_outdated:
        return stale(request, proposal, form, is_autosave)
    if not is_valid:
        if act.slug not in {a.slug for a in offered(proposal, request.user)}:
            raise PermissionDenied
        return HttpResponse(status=422) if is_autosave else draw(request, proposal, bound=form, status=422)
    try:
        act.verb(proposal, by=request.user, **form.arguments)
    except Stale:
        return stale(request, proposal, form, is_autosave)
    except MoveNotAllowed as error:
        raise PermissionDenied from error
    if is_autosave:
        return HttpResponse(status=204)
    messages.success(request, act.done)
    still_theirs = Proposal.objects.workable_by(request.user).filter(pk=pk).exists()
    return redirect(reverse("desk_proposal", args=[pk]) if still_theirs else reverse("desk_proposals"))


def stale(request, proposal, form, is_autosave):
    """The page as it is now, one line on who was faster, the words typed kept: in their form while it is offered."""
    if is_autosave:
        return HttpResponse(status=409)
    line = said_of(proposal)
    now = Proposal.objects.workable_by(request.user).with_parts().filter(pk=proposal.pk).first()
    if now is None:
        messages.warning(request, line)
        return redirect("desk_proposals")
    if form.slug not in {act.slug for act in offered(now, request.user)}:
        return draw(request, now, status=409, change_line=line, kept=form.words)
    return draw(request, now, bound=form.refreshed(), status=409, change_line=line)


def said_of(proposal) -> str:
    """Who changed what and when, in one line."""
    last = proposal.changes.exclude(before=F("after")).select_related("by__deputy").last()
    last = last or proposal.changes.select_related("by__deputy").last()
    [item] = timeline.timeline(proposal, [last], [], is_staff=True)
    values = {"what": item.title, "who": item.role, "when": when(item.at)}
    return _("Meanwhile: %(what)s (%(who)s, %(when)s). Nothing was changed by you.") % values
