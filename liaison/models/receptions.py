"""What was said and answered when people were received."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .appointments import Appointment
from .deputies import Deputy
from .schedule import Session


class ReceptionQuerySet(models.QuerySet):
    """Which records."""

    def with_parts(self):
        """What lists and pages show."""
        return self.select_related(
            "appointment__slot", "appointment__user", "appointment__session__station__division__parent", "recorded_by"
        ).prefetch_related("deputies")

    def recorded_at(self, stations):
        """Of sessions at ``stations``."""
        return self.filter(appointment__session__station__in=stations)

    def received_by(self, user):
        """Those of the sessions ``user`` works on at the desk."""
        return self.filter(appointment__session__in=Session.objects.received_by(user))

    def unraised(self):
        """To become a suggestion, and not one yet."""
        return self.filter(outcome=Reception.Outcome.SUGGESTION, suggestion=None)


class Reception(models.Model):
    """What was said and answered (接待登记): own words apart from the recorder's notes (DOMAIN rule 12)."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("Answered on the spot")
        SUGGESTION = "suggestion", _("Becomes a suggestion")
        TRANSFERRED = "transferred", _("Transferred to whoever is responsible")
        ADVICE = "advice", _("Advice only")

    appointment = models.OneToOneField(
        Appointment, models.PROTECT, related_name="reception", verbose_name=_("appointment")
    )
    own_words = models.TextField(_("in the visitor's own words"), max_length=12_000)
    notes = models.TextField(_("recorder's notes"), blank=True, max_length=4000)
    deputies = models.ManyToManyField(Deputy, related_name="receptions", verbose_name=_("deputies present"))
    answer = models.TextField(_("what was answered on the spot"), blank=True, max_length=4000)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    transferred_to = models.CharField(_("transferred to"), max_length=120, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed by the visitor"), null=True, blank=True)
    may_publish = models.BooleanField(_("the visitor agrees to publication"), default=False)
    may_pass_contact = models.BooleanField(_("the visitor agrees that their contact is passed on"), default=False)
    consent_version = models.CharField(max_length=20, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)

    objects = ReceptionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("reception record")
        verbose_name_plural = _("reception records")
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="transferred") | ~Q(transferred_to=""), name="transfer_names_who_is_responsible"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="answered") | ~Q(answer=""), name="answered_reception_has_answer"
            ),
        ]

    def __str__(self):
        return f"{self.appointment.code} {self.get_outcome_display()}"
