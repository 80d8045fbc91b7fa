"""What an author gave at a moment: ratings change for seven days, history does not."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .answers import Rating
from .parts import SuggestionChange


class Verdict(models.Model):
    """The grades behind one line of history. ``Rating`` says what counts now; this says what was given then."""

    change = models.OneToOneField(SuggestionChange, models.PROTECT, related_name="verdict")
    attitude = models.PositiveSmallIntegerField(_("attitude"), choices=Rating.Grade.choices)
    result = models.PositiveSmallIntegerField(_("result"), choices=Rating.Grade.choices)
    missed_points = models.BooleanField(_("did not answer my points"), default=False)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        constraints = [
            models.CheckConstraint(
                condition=Q(attitude__in=[1, 2, 3], result__in=[1, 2, 3]), name="verdict_has_three_grades"
            )
        ]

    def __str__(self):
        return f"{self.get_attitude_display()} / {self.get_result_display()}"
