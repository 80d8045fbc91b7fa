"""Stations as people read them: rows of a list, points of a map, the next chance to come, the year's figures."""

from datetime import timedelta
from typing import NamedTuple

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone

from fzportal.paging import Order
from fzportal.templatetags.ui import when

from .models import Reception, Session, Station

# By the code of the division: the city's own first, then county by county, street by street.
BY_PLACE = Order(("place", "id"), descending=False)
SOON = 3
NEXT = 10


class Year(NamedTuple):
    """A station's year so far: visits recorded, and the sessions held that they rest on."""

    number: int
    received: int
    held: int


def listed(stations):
    """``stations`` with what a row shows and ``place``, by which they are ordered; two queries."""
    return stations.with_parts().annotate(place=F("division__code"))


def entries(stations, now=None) -> list:
    """``stations`` (a list) with ``next`` beside each: the soonest session with a free place, or None; one query."""
    soonest = next_sessions([s.pk for s in stations], now or timezone.now())
    for station in stations:
        station.next = soonest.get(station.pk)
    return stations


def open_sessions(now):
    """Announced, with a free place in a slot that has not begun; soonest first."""
    # No session lasts a day: so the index over time is read from yesterday on, not from the first session ever.
    recent = Session.objects.filter(starts_at__gt=now - timedelta(days=1))
    return recent.with_free_places(now).order_by("starts_at", "pk")


def with_free_slots(sessions, now):
    """Each with ``free``: how many of its slots can still be booked."""
    left = Q(slots__taken__lt=F("slots__places"), slots__starts_at__gt=now)
    return sessions.annotate(free=Count("slots", filter=left))


def next_sessions(stations, now) -> dict[int, Session]:
    """Pk of a station -> its soonest open session, with ``free``; for any number of ``stations`` one query."""
    soonest = open_sessions(now).filter(station=OuterRef("pk")).values("pk")[:1]
    chosen = Station.objects.filter(pk__in=stations).order_by().annotate(soonest=Subquery(soonest)).values("soonest")
    return {s.station_id: s for s in with_free_slots(Session.objects.filter(pk__in=chosen), now)}


def soonest_sessions(now=None) -> list:
    """The next open sessions of all stations that are open, with ``free`` and ``on_duty``; two queries."""
    now = now or timezone.now()
    chosen = open_sessions(now).filter(station__is_active=True).values("pk")[:SOON]
    found = with_free_slots(Session.objects.filter(pk__in=Subquery(chosen)), now)
    return list(found.with_parts().order_by("starts_at", "pk"))


def sessions_of(station, now=None) -> list:
    """What comes next at a station, planned ones too, with ``free`` and ``on_duty``; two queries."""
    now = now or timezone.now()
    coming = Session.objects.filter(station=station).taking_place().upcoming(now)
    return list(with_free_slots(coming, now).with_parts()[:NEXT])


def points(stations, now=None) -> list[list]:
    """Rows for the page's script, in the order of the list; two queries for any number of stations.

    [name, address of the page, kind, latitude or None, longitude or None, where it is, phone, step-free (0, 1),
    address of the next open session, its time in words, its free slots, demo data (0, 1)]. Five digits: a metre.
    """
    rows = stations.select_related("division__parent").annotate(place=F("division__code")).order_by("place", "pk")
    rows = list(rows)
    soonest = next_sessions([s.pk for s in rows], now or timezone.now())
    return [point(station, soonest.get(station.pk)) for station in rows]


def point(station, session=None) -> list:
    """One row of ``points``."""
    has_place = station.latitude is not None
    at = [round(station.latitude, 5), round(station.longitude, 5)] if has_place else [None, None]
    coming = [session.get_absolute_url(), when(session.starts_at), session.free] if session else ["", "", 0]
    where = station.address or station.division.place
    return [station.name, station.get_absolute_url(), station.kind, *at, where, station.phone,
            int(bool(station.step_free)), *coming, int(station.is_demo)]  # fmt: skip


def year_of(station, now=None) -> Year:
    """This calendar year at one station; two queries."""
    now = timezone.localtime(now)
    begin = now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    held = Session.objects.filter(station=station, starts_at__gte=begin, status=Session.Status.HELD)
    received = Reception.objects.recorded_at([station]).filter(appointment__session__starts_at__gte=begin)
    return Year(begin.year, received.count(), held.count())


def week_of(now=None) -> tuple:
    """(Monday 0:00, the next Monday 0:00) around ``now``, in the city's time."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=7)
