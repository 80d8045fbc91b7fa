"""The home page: the doors most people look for, honest figures, what was answered lately, who receives people next."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from fzportal.templatetags.ui import door_url
from liaison import places
from suggestions import statistics
from suggestions.listing import ANSWERED, entries, listed
from suggestions.models import Suggestion

NEWEST_ANSWERS = 4


@require_safe
def home(request):
    """The front door: a fixed number of queries for the answers, two for the next sessions, two for the figures."""
    answered = Suggestion.objects.published().filter(answered_at__isnull=False)
    newest = listed(answered).order_by(*ANSWERED.by(False))[:NEWEST_ANSWERS]
    values = {
        "answered": entries(list(newest)),
        "sessions": places.soonest_sessions(),
        "calendar_url": door_url("calendar") or door_url("station_list"),
        "figures": statistics.year_so_far(),
    }
    return render(request, "home.html", values)
