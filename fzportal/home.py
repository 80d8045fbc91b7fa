"""The home page: the doors most people look for, honest figures, what was answered lately, who receives people next."""

from django.core.cache import cache
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from fzportal.templatetags.ui import door_url
from liaison import places
from suggestions import statistics
from suggestions.listing import ANSWERED, entries, listed
from suggestions.models import Suggestion

FIGURES_SECONDS = 10 * 60
NEWEST_ANSWERS = 4


@require_safe
def home(request):
    """The front door: a fixed number of queries for the answers and two for the next sessions; figures are kept."""
    answered = Suggestion.objects.published().filter(answered_at__isnull=False)
    newest = listed(answered).order_by(*ANSWERED.by(False))[:NEWEST_ANSWERS]
    values = {
        "answered": entries(list(newest)),
        "sessions": places.soonest_sessions(),
        "calendar_url": door_url("calendar") or door_url("station_list"),
        "figures": figures(),
    }
    return render(request, "home.html", values)


def figures() -> statistics.Year:
    """The year so far, at most ten minutes old."""
    key = f"home:{timezone.localdate().year}"
    known = cache.get(key)
    if known is None:
        known = statistics.year_so_far()
        cache.set(key, known, FIGURES_SECONDS)
    return known
