"""Proposals of deputies in public: the list, and one with its handling report (代表法 2025, Art. 51)."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from fzportal import paging
from fzportal.paging import Order

from ..forms.proposals_browse import FilterForm
from ..models import Proposal
from ..permissions import works_on_proposal
from ..proposals import reading, standing
from .browse import without

NEWEST = Order(("submitted_at", "id"))


@require_safe
def proposal_list(request):
    """``/proposals/``: everything in the address, nothing in the session."""
    form = FilterForm(request.GET)
    rows = form.narrow(Proposal.objects.public())
    page = paging.page(rows.with_parts().defer("situation", "request"), NEWEST, request.GET.get(paging.PARAMETER, ""))
    count = paging.count(rows)
    values = {
        "form": form,
        "entries": [entry(proposal) for proposal in page.rows],
        "count": count_words(count),
        "chips": [(label, word, without(request, name)) for name, label, word in form.chips()],
        **page.links(request),
    }
    return render(request, "suggestions/proposals.html", values)


def entry(proposal) -> dict:
    """What a row shows."""
    return {
        "proposal": proposal,
        "tag": standing.tag(proposal),
        "due": "" if proposal.status in proposal.BEARERS_TURN else standing.due_line(proposal),
        "carried": reading.carried(proposal),
    }


def count_words(count: paging.Count) -> str:
    """ "12 件代表建议", and "1,000 多件代表建议" where counting stopped."""
    if count.is_capped:
        return gettext("More than %(n)s proposals") % {"n": f"{count.number:,}"}
    return ngettext("%(n)s proposal", "%(n)s proposals", count.number) % {"n": f"{count.number:,}"}


@require_safe
def proposal_detail(request, pk):
    """``/proposals/<pk>/``: the paper, what it takes up, who handles it and until when, the report, the evaluation."""
    proposal = get_object_or_404(Proposal.objects.public().with_parts(), pk=pk)
    values = reading.reading(proposal, is_staff=False)
    values |= {"facts": reading.facts(proposal), "works_here": works_on_proposal(request.user, proposal)}
    return render(request, "suggestions/proposal.html", values)
