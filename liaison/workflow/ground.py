"""A rule's sessions under its lock, and the three ways one of them gives way to a holiday or to a changed rule."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from fzportal import workdays
from fzportal.models import Holiday
from fzportal.templatetags.ui import short_day
from fzportal.workflow import move

from .. import recurrence
from ..models import Deputy, Duty, Session, SessionChange
from .sessions import cancel_session, move_session

S, D = Session.Status, Duty.Status
YEAR = timedelta(days=365)


class Ground:
    """A rule under its lock with its sessions, their duties and history, and the working days around."""

    def __init__(self, rule, now):
        self.rule, self.now = rule, now
        self.first = timezone.localdate(now)
        self.last = self.first + YEAR
        self.calendar = workdays.exceptions(self.first - 2 * recurrence.MARGIN, self.last + 2 * recurrence.MARGIN)
        self.counts = dict.fromkeys(("made", "changed", "moved", "dropped"), 0)
        # Two rules that share a deputy are unrolled one after the other.
        list(Deputy.objects.select_for_update(of=("self",), no_key=True).filter(rules=rule).order_by("pk"))
        locked = Session.objects.select_for_update(of=("self",), no_key=True).filter(rule=rule)
        self.sessions = list(locked.filter(starts_at__gte=now - YEAR).order_by("pk"))
        for session in self.sessions:
            session.rule = rule
        self.read_duties()
        self.read_history()

    def read_duties(self):
        """Active duties by session, locked: nobody asks a deputy meanwhile."""
        self.duties = {session.pk: [] for session in self.sessions}
        coming = [s.pk for s in self.sessions if self.is_coming(s)]
        for duty in Duty.objects.filter(session__in=coming).select_for_update(no_key=True).order_by("pk"):
            self.duties[duty.session_id].append(duty)

    def read_history(self):
        """Which sessions have a history, which of them people had in their hands, which they cancelled."""
        rows = SessionChange.objects.filter(subject__in=self.sessions).values_list("subject_id", "event", "by_id")
        rows = list(rows)
        self.known = {pk for pk, _event, _by in rows}
        self.by_hand = {
            pk for pk, event, by in rows if event == "session_kept" or (by is not None and event != "announced")
        }
        self.called_off = {pk for pk, event, by in rows if event == "session_off" and by is not None}

    def is_coming(self, session) -> bool:
        """Not begun, and not cancelled."""
        return session.starts_at > self.now and session.status in (S.PLANNED, S.ANNOUNCED)

    def planned(self) -> list:
        """To come, not announced."""
        return [s for s in self.sessions if self.is_coming(s) and s.status == S.PLANNED]

    def is_working(self, day) -> bool:
        """By the holiday table."""
        return workdays.is_working(day, self.calendar)

    def asked(self, session) -> bool:
        """Whether a deputy was asked to come."""
        return any(d.status in (D.ASKED, D.CONFIRMED) for d in self.duties[session.pk])

    def at(self, day, clock) -> datetime:
        """``clock`` on ``day`` in the city."""
        return timezone.make_aware(datetime.combine(day, clock))


def shift(ground, session, day):
    """To another day at the same time; deputies who are elsewhere then are released, and told."""
    starts_at = ground.at(day, timezone.localtime(session.starts_at).time())
    note = _("%(reason)s: moved to %(day)s.") % {"reason": reason(ground, session.day), "day": short_day(day)}
    span = (starts_at, starts_at + (session.ends_at - session.starts_at))
    deputies = session.duties.active().values("deputy")
    elsewhere = Duty.objects.active().filter(deputy__in=deputies, span__overlap=span).exclude(session=session)
    for duty in session.duties.active().filter(deputy__in=elsewhere.values("deputy")):
        event = "duty_dropped" if duty.status == D.PROPOSED else "duty_session_off"
        move(duty, D.RELEASED, by=None, note=note, event=event, now=ground.now)
    move_session(session, by=None, starts_at=starts_at, note=note, now=ground.now)
    ground.counts["moved"] += 1


def call_off(ground, session, note):
    """Cancel through the verb: everybody concerned is told why."""
    cancel_session(session, by=None, note=note, now=ground.now)
    ground.counts["dropped"] += 1


def drop(ground, session):
    """A planned session that is no more: quietly while nobody knows of it, else through the verb."""
    if session.pk in ground.known or any(d.status != D.PROPOSED for d in ground.duties[session.pk]):
        call_off(ground, session, _("The reception days have changed."))
        return
    Duty.objects.filter(session=session).delete()
    session.delete()
    ground.sessions.remove(session)
    ground.counts["dropped"] += 1


def reason(ground, day) -> str:
    """Why a session leaves its day: the holiday's name, else that nobody works on it."""
    if ground.is_working(day):
        return _("The holidays have changed")
    name = Holiday.objects.filter(date=day, is_working=False).values_list("name", flat=True).first()
    return name or _("Day off")
