"""The ground every app stands on: the calendar of China's working days."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Holiday(models.Model):
    """A date whose kind differs from its weekday: a public holiday, or a make-up working day (调休).

    Seeded from the State Council's yearly notices through the ``chinesecalendar`` package; the office edits later
    years.
    """

    date = models.DateField(_("date"), unique=True)
    is_working = models.BooleanField(_("make-up working day"), default=False)
    name = models.CharField(_("name"), max_length=40, blank=True)

    class Meta:
        ordering = ["date"]
        verbose_name = _("holiday or make-up day")
        verbose_name_plural = _("holidays and make-up days")

    def __str__(self):
        return f"{self.date} {self.name}"
