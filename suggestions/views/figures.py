"""The published figures: one page for everybody, which reads what was counted and counts nothing itself."""

from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import is_office

from .. import statistics
from ..forms.figures import BY, FigureForm
from ..statistics import tables


@require_safe
def figures(request):
    """``/figures/``: a year of the city or of one part of it; the same number of queries whatever is shown."""
    form = FigureForm(request.GET)
    for_office = is_office(request.user)
    board = statistics.read(form.about, form.year_shown, for_office)
    values = {
        "form": form,
        "about": form.about,
        "year": form.year_shown,
        "run": statistics.latest_run(),
        "tiles": tiles(board),
        "charts": tables.drawn(board),
        "months": tables.by_month(board, _("Month by month"), tables.MONTHS, with_days=True),
        "ratings": tables.ratings(board),
        "ratings_by_month": tables.by_month(board, _("The result, month by month"), (*tables.RESULTS, "heard")),
        "stages": tables.stages(board),
        "work": [table for table in work(board) if table],
        "compared": comparison(form, for_office),
        "for_office": for_office,
    }
    return render(request, "suggestions/figures/page.html", values)


def tiles(board):
    """(label, value, base in words) of the figures people look for first."""
    received, answered, on_time = (board.cell(name) for name in ("received", "answered", "on_time"))
    yield _("Received"), f"{received.number:,}", ""
    yield _("Answered"), f"{answered.number:,}", ""
    if answered.median is not None:
        base = _("median of %(n)s first answers") % {"n": f"{answered.number:,}"}
        yield _("Working days to the first answer"), f"{answered.median:,}", base
    if on_time.base:
        yield _("Answered on time"), on_time.share, f"{on_time.number:,} / {on_time.base:,}"
    silent = board.cell("silent")
    if silent.base:
        base = _("%(n)s of %(all)s whose rating time is over") % {"n": f"{silent.number:,}", "all": f"{silent.base:,}"}
        yield _("No rating"), silent.share, base


def work(board):
    """What happened on the way, promises, proposals."""
    yield tables.reasons(board)
    yield tables.listed(board, _("On the way"), tables.AT_WORK)
    yield tables.listed(board, _("Promises"), tables.PROMISES)
    yield tables.listed(board, _("Proposals of deputies"), tables.PROPOSALS)


def comparison(form, for_office):
    """What lies inside, row by row; None when nothing does."""
    asked = form.compared()
    if asked is None:
        return None
    kind, within = asked
    boards = statistics.comparison(kind, form.year_shown, within, for_office)
    caption = BY[kind] if form.about.key == "" else _("What lies inside")

    def link(board):
        return f"{reverse('figures')}?{urlencode({'year': form.year_shown, 'of': board.about.key})}"

    return tables.compared(boards, str(caption), link) if boards else None


@require_safe
def figures_about(request):
    """``/figures/about/``: every figure in words, with its base."""
    named = [(figure, statistics.BY_NAME.get(figure.base)) for figure in statistics.FIGURES]
    return render(request, "suggestions/figures/about.html", {"figures": named, "run": statistics.latest_run()})
