"""What waits at a station's desk and for a deputy on duty: counts, warnings, days, and who could stand in."""

import unicodedata
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, F, Min, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fzportal.templatetags.ui import day as day_words
from fzportal.templatetags.ui import short_day

from .models import NOTICE_DAYS, Appointment, Deputy, Duty, Session, Slot, Station

S, D, A = Session.Status, Duty.Status, Appointment.Status
# Missings look so many days ahead, and as far back for records.
AHEAD_DAYS = 14
BACK_DAYS = 60
WARNINGS = 10
# Every deputy receives people at least so often in a year (DOMAIN rule 11).
SESSIONS_A_YEAR = 2
NOT_COMING = (A.NEW, A.CANCELLED)


class Door(NamedTuple):
    """A way from the desk into a room, with how much waits there."""

    label: str
    count: int
    url: str


class Missing(NamedTuple):
    """Something that must be done, and where. ``tone`` as in templates/ui/status.html."""

    text: str
    url: str
    tone: str


def bounds(day) -> tuple[datetime, datetime]:
    """The first moment of ``day`` in the city and of the day after."""
    begin = timezone.make_aware(datetime.combine(day, time()))
    return begin, begin + timedelta(days=1)


def doors_for(user, now=None) -> list[Door]:
    """The rooms of stations and deputies that ``user`` works in; at most one query for each."""
    now, found = now or timezone.now(), []
    if user.is_office or user.scopes("officer"):
        found.append(counter_door(user, now))
    if user.scopes("deputy"):
        asked = Duty.objects.of_user(user).filter(status=D.ASKED, session__ends_at__gt=now).count()
        label = _("Duties to confirm") if asked else _("My duties")
        found.append(Door(label, asked, reverse("desk_duties")))
    return found


def counter_door(user, now) -> Door:
    """Today's visitors; without a session today, the next day that has one."""
    today = timezone.localdate(now)
    since, until = bounds(today)
    coming = Session.objects.staffed_by(user).taking_place().filter(starts_at__gte=since)
    visits = Q(starts_at__lt=until) & ~Q(appointments__status__in=NOT_COMING)
    found = coming.aggregate(first=Min("starts_at"), visits=Count("appointments", filter=visits))
    url = reverse("desk_station")
    if found["first"] is None or found["first"] < until:
        return Door(_("Visitors today"), found["visits"], url)
    return Door(_("Next reception: %(day)s") % {"day": short_day(found["first"])}, 0, url)


def stations_of(user, now=None):
    """The stations ``user`` staffs with ``next_at`` (a session today or later) and ``visits`` of today."""
    since, until = bounds(timezone.localdate(now or timezone.now()))
    sessions = Session.objects.taking_place().filter(station=OuterRef("pk"), starts_at__gte=since)
    rows = Station.objects.all() if user.is_office else Station.objects.filter(pk__in=user.scopes("officer"))
    here = Q(sessions__starts_at__gte=since, sessions__starts_at__lt=until) & ~Q(sessions__status=S.CANCELLED)
    visits = Count("sessions__appointments", filter=here & ~Q(sessions__appointments__status__in=NOT_COMING))
    rows = rows.annotate(next_at=Subquery(sessions.order_by("starts_at").values("starts_at")[:1]), visits=visits)
    return rows.order_by(F("next_at").asc(nulls_last=True), "pk")


def day_to_show(station, now=None):
    """Today when there is a session, else the next day that has one, else today. ``station`` from stations_of."""
    return timezone.localdate(station.next_at or now or timezone.now())


def neighbouring_days(sessions, day) -> tuple:
    """The last day before and the first day after ``day`` with one of ``sessions`` (None where there is none)."""
    since, until = bounds(day)
    before = sessions.filter(starts_at__lt=since).order_by("-starts_at").values_list("starts_at", flat=True).first()
    after = sessions.filter(starts_at__gte=until).order_by("starts_at").values_list("starts_at", flat=True).first()
    return before and timezone.localdate(before), after and timezone.localdate(after)


def warnings(station, now=None) -> list[Missing]:
    """Not announced though notice ends, without a confirmed deputy, received and not written down."""
    now = now or timezone.now()
    return coming(station, now) + unrecorded(station, now)


def coming(station, now) -> list[Missing]:
    """What is missing for the sessions of the next two weeks."""
    confirmed = Duty.objects.confirmed().filter(session=OuterRef("pk"))
    rows = station.sessions.filter(status__in=(S.PLANNED, S.ANNOUNCED), starts_at__gt=now)
    rows = rows.filter(starts_at__lt=now + timedelta(days=AHEAD_DAYS)).annotate(is_sure=Exists(confirmed))
    found = []
    for session in rows.order_by("starts_at", "pk")[:WARNINGS]:
        url, on = reverse("desk_session", args=[session.pk]), day_words(session.day)
        if session.status == S.PLANNED and session.announce_by - now < timedelta(days=NOTICE_DAYS):
            found.append(not_announced(session, now, url, on))
        if not session.is_sure:
            text = _("%(day)s: no deputy has confirmed yet.") % {"day": on}
            found.append(Missing(text, url, "late" if session.announce_by < now else "wait"))
    return found


def not_announced(session, now, url, on) -> Missing:
    """Within the notice of at least three days, or too late for it (DOMAIN rule 11)."""
    if session.announce_by < now:
        text = _("%(day)s: not announced, and less than %(days)s days are left. Announce it now or move it.")
        return Missing(text % {"day": on, "days": NOTICE_DAYS}, url, "late")
    text = _("%(day)s: not announced yet. Announce it by %(until)s.")
    return Missing(text % {"day": on, "until": day_words(session.announce_by)}, url, "wait")


def unrecorded(station, now) -> list[Missing]:
    """Days on which visitors were there about whom nothing is written down."""
    missing = Appointment.objects.unrecorded().filter(session=OuterRef("pk"))
    rows = station.sessions.filter(ends_at__lt=now, ends_at__gt=now - timedelta(days=BACK_DAYS))
    rows = rows.filter(Exists(missing)).order_by("starts_at", "pk")[:WARNINGS]
    text = gettext_lazy("%(day)s: receptions are not written down.")
    return [
        Missing(text % {"day": day_words(session.day)}, reverse("desk_session", args=[session.pk]), "wait")
        for session in rows
    ]


def held_in(user, year) -> int:
    """How many sessions the deputy has held in ``year``: confirmed, and the session took place."""
    mine = Duty.objects.of_user(user).confirmed()
    return mine.filter(session__status=S.HELD, session__starts_at__year=year).count()


def candidates(session, *, free=True) -> list[tuple[str, list[Deputy]]]:
    """Deputies who may be asked, (group, deputies): the station's own, its fields', those of its division.

    ``free``: without whoever is on duty anywhere at that time; a declined duty leaves a deputy free.
    """
    station = session.station
    fields = list(station.fields.values_list("pk", flat=True))
    rows = Deputy.objects.listening_to(station.division, fields, station.pk)
    if free:
        span = (session.starts_at, session.ends_at)
        rows = rows.exclude(Exists(Duty.objects.active().filter(deputy=OuterRef("pk"), span__overlap=span)))
    own = set(station.deputies.values_list("pk", flat=True))
    every = list(rows.order_by("pinyin", "pk"))
    groups = (
        (_("Deputies of this station"), [d for d in every if d.pk in own]),
        (_("Deputies of its field or area"), [d for d in every if d.pk not in own]),
    )
    return [group for group in groups if group[1]]


def busy_at(session, starts_at) -> list[Deputy]:
    """Deputies on duty here who are on duty elsewhere when this session would begin at ``starts_at``."""
    span = (starts_at, starts_at + (session.ends_at - session.starts_at))
    there = Duty.objects.active().filter(span__overlap=span).exclude(session=session)
    here = session.duties.active().values("deputy")
    return list(Deputy.objects.filter(pk__in=here).filter(pk__in=there.values("deputy")))


def free_slots(session, now=None) -> list[Slot]:
    """Slots that are not over and have a place, in order: where a walk-in can go."""
    return list(session.slots.filter(ends_at__gt=now or timezone.now(), taken__lt=F("places")))


def instead(other) -> str:
    """Who was absent has made another appointment for the session since: that one counts. None: it is gone again."""
    code = other.spoken_code if other else ""
    return _("This visitor has another appointment for this session: %(code)s. Please use that one.") % {"code": code}


def plain_code(text) -> str:
    """A code as typed or read aloud: full-width letters, blanks and dashes forgiven, capitals."""
    kept = (c for c in unicodedata.normalize("NFKC", text) if c.isalnum())
    return "".join(kept).upper()


def is_match(appointment, text) -> bool:
    """Whether ``text`` begins the appointment's code or is part of the visitor's name."""
    code = plain_code(text)
    return bool(code) and (appointment.code.startswith(code) or code in plain_code(appointment.name))
