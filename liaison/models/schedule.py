"""The schedule: sessions, and the slots of a session."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal.workflow import Change, Movable

from .divisions import Division
from .rules import NOTICE_DAYS, Meeting, ReceptionRule
from .stations import Station


class SessionQuerySet(models.QuerySet):
    """Which sessions."""

    def taking_place(self):
        """All but the cancelled ones."""
        return self.exclude(status=Session.Status.CANCELLED)

    def upcoming(self, now=None):
        """Not over yet, soonest first."""
        return self.filter(ends_at__gt=now or timezone.now()).order_by("starts_at", "pk")

    def between(self, since, until):
        """Beginning in ``since <= begin < until``, in order."""
        return self.filter(starts_at__gte=since, starts_at__lt=until).order_by("starts_at", "pk")

    def announced(self):
        """Appointments may be made, while it is not over."""
        return self.filter(status=Session.Status.ANNOUNCED)

    def with_free_places(self, now=None):
        """Announced, and a slot that has not begun has a place left."""
        slots = Slot.objects.free(now).filter(session=models.OuterRef("pk"))
        return self.announced().filter(models.Exists(slots))

    def of_deputy(self, deputy):
        """This deputy is on duty."""
        duties = deputy.duties.active().filter(session=models.OuterRef("pk"))
        return self.filter(models.Exists(duties))

    def in_divisions(self, divisions):
        """At a station in any of ``divisions`` or inside them."""
        return self.filter(station__division__in=Division.objects.under(divisions))

    def staffed_by(self, user):
        """At the stations ``user`` works at; all of them for the office."""
        return self if user.is_office else self.filter(station__in=user.scopes("officer"))

    def received_by(self, user):
        """Those ``user`` works on at the desk: as staff of the station, or as a deputy on duty."""
        if user.is_office:
            return self
        mine = Q(station__in=user.scopes("officer"))
        if deputies := user.scopes("deputy"):
            duties = Session._meta.get_field("duties").related_model.objects.active()
            mine |= models.Exists(duties.filter(session=models.OuterRef("pk"), deputy__in=deputies))
        return self.filter(mine)

    def with_free(self):
        """Each with ``places`` in all and ``taken``, summed over its slots."""
        return self.annotate(
            places_in_all=Coalesce(Sum("slots__places"), 0), places_taken=Coalesce(Sum("slots__taken"), 0)
        )

    def with_parts(self):
        """What lists and pages show: the station and the deputies on duty (``on_duty``)."""
        duties = Session._meta.get_field("duties").related_model.objects
        active = duties.active().select_related("deputy").order_by("pk")
        return self.select_related("station__division__parent").prefetch_related(
            models.Prefetch("duties", active, to_attr="on_duty")
        )

    def with_message_parts(self):
        """What messages name."""
        return self.with_parts()


class Session(Meeting, Movable):
    """Deputies receive people at a place and time (接待场次)."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ANNOUNCED = "announced", _("Announced")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")

    ENDS = (Status.HELD, Status.CANCELLED)

    station = models.ForeignKey(Station, models.PROTECT, related_name="sessions", verbose_name=_("station"))
    # The rule it was unrolled from, and the day the rule names, before holidays moved it.
    rule = models.ForeignKey(
        ReceptionRule, models.PROTECT, null=True, blank=True, related_name="sessions", verbose_name=_("rule")
    )
    occurrence = models.DateField(_("day by the rule"), null=True, blank=True, editable=False)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.PLANNED)
    # iCalendar's SEQUENCE: raised whenever place, time or status change.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    is_demo = models.BooleanField(_("demo data"), default=False, editable=False)

    objects = SessionQuerySet.as_manager()
    moves_path = "liaison.workflow.SESSION_MOVES"
    news_path = "liaison.workflow.SESSION_NEWS"
    audiences_path = "liaison.audiences.OF_SESSION"
    news_words = {
        "session_moved": _("A session has been moved"), "announce_soon": _("Reminder to announce a session"),
        "lacks_deputies": _("A session has no deputies"), "records_missing": _("Reminder of missing records"),
    }  # fmt: skip

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_it_starts"),
            models.CheckConstraint(
                condition=~Q(status="announced", mode="online", link=""), name="announced_online_session_has_link"
            ),
            models.UniqueConstraint(
                fields=["rule", "occurrence"], condition=~Q(status="cancelled"), name="unrolled_once"
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="session_time"),
            models.Index(fields=["station", "starts_at", "id"], name="session_station"),
            models.Index(fields=["status", "starts_at", "id"], name="session_status"),
        ]

    def __str__(self):
        return f"{self.station} {timezone.localtime(self.starts_at):%Y-%m-%d %H:%M}"

    def get_absolute_url(self):
        """The session's public page, where appointments are made."""
        return reverse("session_detail", args=[self.pk])

    def url_for(self, audience):
        """Everybody told of a session works on it."""
        return reverse("desk_session", args=[self.pk])

    def due_for(self, target, now):
        """A session's dates are its own: no promise runs."""
        return None, ""

    @property
    def day(self):
        """The date on which it takes place, in the city."""
        return timezone.localdate(self.starts_at)

    @property
    def where(self) -> str:
        """Where to go: the place outside, else the station's address."""
        return self.place or self.station.address

    @property
    def is_open(self) -> bool:
        """Whether appointments may be made now."""
        return self.status == self.Status.ANNOUNCED and self.ends_at > timezone.now()

    @property
    def announce_by(self):
        """The last moment to announce it in time (DOMAIN rule 11)."""
        return self.starts_at - timedelta(days=NOTICE_DAYS)


class SessionChange(Change):
    """A line of a session's history."""

    subject = models.ForeignKey(Session, models.PROTECT, related_name="changes")

    class Meta(Change.Meta):
        verbose_name = _("change of a session")
        verbose_name_plural = _("changes of sessions")
        indexes = [models.Index(fields=["id"], name="session_change_untold", condition=Q(told_at=None))]

    def needed_by(self, audience):
        """Before it begins."""
        return self.subject.starts_at


class SlotQuerySet(models.QuerySet):
    """Which slots."""

    def free(self, now=None):
        """Not begun, with a place left."""
        return self.filter(taken__lt=F("places"), starts_at__gt=now or timezone.now())


class Slot(models.Model):
    """A part of a session (时段) with a number of places. Its row is the lock that makes capacity exact."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="slots", verbose_name=_("session"))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    places = models.PositiveSmallIntegerField(_("places"))
    # How many hold a place, and the last number given in the waiting line: changed under the row's lock only.
    taken = models.PositiveSmallIntegerField(_("taken"), default=0, editable=False)
    last_in_line = models.PositiveIntegerField(default=0, editable=False)

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        constraints = [
            # Deferred: a moved session shifts its slots one after the other.
            models.UniqueConstraint(
                fields=["session", "starts_at"], name="slot_once", deferrable=models.Deferrable.DEFERRED
            ),
            # The database's own guard: an eleventh booking of ten places fails here.
            models.CheckConstraint(condition=Q(taken__lte=F("places")), name="slot_is_not_overbooked"),
        ]

    def __str__(self):
        return f"{timezone.localtime(self.starts_at):%H:%M}"

    @property
    def free(self) -> int:
        """Places left."""
        return self.places - self.taken
