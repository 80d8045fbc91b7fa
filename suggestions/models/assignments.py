"""Departments at work on a suggestion (交办): one leads, others assist; the extensions the lead asks for."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal import workdays
from fzportal.workflow import Change, Movable

from .catalogue import ServicePromise
from .suggestion import Suggestion


class AssignmentQuerySet(models.QuerySet):
    """Which assignments."""

    def active(self):
        """In force: neither returned nor relieved. What is done was in force to the end."""
        return self.exclude(status__in=Assignment.ENDS)

    def lead(self):
        """The department that replies."""
        return self.filter(part=Assignment.Part.LEAD)

    def co(self):
        """Those that assist with a written opinion."""
        return self.filter(part=Assignment.Part.CO)

    def missing(self):
        """Co-handlers whose opinion has not come."""
        return self.co().filter(status__in=(Assignment.Status.GIVEN, Assignment.Status.TAKEN))

    def awaited(self, now=None):
        """Opinions the lead must wait for: missing, and not overdue (DOMAIN rule 5)."""
        return self.missing().filter(Q(due_at=None) | Q(due_at__gte=now or timezone.now()))

    def returned(self):
        """Sent back as wrong (退办)."""
        return self.filter(status=Assignment.Status.RETURNED)

    def with_parts(self):
        """What lists show."""
        return self.select_related("department", "suggestion__public")

    def with_message_parts(self):
        """What messages name."""
        return self.select_related("department", "suggestion__department")


class Assignment(Movable):
    """A department's part in a suggestion. The lead's clock is the suggestion's; a co-handler's opinion has its own."""

    class Part(models.TextChoices):
        LEAD = "lead", _("Lead")
        CO = "co", _("Co-handler")

    class Status(models.TextChoices):
        GIVEN = "given", _("Given")
        TAKEN = "taken", _("Taken on")
        OPINION_IN = "opinion_in", _("Opinion given")
        DONE = "done", _("Done")
        RETURNED = "returned", _("Returned")
        RELIEVED = "relieved", _("Relieved")

    ENDS = (Status.RETURNED, Status.RELIEVED)

    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="assignments")
    department = models.ForeignKey("suggestions.Department", models.PROTECT, related_name="assignments")
    part = models.CharField(_("part"), max_length=4, choices=Part.choices, default=Part.LEAD)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.GIVEN)
    # After two returns the office's word is final.
    is_final = models.BooleanField(_("final"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("assigned"), default=timezone.now)
    # A co-handler's opinion for the lead; staff read it.
    opinion = models.TextField(_("opinion"), blank=True)
    opinion_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    opinion_at = models.DateTimeField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()
    moves_path = "suggestions.workflow.ASSIGNMENT_MOVES"
    news_path = "suggestions.workflow.ASSIGNMENT_NEWS"
    audiences_path = "suggestions.audiences.OF_ASSIGNMENT"
    news_prefix = "co_"
    called_to_act = ("co", "head")
    asking = (("lead", "co_overdue"),)
    part_of = "suggestion"
    plain_news = ("co_done", "co_relieved")
    news_words = {
        "co_given": _("Asked to assist"), "co_due_soon": _("Reminder: an opinion is due soon"),
        "co_due_today": _("Reminder: an opinion is due today"), "co_overdue": _("An opinion is overdue"),
    }  # fmt: skip

    class Meta:
        ordering = ["pk"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion"], condition=Q(part="lead") & ~Q(status__in=["returned", "relieved"]),
                name="one_lead_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["suggestion", "department"], condition=~Q(status__in=["returned", "relieved"]),
                name="one_part_for_a_department",
            ),
            models.CheckConstraint(condition=~Q(status="opinion_in") | Q(part="co"), name="opinions_are_co_handlers"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["department", "part", "status", "due_at"], name="assignment_queue")]

    def __str__(self):
        return f"{self.department} · {self.get_part_display()}"

    def get_absolute_url(self):
        """The case at the desk."""
        return reverse("desk_case", args=[self.suggestion.number])

    def due_for(self, target, now):
        """A co-handler's opinion is promised (``ServicePromise`` "opinion"); the lead has the suggestion's clock."""
        promise = ServicePromise.objects.filter(state="opinion").first()
        if self.part == self.Part.LEAD or promise is None:
            return None, ""
        return workdays.close_of(workdays.due(timezone.localdate(now), promise.rule)), promise.rule

    @property
    def is_open(self) -> bool:
        """The opinion is to come."""
        return self.part == self.Part.CO and self.status in (self.Status.GIVEN, self.Status.TAKEN)

    @property
    def is_late(self) -> bool:
        """The opinion is missing and overdue: the lead may go on without it."""
        is_missing = self.status in (self.Status.GIVEN, self.Status.TAKEN)
        return is_missing and self.due_at is not None and self.due_at < timezone.now()


class AssignmentChange(Change):
    """A line of an assignment's history."""

    subject = models.ForeignKey(Assignment, models.PROTECT, related_name="changes")

    class Meta(Change.Meta):
        verbose_name = _("change of an assignment")
        verbose_name_plural = _("changes of assignments")
        indexes = [models.Index(fields=["id"], name="assignment_change_untold", condition=Q(told_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "event", "due_at"],
                condition=Q(event__in=["co_due_soon", "co_due_today", "co_overdue"]),
                name="co_handler_reminded_once",
            )
        ]


class Extension(models.Model):
    """More time, asked for by the lead before the due date with a reason; the office decides."""

    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="extensions")
    department = models.ForeignKey("suggestions.Department", models.PROTECT, related_name="extensions")
    days = models.PositiveSmallIntegerField(_("working days more"))
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    due_before = models.DateTimeField(_("due before"))
    due_after = models.DateTimeField(_("due after"), null=True, blank=True)
    is_granted = models.BooleanField(_("granted"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion"], condition=Q(is_granted=None), name="one_extension_asked_at_a_time"
            ),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=60), name="extension_is_one_to_sixty_days"),
            models.CheckConstraint(
                condition=Q(is_granted=None, decided_at=None) | Q(is_granted__isnull=False, decided_at__isnull=False),
                name="extension_decided_at_a_moment",
            ),
        ]

    def __str__(self):
        return f"{self.suggestion.number} +{self.days}"
