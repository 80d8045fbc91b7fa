"""What is counted ahead of time, and files made for download."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Statistic(models.Model):
    """One published figure: what, of whom, in which month or year, out of how many (``suggestions/statistics``)."""

    class Of(models.TextChoices):
        CITY = "city", _("The whole city")
        CATEGORY = "category", _("Theme")
        DIVISION = "division", _("Division")
        DEPARTMENT = "department", _("Department")
        STATION = "station", _("Station")
        DEPUTY = "deputy", _("Deputy")

    class Span(models.TextChoices):
        MONTH = "month", _("Month")
        YEAR = "year", _("Year")

    of = models.CharField(_("of"), max_length=10, choices=Of.choices)
    # The pk of the theme, division ...; 0 for the whole city.
    of_id = models.BigIntegerField(default=0)
    span = models.CharField(_("span"), max_length=5, choices=Span.choices)
    # The first day of the span.
    begins = models.DateField(_("begins"))
    figure = models.CharField(_("figure"), max_length=40)
    number = models.BigIntegerField(_("number"))
    # Of these, in suggestions anybody may read; None where a link would show something else.
    public = models.BigIntegerField(_("of these public"), null=True, blank=True)
    # Out of how many: no base, no percentage.
    base = models.BigIntegerField(_("base"), null=True, blank=True)
    # Of durations, in working days.
    median = models.IntegerField(null=True, blank=True)
    p90 = models.IntegerField(null=True, blank=True)

    class Meta:
        ordering = ["of", "of_id", "begins", "figure"]
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        constraints = [
            models.UniqueConstraint(fields=["of", "of_id", "span", "begins", "figure"], name="figure_stands_once")
        ]
        indexes = [models.Index(fields=["of", "span", "begins", "figure"], name="figure_table")]

    def __str__(self):
        return f"{self.of} {self.of_id} {self.begins} {self.figure}: {self.number}"


class StatisticsRun(models.Model):
    """One counting of all figures: when it was begun and finished; the last finished one is what pages show."""

    began_at = models.DateTimeField(_("began"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    # The last lines of history it knew: while they are the last, there is nothing new to count.
    mark = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        get_latest_by = "finished_at"
        verbose_name = _("counting")
        verbose_name_plural = _("countings")

    def __str__(self):
        return f"{self.finished_at}"


def export_path(export, name: str) -> str:
    """Under a random name, as attachments are."""
    return f"exports/{timezone.now():%Y/%m}/{uuid.uuid4().hex}"


class Export(models.Model):
    """A file made for download: a list staff asked for, or the day's open data (``requested_by`` None)."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being made")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Failed")

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"
        JSONL = "jsonl", "JSON Lines"

    # Which list: a name suggestions/exports knows.
    kind = models.CharField(_("list"), max_length=20)
    format = models.CharField(_("format"), max_length=5, choices=Format.choices)
    # The list's filters as its address has them.
    query = models.TextField(_("filters"), blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    total = models.PositiveIntegerField(_("rows in all"), default=0)
    done = models.PositiveIntegerField(_("rows written"), default=0)
    file = models.FileField(upload_to=export_path, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [models.Index(fields=["state", "id"], name="export_queue")]

    def __str__(self):
        return f"{self.kind}.{self.format}"
