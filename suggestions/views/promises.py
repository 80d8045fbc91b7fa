"""``/commitments/``: what departments promised, by when, and whether it was kept (承诺事项)."""

from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from fzportal import paging
from fzportal.paging import Order

from .. import ledger
from ..forms.ledger import LedgerForm
from ..models import Commitment
from .browse import without

ORDER = Order(("due_on", "id"))


@require_safe
def commitment_list(request):
    """Every promise of a published suggestion; everything asked stands in the address."""
    form = LedgerForm(request.GET)
    rows = form.narrow(Commitment.objects.public())
    page = paging.page(listed(rows), ORDER, request.GET.get(paging.PARAMETER, ""))
    values = {
        "form": form,
        "entries": ledger.with_tags(page.rows),
        "count": count_words(paging.count(rows)),
        "chips": [(label, word, without(request, name)) for name, label, word in form.chips()],
        **page.links(request),
    }
    return render(request, "suggestions/commitments.html", values)


def listed(rows):
    """What a row shows, without the long texts."""
    long = ("suggestion__situation", "suggestion__proposal", "suggestion__search")
    public = ("suggestion__public__situation", "suggestion__public__proposal")
    parts = ("department", "suggestion__public", "suggestion__category", "suggestion__division__parent", "rating")
    return rows.select_related(*parts).defer(*long, *public, "rating__reason", "report")


def count_words(count: paging.Count) -> str:
    """ "12 项承诺", and "1,000 多项承诺" where counting stopped."""
    if count.is_capped:
        return gettext("More than %(n)s promises") % {"n": f"{count.number:,}"}
    return ngettext("%(n)s promise", "%(n)s promises", count.number) % {"n": f"{count.number:,}"}
