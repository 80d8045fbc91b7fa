"""What was answered and what people make of it: replies, ratings, support, following."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .suggestion import Suggestion


class ReplyQuerySet(models.QuerySet):
    """Which replies."""

    def released(self):
        """The author and the public may read them."""
        return self.filter(released_at__isnull=False)

    def unreleased(self):
        """Being written or under review."""
        return self.filter(released_at=None)

    def with_parts(self):
        """What pages show: who answers, the points, what is promised, the files, what the author thinks of it."""
        found = self.select_related("department", "deputy", "author", "rating")
        return found.prefetch_related("points", "commitments", "evidence")


class Answer(models.Model):
    """An answer in the making or given: text and class by one person, released by a second."""

    class Class(models.TextChoices):
        A = "A", _("A: solved or basically solved")
        B = "B", _("B: being solved, or planned with a date")
        C = "C", _("C: cannot be done for now")
        D = "D", _("D: kept for reference")

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("reply"), blank=True)
    result = models.CharField(_("class"), max_length=1, choices=Class.choices, blank=True)
    # Whom the reader may ask about it: an office and a telephone, as the unit gives it.
    contact = models.CharField(_("contact for questions"), max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    handed_in_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ReplyQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["pk"]


class Reply(Answer):
    """An answer to a suggestion: a deputy's own, or a department's, which a second person releases (DOMAIN 5, 6)."""

    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="replies")
    department = models.ForeignKey("suggestions.Department", models.PROTECT, null=True, blank=True)
    deputy = models.ForeignKey("liaison.Deputy", models.PROTECT, null=True, blank=True, related_name="replies")
    # The proposal of deputies this suggestion was answered through.
    proposal = models.ForeignKey(
        "suggestions.Proposal", models.PROTECT, null=True, blank=True, related_name="answered_here"
    )

    class Meta(Answer.Meta):
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        constraints = [
            models.CheckConstraint(
                condition=Q(department__isnull=False, deputy=None) | Q(department=None, deputy__isnull=False),
                name="reply_is_a_departments_or_a_deputys",
            ),
            models.CheckConstraint(
                condition=Q(department=None) | Q(released_by=None) | ~Q(released_by=F("author")),
                name="reply_released_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | (~Q(text="") & ~Q(result="")), name="released_reply_says_something"
            ),
            models.UniqueConstraint(
                fields=["suggestion"], condition=Q(released_at=None), name="one_reply_in_the_making"
            ),
        ]

    def __str__(self):
        return f"{self.suggestion.number} {self.result}"

    @property
    def giver(self):
        """Who answers: the department or the deputy."""
        return self.department or self.deputy


class ReplyPoint(models.Model):
    """One of the citizen's points, in few words, and the answer to it."""

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="points")
    position = models.PositiveSmallIntegerField(_("position"))
    point = models.CharField(_("the citizen's point"), max_length=300)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        ordering = ["position"]
        verbose_name = _("point of a reply")
        verbose_name_plural = _("points of replies")
        constraints = [models.UniqueConstraint(fields=["reply", "position"], name="one_point_a_number")]

    def __str__(self):
        return f"{self.position}. {self.point}"


class Rating(models.Model):
    """What the author thinks: attitude and result apart, once per reply, and once per promise kept (DOMAIN 6, 7)."""

    class Grade(models.IntegerChoices):
        SATISFIED = 3, _("Satisfied")
        BASICALLY = 2, _("Basically satisfied")
        DISSATISFIED = 1, _("Dissatisfied")

    reply = models.OneToOneField(Reply, models.PROTECT, null=True, blank=True, related_name="rating")
    commitment = models.OneToOneField(
        "suggestions.Commitment", models.PROTECT, null=True, blank=True, related_name="rating"
    )
    attitude = models.PositiveSmallIntegerField(_("attitude"), choices=Grade.choices)
    result = models.PositiveSmallIntegerField(_("result"), choices=Grade.choices)
    missed_points = models.BooleanField(_("did not answer my points"), default=False)
    reason = models.TextField(_("reason"), blank=True)
    at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        indexes = [models.Index(fields=["at"], name="rating_when")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reply__isnull=False, commitment=None) | Q(reply=None, commitment__isnull=False),
                name="rating_is_of_a_reply_or_of_a_promise",
            ),
            models.CheckConstraint(
                condition=Q(attitude__in=[1, 2, 3], result__in=[1, 2, 3]), name="rating_has_three_grades"
            ),
        ]

    def __str__(self):
        return f"{self.get_attitude_display()} / {self.get_result_display()}"

    @property
    def is_dissatisfied(self) -> bool:
        """The result decides: a friendly word without a result is not satisfaction."""
        return self.result == self.Grade.DISSATISFIED


class Support(models.Model):
    """Somebody stands behind a suggestion (附议)."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="supports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="supports")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["suggestion", "user"], name="supported_once")]

    def __str__(self):
        return f"{self.user} → {self.suggestion}"


class Follow(models.Model):
    """Somebody wants to hear of a suggestion (关注)."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="follows")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["suggestion", "user"], name="followed_once")]

    def __str__(self):
        return f"{self.user} → {self.suggestion}"
