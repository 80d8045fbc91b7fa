"""The public list: search, filters, three orders, paged by key."""

from contextlib import nullcontext
from urllib.parse import urlencode

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from fzportal import paging
from fzportal.paging import Order

from .. import search
from ..forms.browse import SORTS, FilterForm
from ..forms.track import as_number
from ..listing import ANSWERED, NEWEST, SUPPORTED, entries, listed
from ..models import Suggestion

ORDERS = {"new": NEWEST, "supported": SUPPORTED, "answered": ANSWERED}


@require_safe
def suggestion_list(request):
    """``/suggestions/``: everything in the address, nothing in the session. A number as search opens its case."""
    form = FilterForm(request.GET)
    asked = form.values()
    number = as_number(asked.get("q", ""))
    if number and Suggestion.objects.visible_to(request.user).filter(number=number).exists():
        return redirect("suggestion_detail", number)
    sort = asked.get("sort", "new")
    rows, order, way = found(form, asked, sort)
    with way:
        page = paging.page(listed(rows), order, request.GET.get(paging.PARAMETER, ""))
        count = paging.count(rows)
    values = {
        "form": form,
        "entries": entries(page.rows),
        "count": count_words(count),
        "order": order_words(sort, order),
        "chips": [(label, word, without(request, name)) for name, label, word in form.chips()],
        "page": page,
        "feed_url": feed_of(form),
        **page.links(request),
    }
    return render(request, "suggestions/list.html", values)


def found(form, asked, sort):
    """(rows that fit, their order, a context to read them in)."""
    rows, order = form.narrow(Suggestion.objects.published()), ORDERS[sort]
    if sort == "answered":
        rows = rows.filter(answered_at__isnull=False)
    if not asked.get("q"):
        return rows, order, nullcontext()
    hits = search.narrow(rows, asked["q"])
    if hits.are_few:
        return hits.rows, Order(("closeness", *order.fields)), nullcontext()
    return hits.rows, order, search.walking()


def feed_of(form) -> str:
    """The same list as a feed."""
    asked = {name: value for name, value in form.values().items() if (name, value) != ("sort", "supported")}
    return reverse("suggestion_feed") + (f"?{urlencode(asked)}" if asked else "")


def count_words(count: paging.Count) -> str:
    """ "128 条建议", and "1,000 多条建议" where counting stopped."""
    if count.is_capped:
        return gettext("More than %(n)s suggestions") % {"n": f"{count.number:,}"}
    return ngettext("%(n)s suggestion", "%(n)s suggestions", count.number) % {"n": f"{count.number:,}"}


def order_words(sort, order) -> str:
    """How the list is ordered."""
    if order.fields[0] == "closeness":
        return gettext("closest first; equally close: %(order)s") % {"order": str(SORTS[sort])}
    return str(SORTS[sort])


def without(request, name) -> str:
    """This address without one filter (and without the street when its county goes), from the first page."""
    query = request.GET.copy()
    for gone in (name, paging.PARAMETER, *(["street"] if name == "county" else [])):
        query.pop(gone, None)
    return f"?{query.urlencode()}"
