"""Intake of what arrives elsewhere: one run per file, one line per row that needs a word."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .suggestion import Suggestion


class ImportRun(models.Model):
    """A file being taken in. The office uploads, the tick works, the page shows how far it is."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    file = models.FileField(_("file"), upload_to="imports/%Y/%m")
    name = models.CharField(_("file name"), max_length=120)
    source = models.CharField(_("source"), max_length=40)
    channel = models.CharField(_("channel"), max_length=8, choices=Suggestion.Channel.choices)
    # Column of the file -> field of ours; read as a whole, never filtered on.
    columns = models.JSONField(_("columns"), default=dict, blank=True)
    is_dry = models.BooleanField(_("dry run"), default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)
    lease_until = models.DateTimeField(null=True, blank=True)
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows read"), default=0)
    taken = models.PositiveIntegerField(_("taken in"), default=0)
    known = models.PositiveIntegerField(_("known already"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self):
        return self.name


class ImportRow(models.Model):
    """A row that was rejected or needs a look, with its line in the file and the reason."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("line"))
    external_id = models.CharField(_("number there"), max_length=80, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        ordering = ["line"]
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")

    def __str__(self):
        return f"{self.line}: {self.reason}"
