"""``/desk/station/``: a station's day at the counter, by slot."""

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from fzportal.forms import clean_line
from liaison import desk
from liaison.models import Appointment, Session, Station

from . import blocks

STATIONS = 50


@require_safe
@login_required
def desk_station(request):
    """The stations one works at; with a single one straight to its day. Deputies work from their duties."""
    user = request.user
    if not (user.is_office or user.scopes("officer")):
        if user.scopes("deputy"):
            return redirect("desk_duties")
        raise PermissionDenied
    stations, search = desk.stations_of(user), clean_line(request.GET.get("q", ""))
    if user.is_office:
        stations = stations.filter(name__icontains=search) if search else stations.filter(next_at__isnull=False)
    rows = list(stations[: STATIONS + 1])
    if len(rows) == 1 and not user.is_office:
        return redirect(day_url(rows[0], desk.day_to_show(rows[0])))
    values = {
        "stations": [(row, day_url(row, desk.day_to_show(row))) for row in rows[:STATIONS]],
        "has_more": len(rows) > STATIONS,
        "search": search,
        "desk_url": reverse("desk"),
    }
    return render(request, "desk/counter/stations.html", values)


@require_safe
@login_required
def desk_station_day(request, slug, date):
    """That day's sessions with everybody who comes."""
    station = get_object_or_404(Station.objects.with_parts(), slug=slug)
    return draw(request, station, day_of(date))


def draw(request, station, day, *, status=200, bound=None, **extra):
    """The page; a deputy reads only the sessions they are on duty at, and none but those is a page to them."""
    user, search = request.user, clean_line(request.GET.get("q", ""))
    mine = Session.objects.received_by(user).filter(station=station)
    sessions = blocks.loaded(mine.between(*desk.bounds(day)))
    is_staff = user.is_office or station.pk in user.scopes("officer")
    if not sessions and not is_staff:
        raise Http404
    drawn = blocks.blocks(user, sessions, bound=bound or blocks.Bound(), search=search)
    values = {
        "station": station,
        "day": day,
        "is_today": day == timezone.localdate(),
        "is_staff": is_staff,
        "groups": drawn,
        "search": search,
        "found": sum(len(part.rows) for b in drawn for part in b.parts) + sum(len(b.cancelled) for b in drawn),
        "elsewhere": elsewhere(user, station, day, search) if search else [],
        "warnings": desk.warnings(station) if is_staff else [],
        "form": bound.form if bound else None,
        "page": "day",
        "desk_url": reverse("desk"),
        "has_many": user.is_office or len(user.scopes("officer")) > 1,
        **ways(station, day, mine),
    }
    response = render(request, "desk/counter/day.html", values | extra, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def ways(station, day, sessions) -> dict:
    """Addresses of the days around this one."""
    before, after = desk.neighbouring_days(sessions.taking_place(), day)
    today = timezone.localdate()
    return {
        "day_before": day_url(station, day - timedelta(days=1)),
        "day_after": day_url(station, day + timedelta(days=1)),
        "today_url": "" if day == today else day_url(station, today),
        "session_before": (before, day_url(station, before)) if before else None,
        "session_after": (after, day_url(station, after)) if after else None,
    }


def elsewhere(user, station, day, search) -> list:
    """Appointments of other days at this station whose whole code was typed."""
    code = desk.plain_code(search)
    if len(code) != 10:
        return []
    rows = Appointment.objects.received_by(user).filter(code=code, session__station=station)
    found = [a for a in rows.select_related("session", "slot") if a.session.day != day]
    return [(a, day_url(station, a.session.day) + f"?q={a.code}") for a in found]


def day_url(station, day) -> str:
    """The address of a station's day."""
    return reverse("desk_station_day", args=[station.slug, day.isoformat()])


def day_of(text) -> date:
    """``2026-11-22``; anything else is no page. Years that have no neighbours are none either."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if not 2000 <= found.year <= 2100:
        raise Http404
    return found
