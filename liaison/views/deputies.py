"""Deputies in public: the list, a deputy's page, photo, QR code and the sheet to hang up."""

import logging

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from fzportal import paging, qr
from fzportal.images import JPEG
from fzportal.paging import Order

from .. import performance
from ..forms.deputies import DeputyFilterForm
from ..models import Deputy, Session

logger = logging.getLogger(__name__)

BY_PINYIN = Order(("pinyin", "id"), descending=False)
NEWEST = Order(("published_at", "id"))
NEXT_SESSIONS = 5
RAISED = 10
WEEK = 7 * 24 * 3600
DONE = ("replied", "closed")


@require_safe
def deputy_list(request):
    """``/deputies/``: today's deputies by pinyin; everything in the address, nothing in the session."""
    form = DeputyFilterForm(request.GET)
    rows = form.narrow(Deputy.objects.current())
    page = paging.page(rows.with_parts(), BY_PINYIN, request.GET.get(paging.PARAMETER, ""))
    values = {
        "form": form,
        "deputies": page.rows,
        "count": count_words(paging.count(rows)),
        "chips": [(label, word, without(request, name)) for name, label, word in form.chips()],
        "place": form.place,
        **page.links(request),
    }
    return render(request, "liaison/deputies.html", values)


def count_words(count: paging.Count) -> str:
    """ "24 位代表", and "1,000 多位代表" where counting stopped."""
    if count.is_capped:
        return _("More than %(n)s deputies") % {"n": f"{count.number:,}"}
    return ngettext("%(n)s deputy", "%(n)s deputies", count.number) % {"n": f"{count.number:,}"}


def without(request, name) -> str:
    """This address without one filter, and without those chosen inside it, from the first page."""
    inside = {"county": ["street", "station"], "street": ["station"]}
    query = request.GET.copy()
    for gone in (name, paging.PARAMETER, *inside.get(name, [])):
        query.pop(gone, None)
    return f"?{query.urlencode()}"


@require_safe
def deputy_detail(request, pk):
    """``/deputies/<pk>/``: who it is and what they do, as the law wants it public; former deputies' pages stay."""
    deputy = get_object_or_404(Deputy.objects.with_parts(), pk=pk)
    published = deputy.claimed.published().select_related("public", "category", "division__parent")
    published = published.defer("situation", "proposal", "search", "public__situation", "public__proposal")
    page = paging.page(published, NEWEST, request.GET.get(paging.PARAMETER, ""))
    values = {
        "deputy": deputy,
        "facts": facts(deputy),
        "figures": performance.figures(deputy),
        "sessions": next_sessions(deputy),
        "proposals": [(proposal, tone(proposal)) for proposal in raised(deputy)],
        "suggestions": [(suggestion, tone(suggestion)) for suggestion in page.rows],
        **page.links(request),
    }
    return render(request, "liaison/deputy.html", values)


def raised(deputy) -> list:
    """The newest proposals this deputy raised, as everybody may read them."""
    return list(deputy.proposals.public().select_related("department").order_by("-submitted_at", "-pk")[:RAISED])


def facts(deputy) -> list[tuple[str, str]]:
    """The basic information (代表法 2025, Art. 58), as (term, value)."""
    return [
        (_("Level"), deputy.get_level_display()),
        (_("Term"), str(deputy.term)),
        (_("Delegation"), str(deputy.delegation or "")),
        (_("Electing unit"), deputy.electing_unit),
        (_("Constituency"), str(deputy.constituency or "")),
        (_("Unit and position"), deputy.occupation),
        (_("Fields"), pgettext("between names", ", ").join(f.name for f in deputy.fields.all())),
        (_("Listens in"), pgettext("between names", ", ").join(d.place for d in deputy.divisions.all())),
        (_("Deputy since"), date_format(deputy.since)),
        (_("Until"), date_format(deputy.until) if deputy.until else ""),
    ]


def next_sessions(deputy) -> list[Session]:
    """The next announced ones with a free place or without; none of a former deputy."""
    if deputy.is_former:
        return []
    return list(Session.objects.of_deputy(deputy).announced().upcoming().with_parts().with_free()[:NEXT_SESSIONS])


def tone(suggestion) -> str:
    """The mark beside a suggestion's state."""
    return "done" if suggestion.status in DONE else "calm"


@require_safe
def deputy_photo(request, pk):
    """The photo, public as the page is; its address changes with it, so browsers may keep it."""
    deputy = get_object_or_404(Deputy.objects.exclude(photo=""), pk=pk)
    try:
        content = deputy.photo.open("rb")
    except OSError as error:
        logger.error("The photo of deputy %s is missing", pk)
        raise Http404 from error
    response = FileResponse(content, content_type=JPEG)
    response["Cache-Control"] = f"public, max-age={WEEK}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
def deputy_qr(request, pk):
    """The QR code of the deputy's page as SVG."""
    return qr.response(get_object_or_404(Deputy, pk=pk).get_absolute_url())


@require_safe
def deputy_sheet(request, pk):
    """A page to print and hang up: who it is, where to find them, the QR code."""
    deputy = get_object_or_404(Deputy.objects.with_parts(), pk=pk)
    values = {"deputy": deputy, "address": qr.address(deputy.get_absolute_url()), "sessions": next_sessions(deputy)}
    return render(request, "liaison/deputy_sheet.html", values)
