"""Appointments: who comes to a session, when, about what."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal.codes import new_code
from fzportal.workflow import Change, Movable

from .deputies import Deputy
from .duties import Duty
from .schedule import Session, Slot

OPEN = Q(status__in=("booked", "offered", "waitlisted", "checked_in"))


def new_appointment_code() -> str:
    """Ten letters and digits, 8 x 10^14 of them: the code alone opens the appointment."""
    return new_code(10)


class AppointmentQuerySet(models.QuerySet):
    """Which appointments."""

    def open(self):
        """Booked, offered, waiting in line, or there and not received yet."""
        return self.filter(OPEN)

    def holding(self):
        """Those that take a place of their slot."""
        return self.filter(status__in=Appointment.HOLDING)

    def in_line(self):
        """Waiting, first come first."""
        return self.filter(status=Appointment.Status.WAITLISTED).order_by("place_in_line")

    def of_user(self, user):
        """One's own."""
        return self.filter(user=user)

    def received_by(self, user):
        """Those of the sessions ``user`` works on at the desk."""
        return self.filter(session__in=Session.objects.received_by(user))

    def to_remind(self, now):
        """Booked, and the time for the next reminder has come."""
        return self.filter(status=Appointment.Status.BOOKED, remind_at__lte=now)

    def unrecorded(self):
        """There or received, and nothing written down yet."""
        return self.filter(status=Appointment.Status.CHECKED_IN, reception=None)

    def with_parts(self):
        """What lists and pages show."""
        return self.select_related("slot", "session__station__division__parent", "user", "with_deputy", "reception")

    def with_message_parts(self):
        """What messages name: the deputies on duty too, and the station's next session with free places, if any."""
        on_duty = Duty.objects.active().select_related("deputy").order_by("pk")
        elsewhere = Session.objects.with_free_places().upcoming().exclude(pk=models.OuterRef("session"))
        free = elsewhere.filter(station=models.OuterRef("session__station"))
        return (
            self.with_parts()
            .annotate(
                next_session_pk=models.Subquery(free.values("pk")[:1]),
                next_session_at=models.Subquery(free.values("starts_at")[:1]),
            )
            .prefetch_related(models.Prefetch("session__duties", on_duty, to_attr="on_duty"))
        )


class Appointment(Movable):
    """Somebody's place in a slot, or in its waiting line (预约 / 候补). Walk-ins are appointments too."""

    class Status(models.TextChoices):
        # Never seen: an appointment begins and is booked, or put in line, in one transaction.
        NEW = "new", _("New")
        BOOKED = "booked", _("Booked")
        WAITLISTED = "waitlisted", _("On the waiting list")
        OFFERED = "offered", _("A place is offered")
        CHECKED_IN = "checked_in", _("Checked in")
        SERVED = "served", _("Was received")
        NO_SHOW = "no_show", _("Did not come")
        CANCELLED = "cancelled", _("Cancelled")

    ENDS = (Status.SERVED, Status.CANCELLED)
    HOLDING = (Status.BOOKED, Status.OFFERED, Status.CHECKED_IN, Status.SERVED)
    OPEN = (Status.BOOKED, Status.OFFERED, Status.WAITLISTED, Status.CHECKED_IN)

    class ReachedBy(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")

    code = models.CharField(_("appointment code"), max_length=10, unique=True, default=new_appointment_code)
    # The slot's session, kept with it: lists and the constraint below read it.
    session = models.ForeignKey(Session, models.PROTECT, related_name="appointments", verbose_name=_("session"))
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="appointments", verbose_name=_("slot"))
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.NEW)
    place_in_line = models.PositiveIntegerField(null=True, blank=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="appointments",
        verbose_name=_("visitor"),
    )  # fmt: skip
    # Who it is, for the rule of one open appointment per person and session: "user:7", else the phone or the address.
    person = models.CharField(max_length=254, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    topic = models.TextField(_("what it is about"), blank=True, max_length=500)
    # The number of one of the visitor's suggestions, which live in an app above this one.
    about_number = models.CharField(_("about my suggestion"), max_length=12, blank=True)
    # Group visits of at most five (DOMAIN rule 11).
    party = models.PositiveSmallIntegerField(
        _("how many come"), default=1, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    reminded_by = models.CharField(_("remind me by"), max_length=5, choices=ReachedBy.choices, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_walk_in = models.BooleanField(_("walk-in"), default=False)
    # Set while the visitor sits with a deputy.
    with_deputy = models.ForeignKey(
        Deputy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("now with")
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AppointmentQuerySet.as_manager()
    moves_path = "liaison.workflow.APPOINTMENT_MOVES"
    news_path = "liaison.workflow.APPOINTMENT_NEWS"
    audiences_path = "liaison.audiences.OF_APPOINTMENT"
    news_words = {
        "moved": _("The session has been moved"), "reminder_day": _("Reminder a day before"),
        "reminder_hour": _("Reminder an hour before"),
    }  # fmt: skip

    class Meta:
        ordering = ["pk"]
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person"], condition=OPEN & ~Q(person=""), name="one_open_appointment_per_person",
                violation_error_message=_("You already have an appointment for this session."),
            ),
            models.UniqueConstraint(
                fields=["slot", "place_in_line"], condition=Q(status="waitlisted"), name="one_place_in_line_each"
            ),
            models.CheckConstraint(condition=Q(party__gte=1, party__lte=5), name="at_most_five_come"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["slot", "status"], name="appointment_slot"),
            models.Index(fields=["session", "status", "slot"], name="appointment_session"),
            models.Index(fields=["user", "-id"], name="appointment_user"),
            models.Index(fields=["remind_at"], name="appointment_remind", condition=Q(remind_at__isnull=False)),
            models.Index(fields=["due_at"], name="appointment_offered", condition=Q(status="offered")),
            # Few at any time: who is there and not received yet.
            models.Index(fields=["session"], name="appointment_unrecorded", condition=Q(status="checked_in")),
        ]

    def __str__(self):
        return f"{self.code} {self.get_status_display()}"

    def get_absolute_url(self):
        """Its own page: the code in the address opens it."""
        return reverse("appointment_detail", args=[self.code])

    def addresses(self, audience):
        """Where a visitor without an account hears."""
        if audience != "visitor" or self.user_id is not None:
            return []
        pairs = [("email", self.email), ("sms", self.phone)]
        # The way they chose for this visit comes first.
        pairs.sort(key=lambda pair: pair[0] != self.reminded_by)
        return [(channel, address) for channel, address in pairs if address][:1]

    def due_for(self, target, now):
        """Deadlines are set by hand (an offer's, ``workflow.offer_until``)."""
        return None, ""

    @property
    def spoken_code(self) -> str:
        """The code in two parts, as it is read aloud: ABCDE-FGHJK."""
        return f"{self.code[:5]}-{self.code[5:]}"

    @property
    def is_open(self) -> bool:
        """Booked, offered, waiting or checked in."""
        return self.status in self.OPEN

    @property
    def masked_name(self) -> str:
        """The family name and stars, for lists that others may see."""
        return self.name[:1] + "**" if self.name else ""


class AppointmentChange(Change):
    """A line of an appointment's history."""

    subject = models.ForeignKey(Appointment, models.PROTECT, related_name="changes")

    class Meta(Change.Meta):
        verbose_name = _("change of an appointment")
        verbose_name_plural = _("changes of appointments")
        indexes = [models.Index(fields=["id"], name="appointment_change_untold", condition=Q(told_at=None))]

    @property
    def wished_channel(self):
        """Reminders come the way the visitor chose for this visit."""
        return self.subject.reminded_by if self.event in ("reminder_day", "reminder_hour") else ""

    def is_true_for(self, audience):
        """An offer and a reminder are void once the appointment has moved on; what happened stays true."""
        if self.event == "offered":
            return self.subject.status == self.after
        if self.event in ("reminder_day", "reminder_hour"):
            return self.subject.status == self.after and self.subject.slot.starts_at > timezone.now()
        return True

    def is_call_for(self, audience):
        """An offered place is to be taken."""
        return self.event == "offered"

    def needed_by(self, audience):
        """Before the offer lapses; all else before the visit."""
        return self.subject.due_at if self.event == "offered" else self.subject.slot.starts_at
