"""What happens by itself: each task fetches rows and calls one verb for each; running twice is harmless."""

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from fzportal import workdays
from fzportal.workflow import MoveNotAllowed

from . import workflow
from .models import NOTICE_DAYS, Appointment, Duty, DutyChange, Reception, ReceptionRule, Session, SessionChange

# Rows one run takes at most; the next tick goes on.
BATCH = 500
# The same for what runs once a night.
NIGHTLY = 10_000
# Deputies are asked so many days before the session, the day before they are reminded.
ASKED_DAYS = 28
# A session is closed so long after its end; an hour for the record of the last visitor.
CLOSED_AFTER = timedelta(hours=1)
logger = logging.getLogger(__name__)
S, D, A = Session.Status, Duty.Status, Appointment.Status


@shared_task
def sessions(now=None):
    """Ask deputies, announce in time, warn of what is missing, close what is over."""
    now = now or timezone.now()
    ask_deputies(now)
    announce(now)
    warn(now)
    remind_deputies(now)
    for session in Session.objects.announced().filter(ends_at__lt=now - CLOSED_AFTER).order_by("pk")[:BATCH]:
        _unless_changed(workflow.hold, session, now=now)
    remind_records(now)


def ask_deputies(now):
    """Ask the deputies the rota proposed, four weeks ahead."""
    soon = Duty.objects.filter(
        status=D.PROPOSED, session__status__in=(S.PLANNED, S.ANNOUNCED), session__starts_at__gt=now,
        session__starts_at__lt=now + timedelta(days=ASKED_DAYS),
    )  # fmt: skip
    for duty in soon.select_related("session").order_by("pk")[:BATCH]:
        _unless_changed(workflow.ask, duty, by=None, now=now)


def announce(now):
    """Announce sessions of rules that many days ahead, when a deputy is on duty and nothing is missing."""
    someone = Duty.objects.active().filter(session=OuterRef("pk"))
    due = Session.objects.filter(
        Exists(someone), status=S.PLANNED, rule__isnull=False, starts_at__gt=now,
        starts_at__lt=now + timedelta(days=1) * F("rule__announce_days"),
    ).exclude(mode="online", link="")  # fmt: skip
    for session in due.order_by("starts_at", "pk")[:BATCH]:
        _unless_changed(workflow.announce, session, by=None, now=now)


def warn(now):
    """Tell the station what is not announced yet, and the office too what has no deputy, before notice ends."""
    until = now + timedelta(days=NOTICE_DAYS + 2)
    coming = Session.objects.filter(starts_at__gt=now, starts_at__lt=until)
    silent = coming.filter(~Exists(_warned("announce_soon")), status=S.PLANNED)
    for session in silent.order_by("pk")[:BATCH]:
        _unless_changed(workflow.warn, session, event="announce_soon", now=now)
    there = Duty.objects.active().filter(session=OuterRef("pk"))
    open_ones = coming.filter(~Exists(there), ~Exists(_warned("lacks_deputies")), status__in=(S.PLANNED, S.ANNOUNCED))
    for session in open_ones.order_by("pk")[:BATCH]:
        _unless_changed(workflow.warn, session, event="lacks_deputies", now=now)


def _warned(event):
    """The lines of history that say a session's station was warned: one is enough."""
    return SessionChange.objects.filter(subject=OuterRef("pk"), event=event)


def remind_deputies(now):
    """Remind deputies of tomorrow's duty, anew when it is moved."""
    told = DutyChange.objects.filter(subject=OuterRef("pk"), event__in=("duty_reminder", "duty_moved"))
    soon = Duty.objects.confirmed().filter(
        session__status=S.ANNOUNCED, session__starts_at__gt=now, session__starts_at__lt=now + timedelta(days=1)
    )
    soon = soon.annotate(said=Coalesce(Subquery(told.order_by("-pk").values("event")[:1]), Value("")))
    for duty in soon.exclude(said="duty_reminder").select_related("session").order_by("pk")[:BATCH]:
        _unless_changed(workflow.remind_deputy, duty, now=now)


def remind_records(now):
    """On the next working day, remind the station of visitors without a record, and of suggestions not made yet."""
    missing = Appointment.objects.unrecorded().filter(session=OuterRef("pk"))
    unraised = Reception.objects.unraised().filter(appointment__session=OuterRef("pk"))
    held = Session.objects.filter(
        Exists(missing) | Exists(unraised), ~Exists(_warned("records_missing")), status=S.HELD,
        ends_at__gt=now - timedelta(days=60),
    )  # fmt: skip
    for session in held.order_by("pk")[:BATCH]:
        if timezone.localdate(now) >= workdays.add(session.day, 1):
            _unless_changed(workflow.warn, session, event="records_missing", now=now)


@shared_task
def appointments(now=None):
    """End offers nobody took up, and remind of what comes."""
    now = now or timezone.now()
    lapsed = Appointment.objects.filter(status=A.OFFERED, due_at__lt=now)
    for appointment in lapsed.select_related("slot").order_by("due_at", "pk")[:BATCH]:
        _unless_changed(workflow.lapse, appointment, now=now)
    for appointment in Appointment.objects.to_remind(now).select_related("slot").order_by("remind_at", "pk")[:BATCH]:
        _unless_changed(workflow.remind, appointment, now=now)


@shared_task
def unroll(now=None):
    """Keep a year of sessions ahead of every rule, and follow the holidays."""
    now = now or timezone.now()
    coming = Session.objects.upcoming(now).taking_place().filter(rule=OuterRef("pk"))
    for rule in ReceptionRule.objects.filter(Q(is_active=True) | Exists(coming)).order_by("pk"):
        try:
            _unless_changed(workflow.unroll, rule, now=now)
        except Exception:
            # One rule that cannot be followed, even for what it says, must not keep the others back.
            logger.exception("rule %s could not be unrolled", rule.pk)


@shared_task
def anonymise_visitors(now=None):
    """Blank who came more than CONTACT_KEPT_YEARS ago; how many appointments this run blanked."""
    now = now or timezone.now()
    limit = now - timedelta(days=round(365.25 * settings.CONTACT_KEPT_YEARS))
    kept = Appointment.objects.filter(anonymised_at=None, session__ends_at__lt=limit).order_by("pk")
    done = 0
    for appointment in kept[:NIGHTLY]:
        workflow.anonymise_visitor(appointment, by=None, now=now)
        done += 1
    return done


def _unless_changed(verb, row, **how):
    """Call a verb; somebody who was faster, be it by dropping the row, or a deputy who is busy is no fault."""
    try:
        verb(row, **how)
    except (MoveNotAllowed, workflow.DeputyBusy, ObjectDoesNotExist):
        return
