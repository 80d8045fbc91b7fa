"""The home page: the doors most people look for, honest figures, and what was answered lately."""

from django.core.cache import cache
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from suggestions import statistics
from suggestions.listing import ANSWERED, entries, listed
from suggestions.models import Suggestion

FIGURES_SECONDS = 10 * 60
NEWEST_ANSWERS = 4


@require_safe
def home(request):
    """The front door: two queries for the answers, and every ten minutes four for the figures."""
    answered = Suggestion.objects.published().filter(answered_at__isnull=False)
    newest = listed(answered).order_by(*ANSWERED.by(False))[:NEWEST_ANSWERS]
    return render(request, "home.html", {"answered": entries(list(newest)), "figures": figures()})


def figures() -> statistics.Year:
    """The year so far, at most ten minutes old."""
    key = f"home:{timezone.localdate().year}"
    known = cache.get(key)
    if known is None:
        known = statistics.year_so_far()
        cache.set(key, known, FIGURES_SECONDS)
    return known
