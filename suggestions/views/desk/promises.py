"""``/desk/commitments/``: a department's promises: those due, those whose report waits for a second person."""

from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fzportal import paging
from fzportal.paging import Order
from suggestions import ledger
from suggestions.models import Commitment

from ..promises import count_words

C = Commitment.Status
ORDER = Order(("due_on", "id"), descending=False)


class Tab(NamedTuple):
    """One list: ``states`` are those of its promises."""

    slug: str
    label: str
    states: tuple
    empty: str


TABS = (
    Tab("due", _("Promises to keep"), (C.PROMISED, C.MISSED), _("Nothing that was promised is still to be done.")),
    Tab("reported", _("Reports to confirm"), (C.REPORTED,), _("No report waits for a second person.")),
    Tab("kept", _("Promises kept"), (C.FULFILLED,), _("No promise has been kept yet.")),
)


@require_safe
@login_required
def desk_commitments(request):
    """One of the lists, soonest first; 403 with an explanation for people without a role at a department."""
    if not (request.user.is_office or departments_of(request.user)):
        return render(request, "desk/none.html", status=403)
    tab = next((t for t in TABS if t.slug == request.GET.get("list")), TABS[0])
    mine = Commitment.objects.kept_by(request.user)
    rows = mine.filter(status__in=tab.states)
    page = paging.page(listed(rows), ORDER, request.GET.get(paging.PARAMETER, ""))
    values = {
        "tab": tab,
        "tabs": doors(request.user),
        "rows": ledger.with_tags(page.rows),
        "count": count_words(paging.count(rows)),
        "desk_url": reverse("desk"),
        **page.links(request),
    }
    return render(request, "desk/commitments.html", values)


def listed(rows):
    """What a row shows, without the long texts."""
    long = ("suggestion__situation", "suggestion__proposal", "suggestion__search", "report")
    return rows.select_related("department", "suggestion", "rating").defer(*long)


def departments_of(user) -> frozenset:
    """The departments ``user`` is at today."""
    return user.scopes("handler") | user.scopes("approver")


def doors(user) -> list[dict]:
    """For the desk: each list with what waits in it, for people of departments."""
    if not departments_of(user):
        return []
    mine = Commitment.objects.kept_by(user)
    page = reverse("desk_commitments")
    return [
        {"slug": tab.slug, "label": tab.label, "url": f"{page}?list={tab.slug}",
         "count": "" if tab.slug == "kept" else paging.count(mine.filter(status__in=tab.states)).number}
        for tab in TABS
    ]  # fmt: skip
