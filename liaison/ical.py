"""Sessions and appointments as iCalendar (RFC 5545), for calendar programs.

Times are written in Asia/Shanghai beside a VTIMEZONE of one line: Google and Apple go by the zone's name, Outlook by
the definition, and each shows the city's own time together with its zone, which bare UTC would lose. The definition has
no summer time: China's last one ended on 15 September 1991.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from icalendar import Calendar, Event, Timezone, TimezoneStandard, vInt, vText

from fzportal.templatetags.ui import span

from .models import Appointment, Duty, Mode, Session

ZONE = settings.TIME_ZONE
# How often calendar programs are asked to come back; an unchanged calendar costs them and us one 304.
REFRESH = timedelta(hours=1)
S, A = Session.Status, Appointment.Status
STATUS = {S.PLANNED: "TENTATIVE", S.ANNOUNCED: "CONFIRMED", S.HELD: "CONFIRMED", S.CANCELLED: "CANCELLED"}
# Whoever waits in line, or has not taken up an offer, has no place yet.
TENTATIVE = (A.WAITLISTED, A.OFFERED)


def absolute(path: str) -> str:
    """A page's whole address."""
    return settings.SITE_URL.rstrip("/") + path


def uid(kind: str, pk: int) -> str:
    """Stays the same whatever happens to the thing: "session-7@portal.example"."""
    return f"{kind}-{pk}@{urlsplit(settings.SITE_URL).hostname}"


def deputies_of(session) -> list[str]:
    """The names of the deputies on duty; read already when the session comes ``with_parts``."""
    duties = getattr(session, "on_duty", None)
    if duties is None:
        duties = session.duties.active().select_related("deputy").order_by("pk")
    return [duty.deputy.name for duty in duties]


def location_of(session) -> str:
    """Where to go, as calendars show it: the station with its address, the place outside, or online."""
    if session.mode == Mode.ONLINE:
        return _("Online")
    if session.mode == Mode.OUTING and session.place:
        return session.place
    return " ".join(filter(None, [session.station.name, session.where]))


def event(session) -> Event:
    """A session as VEVENT. Reads ``session.station`` and the deputies on duty (``with_parts`` has both)."""
    found = _event("session", session.pk, session.starts_at, session.ends_at)
    found.add("status", STATUS[session.status])
    found.add("sequence", session.sequence)
    _changed(found, session.changed_at)
    found.add("summary", f"{session.theme or _('Deputies receive people')} · {session.station}")
    _place(found, session)
    url = absolute(session.get_absolute_url())
    found.add("url", url)
    found.add("description", "\n".join([*facts(session), url]))
    found.add("categories", [_("Deputies' reception"), session.station.get_kind_display()])
    return found


def facts(session) -> list[str]:
    """What a calendar tells of a session, line by line: status, theme, scope, deputies. Never who comes."""
    pairs = [
        (_("Status"), session.get_status_display()),
        (_("Theme"), session.theme),
        (_("What it is about"), session.scope),
        (_("Deputies"), pgettext("between names", ", ").join(deputies_of(session))),
        (_("Phone"), session.station.phone),
        (_("How to get in without steps"), session.station.step_free),
    ]
    return [_("%(label)s: %(text)s") % {"label": label, "text": text} for label, text in pairs if text]


def duty_event(duty) -> Event:
    """A deputy's own duty as VEVENT: the session's, so that its UID stays whoever shows it, with the deputy's answer.

    Reads ``duty.sequence`` and ``duty.changed_at`` (``feeds.duties_of``).
    """
    session = duty.session
    found = event(session)
    if duty.status != Duty.Status.CONFIRMED and session.status != S.CANCELLED:
        found["status"] = vText("TENTATIVE")
    found["sequence"] = vInt(duty.sequence)
    for name in ("dtstamp", "last-modified"):
        del found[name]
    _changed(found, duty.changed_at)
    answer = duty.get_status_display() if session.status != S.CANCELLED else session.get_status_display()
    found["summary"] = vText(f"{_('Duty')} · {answer} · {session.station}")
    link = session.link if session.mode == Mode.ONLINE and session.status != S.CANCELLED else ""
    lines = [
        (_("My answer"), answer),
        (_("Online meeting"), link),
        (_("Answer here"), absolute(duty.get_absolute_url())),
    ]
    told = [_("%(label)s: %(text)s") % {"label": label, "text": text} for label, text in lines if text]
    found["description"] = vText("\n".join([*told, *facts(session)[1:], absolute(session.get_absolute_url())]))
    return found


def appointment_event(appointment) -> Event:
    """The visitor's own appointment as VEVENT, without anybody's name. Best read ``with_parts``.

    ``appointment.sequence`` and ``appointment.changed_at`` are read when a list has annotated them
    (``feeds.with_versions``), else asked for.
    """
    slot, session = appointment.slot, appointment.session
    if not hasattr(appointment, "sequence"):
        appointment.sequence = appointment.changes.count()
        appointment.changed_at = getattr(appointment.changes.last(), "at", appointment.created_at)
    found = _event("appointment", appointment.pk, slot.starts_at, slot.ends_at)
    gone = appointment.status == A.CANCELLED
    found.add("status", "CANCELLED" if gone else "TENTATIVE" if appointment.status in TENTATIVE else "CONFIRMED")
    found.add("sequence", appointment.sequence)
    _changed(found, appointment.changed_at)
    found.add("summary", _("Appointment with deputies · %(station)s") % {"station": session.station})
    _place(found, session)
    url = absolute(appointment.get_absolute_url())
    found.add("url", url)
    link = session.link if appointment.status in (A.BOOKED, A.CHECKED_IN) else ""
    lines = [
        (_("Appointment"), appointment.get_status_display()),
        (_("Appointment code"), appointment.spoken_code),
        (_("Session"), span(session.starts_at, session.ends_at)),
        (_("Deputies"), pgettext("between names", ", ").join(deputies_of(session))),
        (_("Phone"), session.station.phone),
        (_("Online meeting"), link),
    ]
    texts = [_("%(label)s: %(text)s") % {"label": label, "text": text} for label, text in lines if text]
    found.add("description", "\n".join([*texts, url]))
    found.add("categories", [_("Appointment")])
    return found


def calendar(name: str, sessions) -> bytes:
    """A calendar of ``sessions`` (rows ``with_parts``) called ``name``, as it goes over the wire."""
    return calendar_of(name, map(event, sessions))


def calendar_of(name: str, events) -> bytes:
    """A calendar of ready events called ``name``."""
    found = Calendar()
    found.add("prodid", f"-//{urlsplit(settings.SITE_URL).hostname}//fzportal//ZH")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    for key in ("name", "x-wr-calname"):
        found.add(key, name)
    found.add("x-wr-timezone", ZONE)
    found.add("refresh-interval", REFRESH)
    found["refresh-interval"].params["VALUE"] = "DURATION"
    found.add("x-published-ttl", found["refresh-interval"].to_ical().decode())
    found.add_component(zone())
    for one in events:
        found.add_component(one)
    return found.to_ical()


def zone() -> Timezone:
    """China's time since the last summer time ended."""
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1991, 9, 15, 2))
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    found = Timezone()
    found.add("tzid", ZONE)
    found.add_component(standard)
    return found


def _event(kind, pk, starts_at, ends_at) -> Event:
    found = Event()
    found.add("uid", uid(kind, pk))
    found.add("dtstart", timezone.localtime(starts_at))
    found.add("dtend", timezone.localtime(ends_at))
    return found


def _changed(found, at):
    """When this version came to be: the same bytes for the same version, whenever they are asked for."""
    for name in ("dtstamp", "last-modified"):
        found.add(name, at.astimezone(UTC))


def _place(found, session):
    """LOCATION, and GEO where the station itself is the place."""
    found.add("location", location_of(session))
    station = session.station
    if session.mode == Mode.STATION and not session.place and station.latitude is not None:
        found.add("geo", (station.latitude, station.longitude))
