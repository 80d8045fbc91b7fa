"""What a calendar feed holds, and which version of it stands: polling an unchanged feed costs two small queries."""

import hashlib
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from . import ical
from .models import Appointment, AppointmentChange, Duty, DutyChange, Session
from .timetable import of_deputies

S, D, A = Session.Status, Duty.Status, Appointment.Status
BACK, AHEAD = timedelta(days=60), timedelta(days=366)
# What was cancelled is kept so long, marked as such: programs that poll seldom must hear of it.
CANCELLED_KEPT = timedelta(days=90)
# A feed of a whole city ends here, nearest sessions first; nobody's calendar program draws more.
MOST = 2000
# Every column an event is made of.
SHOWN = (
    "pk", "sequence", "changed_at", "status", "starts_at", "ends_at", "mode", "place", "theme", "scope",
    "station__name", "station__address", "station__phone", "station__step_free", "station__kind",
    "station__latitude", "station__longitude",
)  # fmt: skip


def in_window(sessions, now):
    """``sessions`` from 60 days back to a year ahead, without what was cancelled long ago."""
    gone = Q(status=S.CANCELLED, changed_at__lt=now - CANCELLED_KEPT)
    return sessions.filter(starts_at__gte=now - BACK, starts_at__lt=now + AHEAD).exclude(gone)


def contents(sessions, now=None) -> tuple[list[int], str]:
    """(pks of the sessions a feed shows, the version of what it says of them): two queries, three in a big feed."""
    now = now or timezone.now()
    rows = in_window(sessions, now)
    found = list(rows.filter(ends_at__gt=now).order_by("starts_at", "pk").values_list(*SHOWN)[:MOST])
    before = rows.filter(ends_at__lte=now).order_by("-starts_at", "-pk").values_list(*SHOWN)
    found += before[: MOST - len(found)] if len(found) < MOST else []
    pks = [row[0] for row in found]
    duties = Duty.objects.active().filter(session__in=pks).order_by("pk").values_list("pk", "deputy__name")
    return pks, digest(sorted(found, key=lambda row: row[0]), list(duties))


def digest(*parts) -> str:
    """One word for all that ``parts`` say, in this language."""
    return hashlib.sha256(repr((get_language(), *parts)).encode()).hexdigest()[:32]


def body(name: str, pks) -> bytes:
    """The feed's text: two queries."""
    return ical.calendar(name, Session.objects.filter(pk__in=pks).with_parts().order_by("starts_at", "pk"))


def first_seen(feed: str, version: str, now=None) -> datetime:
    """Since when ``feed`` has read like this, to the second: for programs that know Last-Modified alone.

    Nothing in the rows says when a duty was handed over or a station renamed. A forgetful cache answers with a later
    moment, which costs one more download and never a missed change.
    """
    now = (now or timezone.now()).astimezone(UTC).replace(microsecond=0)
    key = f"feed:{get_language()}:{feed}"
    known = cache.get(key)
    if known and known[0] == version:
        return known[1]
    at = max(now, known[1] + timedelta(seconds=1)) if known else now
    cache.set(key, (version, at), 30 * 24 * 3600)
    return at


def private_events(user, now=None) -> list:
    """By what ``user`` is at this moment: their duties, their stations' sessions, their own appointments."""
    now = now or timezone.now()
    deputies, stations = user.scopes("deputy"), user.scopes("officer")
    found = {}
    if stations:
        sessions = in_window(Session.objects.filter(station__in=stations), now).with_parts()
        found = {one.pk: ical.event(one) for one in sessions.order_by("starts_at", "pk")[:MOST]}
    if deputies:
        # Who is officer and deputy at once sees the duty: it says more.
        found |= {duty.session_id: ical.duty_event(duty) for duty in duties_of(deputies, now)}
    return [*found.values(), *(ical.appointment_event(one) for one in appointments_of(user, now))]


def duties_of(deputies, now) -> list[Duty]:
    """A deputy's duties with session, ``sequence`` and ``changed_at`` that grow with either's changes."""
    sessions = in_window(of_deputies(Session.objects.all(), deputies), now).with_parts().order_by("starts_at", "pk")
    by_session = {session.pk: session for session in sessions[:MOST]}
    mine = Duty.objects.filter(deputy__in=deputies, session__in=by_session).select_related("deputy").order_by("pk")
    changes = DutyChange.objects.filter(subject__deputy__in=deputies, subject__session__in=by_session).order_by()
    versions = {
        pk: (count, at)
        for pk, count, at in changes.values_list("subject__session").annotate(Count("pk"), Max("at"))
    }  # fmt: skip
    # The last duty is the one that holds: who was released and asked again has two.
    latest = {duty.session_id: duty for duty in mine}
    for pk, duty in latest.items():
        count, at = versions.get(pk, (0, None))
        duty.session = by_session[pk]
        duty.sequence = duty.session.sequence + count
        duty.changed_at = max(filter(None, [at, duty.session.changed_at]))
    return sorted(latest.values(), key=lambda duty: (duty.session.starts_at, duty.pk))


def appointments_of(user, now):
    """Appointments that have, or had, a place; with the version calendars need."""
    placed = AppointmentChange.objects.filter(subject=OuterRef("pk"), after=A.BOOKED)
    session = Prefetch("session", Session.objects.with_parts())
    rows = (
        with_versions(Appointment.objects.of_user(user).filter(Exists(placed)))
        .exclude(status__in=(A.WAITLISTED, A.OFFERED))
        .filter(slot__starts_at__gte=now - BACK, slot__starts_at__lt=now + AHEAD)
    )
    gone = Q(status=A.CANCELLED, changed_at__lt=now - CANCELLED_KEPT)
    return rows.exclude(gone).select_related("slot").prefetch_related(session).order_by("slot__starts_at", "pk")


def with_versions(appointments):
    """Each with ``sequence`` and ``changed_at``, from its history."""
    return appointments.annotate(sequence=Count("changes"), changed_at=Max("changes__at"))


def name_of(user) -> str:
    """What the private calendar is called; no name in it, for it is read by others' servers."""
    return _("My duties and appointments") if user.roles else _("My appointments")
