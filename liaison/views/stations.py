"""Stations for everybody: the list with its map, one station, and what hangs on its wall."""

import json
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from fzportal import paging, qr

from .. import ground, places
from ..forms.stations import StationFilterForm
from ..models import Station

# A session that fills up meanwhile is still named: its own page knows better.
POINTS_SECONDS = 2 * 60


@require_safe
def station_list(request):
    """``/stations/``: everything in the address, nothing in the session."""
    form = StationFilterForm(request.GET)
    rows = form.narrow(Station.objects.open())
    page = paging.page(places.listed(rows), places.BY_PLACE, request.GET.get(paging.PARAMETER, ""))
    count = paging.count(rows)
    values = {
        "form": form,
        "entries": places.entries(page.rows),
        "count": count_words(count),
        "chips": [(label, word, without(request, name)) for name, label, word in form.chips()],
        "points_url": f"{reverse('station_points')}{without(request)}",
        "kinds": dict(Station.Kind.choices),
        "ground": ground.names(),
        "map": settings.MAP,
        **page.links(request),
    }
    return render(request, "liaison/station_list.html", values)


@require_safe
@gzip_page
@cache_control(public=True, max_age=POINTS_SECONDS)
def station_points(request):
    """Every station that fits the same filters, for the map and for "nearest first", which the browser sorts.

    Nobody's position is asked for: it stays in the browser, which is why all of them are handed out.
    """
    form = StationFilterForm(request.GET)
    asked = json.dumps([get_language(), form.values()], sort_keys=True)
    key = f"stations:{sha256(asked.encode()).hexdigest()}"
    text = cache.get(key)
    if text is None:
        text = json.dumps({"stations": places.points(form.narrow(Station.objects.open()))}, ensure_ascii=False)
        cache.set(key, text, POINTS_SECONDS)
    return HttpResponse(text, "application/json")


@require_safe
def station_detail(request, slug):
    """``/stations/<slug>/``: a closed one stays, marked, for whoever follows an old link."""
    station = get_object_or_404(Station.objects.with_parts(), slug=slug)
    values = {
        "station": station,
        "sessions": places.sessions_of(station),
        "facts": facts(station),
        "deputies": station.deputies.current().select_related("delegation", "constituency").prefetch_related("fields"),
        "year": places.year_of(station),
        "suggest_url": suggest_path(station),
        "points": [places.point(station)] if station.latitude is not None else [],
        "kinds": dict(Station.Kind.choices),
        "ground": ground.names(),
        "map": settings.MAP,
    }
    return render(request, "liaison/station_detail.html", values)


@require_safe
def station_qr(request, slug):
    """The QR code of its page, or with ``?for=suggestion`` of a suggestion addressed to it."""
    station = get_object_or_404(Station, slug=slug)
    to_suggest = request.GET.get("for") == "suggestion"
    return qr.response(suggest_path(station) if to_suggest else station.get_absolute_url())


@require_safe
def station_sheet(request, slug):
    """A page of A4 for the door of the station: both codes, large, with plain words."""
    station = get_object_or_404(Station.objects.with_parts(), slug=slug)
    values = {
        "station": station,
        "page_address": qr.address(station.get_absolute_url()),
        "suggest_address": qr.address(suggest_path(station)),
    }
    return render(request, "liaison/station_sheet.html", values)


def facts(station) -> list[tuple]:
    """What one needs to know before going there; empty values are left out by the page."""
    return [
        (gettext("Address"), station.address),
        (gettext("Opening hours"), station.opening_hours),
        (gettext("Without steps"), station.step_free),
        (gettext("Bus, metro, parking"), station.getting_there),
        (gettext("Head"), "、".join(head.user.name for head in station.heads)),
        (gettext("Division"), station.division.place),
        (gettext("Level"), station.get_level_display()),
        (gettext("Fields"), "、".join(field.name for field in station.fields.all())),
    ]


def suggest_path(station) -> str:
    """Where a suggestion addressed to ``station`` begins; the page lives in an app above this one."""
    return f"{reverse('suggestion_new')}?station={station.slug}"


def count_words(count: paging.Count) -> str:
    """ "128 个联络站", and "1,000 多个联络站" where counting stopped."""
    if count.is_capped:
        return gettext("More than %(n)s stations") % {"n": f"{count.number:,}"}
    return ngettext("%(n)s station", "%(n)s stations", count.number) % {"n": f"{count.number:,}"}


def without(request, name="") -> str:
    """This address without one filter (and without the street when its county goes), from the first page."""
    query = request.GET.copy()
    for gone in (name, paging.PARAMETER, *(["street"] if name == "county" else [])):
        query.pop(gone, None)
    return f"?{query.urlencode()}"
