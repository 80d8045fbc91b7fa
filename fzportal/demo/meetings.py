"""The demo's sessions: each is lived by the real verbs in a far future, then moved to its day.

Nobody can book what is over, so even past sessions are lived ahead: ``FAR`` later, at the hours they had.
"""

from datetime import datetime, time, timedelta

from django.db.models import F
from django.utils import timezone

from fzportal import workdays
from liaison import workflow
from liaison.models import Appointment, AppointmentChange, Duty, DutyChange, Reception, Session, SessionChange, Station
from suggestions import workflow as suggestions
from suggestions.models import Category

from .stories import TOLD_AFTER, pass_days, settle

# Beyond every session that rules unroll.
FAR = timedelta(days=800)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
# Sessions begin at half or full hours between these.
FIRST, LAST = time(9), time(19)


def working_day(number, now):
    """The date so many working days from today; before it, when negative. 0 is today, worked or not."""
    day, step = timezone.localdate(now), DAY if number > 0 else -DAY
    known = workdays.exceptions(day - 90 * DAY, day + 90 * DAY)
    while number:
        day += step
        number -= (1 if step == DAY else -1) * workdays.is_working(day, known)
    return day


def beginning(row, now):
    """When a session really begins; "now": within the last hour, if that is an hour at which people receive."""
    day = working_day(row["day"], now)
    if row["begins"] != "now":
        return timezone.make_aware(datetime.combine(day, time.fromisoformat(row["begins"])))
    recent = timezone.localtime(now) - 45 * MINUTE
    recent = recent.replace(minute=recent.minute // 30 * 30, second=0, microsecond=0)
    first, last = (timezone.make_aware(datetime.combine(day, limit)) for limit in (FIRST, LAST))
    return min(max(recent, first), last)


class Meeting:
    """One session of the demo file."""

    def __init__(self, row, people):
        self.row, self.people, self.now = row, people, timezone.now()
        self.begins = beginning(row, self.now)
        station = Station.objects.get(slug=row["station"])
        # A persona where there is one: what they did is then in their own history.
        self.staff = station.members.order_by("-user__is_demo", "pk").first().user
        self.session = Session(
            station=station, starts_at=self.begins + FAR, ends_at=self.begins + FAR + row.get("hours", 2) * HOUR,
            theme=row.get("theme", ""), scope=row.get("scope", ""), is_demo=True,
        )  # fmt: skip

    def live(self):
        """From the plan to where it stands today."""
        seats = [self.people[f"seat of {key}"] for key in self.row["deputies"] + self.row.get("asked", [])]
        workflow.plan(self.session, by=self.staff, deputies=seats)
        if self.row.get("end") != "planned":
            self.announce(len(self.row["deputies"]))
        self.slots = list(self.session.slots.order_by("starts_at"))
        visits = [(self.book(n, visit), visit) for n, visit in enumerate(self.row["visits"])]
        for appointment, visit in visits:
            for act in visit["acts"]:
                getattr(self, act)(appointment, visit)
        getattr(self, self.row.get("end", "go_on"))()
        self.come_true()
        for appointment, visit in visits:
            self.follow_up(appointment, visit)

    def lived(self, moment, ago=timedelta(0)):
        """``moment`` (real), but not later than ``ago`` before now, in the far future."""
        return min(moment, self.now - ago) + FAR

    def announce(self, confirming):
        """Two weeks ahead; the first deputies say yes, the others are still asked."""
        workflow.announce(self.session, by=self.staff, now=self.lived(self.begins - 14 * DAY, 3 * DAY))
        for duty in self.session.duties.order_by("pk")[:confirming]:
            workflow.confirm(duty, by=self.staff, now=self.lived(self.begins - 12 * DAY, 2 * DAY + 20 * HOUR))

    def book(self, n, visit):
        """By the person, or by the station for a caller; walk-ins come later."""
        slot, who = self.slots[visit["slot"]], visit["who"]
        if who.startswith("walk_in:"):
            now = self.lived(slot.starts_at - FAR - 2 * MINUTE, 20 * MINUTE)
            return workflow.walk_in(slot, by=self.staff, name=who.partition(":")[2], topic=visit["topic"], now=now)
        user = self.people.get(who)
        words = {"name": user.name if user else who, "topic": visit["topic"]}
        words |= {"reminded_by": visit.get("reminded_by", "")} if user else {"phone": f"+86138000{slot.pk:05}"}
        now = self.lived(self.begins - 4 * DAY, 2 * DAY + 12 * HOUR) + n * 17 * MINUTE
        return workflow.book(slot, by=user or self.staff, user=user, now=now, **words)

    def cancel(self, appointment, visit):
        now = self.lived(self.begins - DAY, 2 * HOUR)
        workflow.cancel(appointment, by=appointment.user or self.staff, note="来电取消。", now=now)

    def check_in(self, appointment, visit):
        if appointment.status != Appointment.Status.CHECKED_IN:
            now = self.lived(self.start_of(visit) - 4 * MINUTE, 30 * MINUTE) + visit["slot"] * MINUTE
            workflow.check_in(appointment, by=self.staff, now=now)

    def call_in(self, appointment, visit):
        duty = self.session.duties.active().order_by("pk").first()
        workflow.call_in(
            appointment, by=self.staff, deputy=duty.deputy, now=self.lived(self.start_of(visit), 6 * MINUTE)
        )

    def receive(self, appointment, visit):
        record = dict(visit["record"])
        present = [duty.deputy for duty in self.session.duties.active()]
        now = self.lived(self.start_of(visit) + 14 * MINUTE, 8 * MINUTE)
        is_confirmed = record.pop("confirmed", False)
        workflow.receive(appointment, by=self.staff, deputies=present, is_confirmed=is_confirmed, now=now, **record)

    def no_show(self, appointment, visit):
        """Noted when the session is closed."""

    def start_of(self, visit):
        """When the visit's slot really begins."""
        return self.slots[visit["slot"]].starts_at - FAR

    def go_on(self):
        """It is still to come, or going on."""

    planned = go_on

    def held(self):
        workflow.hold(self.session, by=None, now=self.session.ends_at + HOUR)

    def cancelled(self):
        workflow.cancel_session(self.session, by=self.staff, note=self.row["note"], now=self.now - 3 * HOUR + FAR)

    def moved(self):
        day = working_day(self.row["to"], self.now)
        to = timezone.make_aware(datetime.combine(day, time.fromisoformat(self.row["begins"])))
        workflow.move_session(
            self.session, by=self.staff, starts_at=to + FAR, note=self.row["note"], now=self.now - 4 * HOUR + FAR
        )

    def come_true(self):
        """Move the session and all that happened to its own day; old news counts as told."""
        session, back = self.session, lambda *names: {name: F(name) - FAR for name in names}
        session.slots.update(**back("starts_at", "ends_at"))
        for duty in session.duties.all():
            Duty.objects.filter(pk=duty.pk).update(
                span=(duty.span.lower - FAR, duty.span.upper - FAR), **back("due_at", "due_since")
            )
        for appointment in session.appointments.all():
            made = appointment.changes.first().at - FAR
            Appointment.objects.filter(pk=appointment.pk).update(
                created_at=made, **back("remind_at", "due_at", "due_since")
            )
        Reception.objects.filter(appointment__session=session).update(**back("recorded_at"))
        Reception.objects.filter(appointment__session=session).exclude(confirmed_at=None).update(**back("confirmed_at"))
        owners = ((SessionChange, "subject"), (DutyChange, "subject__session"), (AppointmentChange, "subject__session"))
        for kind, way in owners:
            changes = kind.objects.filter(**{way: session})
            changes.update(**back("at", "due_at"))
            changes.filter(at__lt=self.now - TOLD_AFTER).update(told_at=F("at"))
        last = session.changes.last()
        Session.objects.filter(pk=session.pk).update(
            changed_at=last.at if last else self.now, **back("starts_at", "ends_at")
        )

    def follow_up(self, appointment, visit):
        """Remind of what is near, and carry on what became a suggestion."""
        if visit.get("remind"):
            Appointment.objects.filter(pk=appointment.pk).update(remind_at=self.now)
        if "suggestion" in visit:
            self.raise_suggestion(Reception.objects.get(appointment=appointment), dict(visit["suggestion"]))

    def raise_suggestion(self, reception, words):
        """On the same day; the office accepts and publishes it, and a deputy who was there claims it."""
        category = Category.objects.get(slug=words.pop("category"))
        case = suggestions.raise_from_reception(
            reception, by=self.staff, category=category, division=self.session.station.division, **words
        )
        days = (self.now - reception.recorded_at) / DAY
        pass_days(case, days * 0.5)
        suggestions.accept(case, by=self.people["office"])
        suggestions.publish(case, by=self.people["office"])
        pass_days(case, days * 0.3)
        suggestions.claim(case, by=self.people["deputy1"])
        pass_days(case, days * 0.15)
        settle(case)
