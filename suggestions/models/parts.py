"""What belongs to one suggestion: contact, consents, files, public versions, history, talks, recusals."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal.workflow import Change

from .suggestion import Suggestion


class Contact(models.Model):
    """How to reach the author. Apart from the suggestion; shown to staff on demand only, with a reason that is kept."""

    suggestion = models.OneToOneField(Suggestion, models.CASCADE, related_name="contact")
    name = models.CharField(_("name"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    anonymised_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self):
        return f"{self.suggestion.number}"


class ContactView(models.Model):
    """Somebody looked at a contact, and why. The author sees this list."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="views")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(max_length=12)
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="contact_viewed_for_a_reason")]

    def __str__(self):
        return f"{self.at:%F} {self.reason}"


class Consent(models.Model):
    """One of the two consents, by version of its text; withdrawable (PIPL Art. 13-15)."""

    class Kind(models.TextChoices):
        PUBLISH = "publish", _("Publish the anonymised text")
        PASS_CONTACT = "pass_contact", _("Pass my contact to the handling unit")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="consents")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    version = models.CharField(_("version"), max_length=20)
    given_at = models.DateTimeField(_("given"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion", "kind"], condition=Q(withdrawn_at=None), name="one_consent_in_force"
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.version}"


def attachment_path(attachment, name: str) -> str:
    """Under a random name: the stored file says nothing, and its type is what we found, not what it claimed."""
    return f"attachments/{timezone.now():%Y/%m}/{uuid.uuid4().hex}"


class StoredFile(models.Model):
    """A photo or PDF, re-encoded or checked on its way in; served only by a view that asks permission."""

    file = models.FileField(upload_to=attachment_path)
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField(_("size"))
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self):
        return self.name


class Attachment(StoredFile):
    """What the author sent along."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="attachments")
    # Faces and plates: the office decides per file whether it is published with the text.
    is_public = models.BooleanField(_("published"), default=False)

    class Meta(StoredFile.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")


class Evidence(StoredFile):
    """What a department shows: with a reply, or of a promise kept. Read by whoever reads what it belongs to."""

    reply = models.ForeignKey("suggestions.Reply", models.CASCADE, null=True, blank=True, related_name="evidence")
    commitment = models.ForeignKey(
        "suggestions.Commitment", models.CASCADE, null=True, blank=True, related_name="evidence"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta(StoredFile.Meta):
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=Q(reply__isnull=False, commitment=None) | Q(reply=None, commitment__isnull=False),
                name="evidence_of_a_reply_or_of_a_promise",
            )
        ]


class PublicVersion(models.Model):
    """The words everybody reads. Redaction makes a new version; the author's own words are never edited."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="versions")
    title = models.CharField(_("title"), max_length=200)
    situation = models.TextField(_("situation"), blank=True)
    proposal = models.TextField(_("proposal"), blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("public version")
        verbose_name_plural = _("public versions")

    def __str__(self):
        return self.title


class SuggestionChange(Change):
    """A line of a suggestion's history."""

    subject = models.ForeignKey(Suggestion, models.PROTECT, related_name="changes")

    @property
    def extension(self):
        """The extension this line asks for or decides, or None."""
        return self.subject.extensions.filter(Q(asked_at=self.at) | Q(decided_at=self.at)).first()

    class Meta(Change.Meta):
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [
            models.Index(fields=["id"], name="suggestion_change_untold", condition=Q(told_at=None)),
            # What happened in a month: the lists behind the figures.
            models.Index(fields=["event", "at"], name="suggestion_change_when"),
        ]
        constraints = [
            # A reminder is told once per due date, however often the clock's task runs.
            models.UniqueConstraint(
                fields=["subject", "event", "due_at"],
                condition=Q(event__in=["due_soon", "due_today", "overdue"]),
                name="reminded_once",
            )
        ]

    @property
    def reply(self):
        """The reply this line is about: handed in or released at that moment. For messages."""
        return next((r for r in self.subject.replies.all() if self.at in (r.released_at, r.handed_in_at)), None)


class Recusal(models.Model):
    """A deputy takes no part in this case (回避; 代表法 2025, Art. 31, 59)."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="recusals")
    deputy = models.ForeignKey("liaison.Deputy", models.PROTECT, related_name="recusals")
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["suggestion", "deputy"], name="recused_once")]

    def __str__(self):
        return f"{self.deputy}: {self.reason}"


class ContactMade(models.Model):
    """Somebody spoke with the author, or with the deputy before a reply: telephone, visit, meeting (联系沟通)."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Telephone")
        VISIT = "visit", _("Visit")
        MEETING = "meeting", _("Meeting")

    class With(models.TextChoices):
        AUTHOR = "author", _("The author")
        DEPUTY = "deputy", _("The deputy")
        OTHER = "other", _("Others")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, null=True, blank=True, related_name="contacts_made")
    proposal = models.ForeignKey(
        "suggestions.Proposal", models.CASCADE, null=True, blank=True, related_name="contacts_made"
    )
    kind = models.CharField(_("how"), max_length=8, choices=Kind.choices)
    with_whom = models.CharField(_("with whom"), max_length=8, choices=With.choices)
    on = models.DateField(_("on"))
    note = models.TextField(_("what was said"))
    department = models.ForeignKey("suggestions.Department", models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["on", "pk"]
        verbose_name = _("contact made")
        verbose_name_plural = _("contacts made")
        constraints = [
            models.CheckConstraint(
                condition=Q(suggestion__isnull=False, proposal=None) | Q(suggestion=None, proposal__isnull=False),
                name="contact_made_about_one_thing",
            )
        ]

    def __str__(self):
        return f"{self.on} {self.get_kind_display()}"
