"""Promises kept or broken: the ledger of what class-B replies announce (承诺事项), and supervision (督办)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fzportal import workdays
from fzportal.workflow import Change, Movable

from .answers import Reply
from .suggestion import Suggestion

# Working days within which a kept promise may be rated.
RATE_WITHIN = 20


class CommitmentQuerySet(models.QuerySet):
    """Which commitments."""

    def public(self):
        """Anybody may read them: given in a released reply to a published suggestion."""
        return self.exclude(status=Commitment.Status.DRAFTED).filter(suggestion__published_at__isnull=False)

    def given(self):
        """Announced to the author: everything but drafts."""
        return self.exclude(status=Commitment.Status.DRAFTED)

    def kept_by(self, user):
        """Those one's departments promised; every one for the office: what opens at the desk."""
        if user.is_office:
            return self.given()
        return self.given().filter(department__in=user.scopes("handler") | user.scopes("approver"))

    def pending(self):
        """Neither kept nor given up: work is left to do."""
        S = Commitment.Status
        return self.filter(status__in=(S.PROMISED, S.REPORTED, S.MISSED))

    def due(self, now=None):
        """Still promised though the day has passed: the clock marks them missed."""
        return self.filter(status=Commitment.Status.PROMISED, due_at__lt=now or timezone.now())

    def with_parts(self):
        """What lists show."""
        return self.select_related("department", "suggestion__public", "reply")

    def with_message_parts(self):
        """What messages name."""
        return self.select_related(
            "department", "suggestion__department", "suggestion__author", "suggestion__public", "reply"
        )


class Commitment(Movable):
    """What a department announced to do by a day. Drafted with the reply, in force once the reply is released."""

    class Status(models.TextChoices):
        DRAFTED = "drafted", _("Drafted")
        PROMISED = "promised", pgettext_lazy("promise", "Due")
        REPORTED = "reported", _("Reported as kept")
        FULFILLED = "fulfilled", _("Kept")
        MISSED = "missed", _("Overdue")

    ENDS = (Status.FULFILLED,)

    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="commitments")
    reply = models.ForeignKey(Reply, models.CASCADE, related_name="commitments")
    department = models.ForeignKey("suggestions.Department", models.PROTECT, related_name="commitments")
    what = models.CharField(_("what is promised"), max_length=300)
    # Only while drafted may the day be still to come to mind.
    due_on = models.DateField(_("by"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.DRAFTED)
    report = models.TextField(_("what was done"), blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    fulfilled_at = models.DateTimeField(_("kept"), null=True, blank=True)
    missed_at = models.DateTimeField(_("missed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = CommitmentQuerySet.as_manager()
    moves_path = "suggestions.workflow.COMMITMENT_MOVES"
    news_path = "suggestions.workflow.COMMITMENT_NEWS"
    audiences_path = "suggestions.audiences.OF_COMMITMENT"
    news_prefix = "promise_"
    called_to_act = ("keeper", "approver", "reporter", "head")
    part_of = "suggestion"
    plain_news = ("promise_missed",)
    news_words = {
        "promise_due_soon": _("Reminder: a promised day is near"),
        "promise_due_today": _("Reminder: a promise is due today"), "promise_rated": _("A kept promise was rated"),
    }  # fmt: skip

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="fulfilled") | (Q(fulfilled_at__isnull=False) & ~Q(report="")),
                name="kept_promises_say_what_was_done",
            ),
            models.CheckConstraint(
                condition=Q(status="drafted") | (Q(due_on__isnull=False) & ~Q(what="")),
                name="promises_given_say_what_and_when",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("reported_by")),
                name="promise_confirmed_by_a_second_person",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="commitment_due"),
            models.Index(fields=["department", "status", "due_at"], name="commitment_department"),
            models.Index(fields=["-due_on", "-id"], name="commitment_ledger"),
        ]

    def __str__(self):
        return f"{self.due_on} {self.what}"

    def get_absolute_url(self):
        """The suggestion's page, at its promises."""
        return f"{self.suggestion.get_absolute_url()}#commitments"

    def url_for(self, audience):
        """The department the promise at its desk, other staff the case; everybody else as the suggestion has it."""
        if audience in ("keeper", "approver", "reporter", "head"):
            return reverse("desk_commitment", args=[self.pk])
        if audience in ("office", "deputy"):
            return reverse("desk_case", args=[self.suggestion.number])
        return self.suggestion.url_for(audience)

    def addresses(self, audience):
        """The contact of an author without an account."""
        return self.suggestion.addresses(audience)

    @property
    def is_open(self) -> bool:
        """The day is to come, or the promise is to be kept."""
        return self.status == self.Status.PROMISED

    @property
    def rate_by(self):
        """The last day for the author to rate it: 20 working days after it was kept, or the case answered anew."""
        began = max(filter(None, (self.fulfilled_at, self.suggestion.answered_at)), default=None)
        return began and workdays.add(timezone.localdate(began), RATE_WITHIN)

    @property
    def author_id(self):
        """Whose suggestion it is, for messages."""
        return self.suggestion.author_id

    @property
    def query_code(self):
        """Opens the suggestion for an author without an account."""
        return self.suggestion.query_code

    def due_for(self, target, now):
        """The promised day, whatever happens; nothing once it is kept."""
        return self.due_at, self.due_rule


class CommitmentChange(Change):
    """A line of a commitment's history."""

    subject = models.ForeignKey(Commitment, models.PROTECT, related_name="changes")

    class Meta(Change.Meta):
        verbose_name = _("change of a commitment")
        verbose_name_plural = _("changes of commitments")
        indexes = [models.Index(fields=["id"], name="commitment_change_untold", condition=Q(told_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "event", "due_at"],
                condition=Q(event__in=["promise_due_soon", "promise_due_today"]),
                name="reminded_once_of_a_promise",
            )
        ]


class Supervision(models.Model):
    """The office steps in after two dissatisfied ratings (督办): who supervises, and how it ended."""

    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="supervisions")
    began_at = models.DateTimeField(_("began"), default=timezone.now)
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("supervisor")
    )
    # Closing over it: proposed with a reason everybody will read, consented to by a second person.
    closing_reason = models.TextField(_("reason for closing"), blank=True)
    closing_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closing_at = models.DateTimeField(null=True, blank=True)
    consented_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("supervision")
        verbose_name_plural = _("supervisions")
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion"], condition=Q(ended_at=None), name="one_supervision_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(consented_by=None) | (~Q(consented_by=models.F("closing_by")) & ~Q(closing_reason="")),
                name="closed_over_by_two_people_with_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.suggestion.number}"
