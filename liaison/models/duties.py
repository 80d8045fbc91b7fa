"""Which deputies receive people at a session."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal.workflow import Change, Movable

from .deputies import Deputy
from .schedule import Session

ACTIVE = Q(status__in=("proposed", "asked", "confirmed"))


class DutyQuerySet(models.QuerySet):
    """Which duties."""

    def active(self):
        """Proposed, asked or confirmed: the deputy is to be there."""
        return self.filter(ACTIVE)

    def confirmed(self):
        """The deputy said yes."""
        return self.filter(status=Duty.Status.CONFIRMED)

    def of_user(self, user):
        """The user's own, as the deputy they are today."""
        return self.filter(deputy__in=user.scopes("deputy"))

    def with_parts(self):
        """What lists and messages show."""
        return self.select_related("deputy", "session__station__division__parent")

    def with_message_parts(self):
        """What messages name."""
        return self.with_parts()


class Duty(Movable):
    """A deputy's part in a session (值班代表): asked, confirmed, declined, replaced."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ASKED = "asked", _("Asked")
        CONFIRMED = "confirmed", _("Will come")
        DECLINED = "declined", _("Cannot come")
        RELEASED = "released", _("Released from duty")

    ENDS = (Status.DECLINED, Status.RELEASED)

    session = models.ForeignKey(Session, models.PROTECT, related_name="duties", verbose_name=_("session"))
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="duties", verbose_name=_("deputy"))
    # The session's time, kept with it: the exclusion constraint reads it.
    span = DateTimeRangeField(editable=False)
    stands_in_for = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="substitutes")
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.PROPOSED)

    objects = DutyQuerySet.as_manager()
    moves_path = "liaison.workflow.DUTY_MOVES"
    news_path = "liaison.workflow.DUTY_NEWS"
    audiences_path = "liaison.audiences.OF_DUTY"
    called_to_act = ("deputy",)
    plain_news = ("duty_moved", "duty_released", "duty_session_off")
    news_words = {"duty_moved": _("A duty has been moved"), "duty_reminder": _("Reminder of a duty")}

    class Meta:
        ordering = ["pk"]
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            models.UniqueConstraint(fields=["session", "deputy"], condition=ACTIVE, name="on_duty_once_a_session"),
            ExclusionConstraint(
                name="deputy_is_in_one_place_at_a_time",
                expressions=[("deputy", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=ACTIVE,
            ),
        ]
        indexes = [models.Index(fields=["deputy", "status", "session"], name="duty_deputy")]

    def __str__(self):
        return f"{self.deputy} · {self.session}"

    def get_absolute_url(self):
        """Where the deputy answers."""
        return reverse("desk_duties")

    def url_for(self, audience):
        """The deputy answers at the desk; the station sees the session."""
        return self.get_absolute_url() if audience == "deputy" else reverse("desk_session", args=[self.session_id])

    def due_for(self, target, now):
        """Asked: an answer is wanted by the last moment to announce the session."""
        if target == self.Status.ASKED:
            return max(self.session.announce_by, now), "="
        return None, ""


class DutyChange(Change):
    """A line of a duty's history."""

    subject = models.ForeignKey(Duty, models.PROTECT, related_name="changes")

    class Meta(Change.Meta):
        verbose_name = _("change of a duty")
        verbose_name_plural = _("changes of duties")
        indexes = [models.Index(fields=["id"], name="duty_change_untold", condition=Q(told_at=None))]

    def is_true_for(self, audience):
        """Nobody is asked, reminded or told to come once the session has begun."""
        if self.is_call_for(audience) and self.subject.session.starts_at <= timezone.now():
            return False
        return super().is_true_for(audience)

    def needed_by(self, audience):
        """Before the session."""
        return self.subject.session.starts_at
