"""The suggestion (群众建议) itself."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from fzportal import workdays
from fzportal.workflow import Movable

from .catalogue import Category, ServicePromise
from .numbers import new_query_code
from .scope import PUBLISHED, SuggestionQuerySet

JUST_BEGUN = Q(status__in=("submitted", "needs_info"))
ENDED_EARLY = Q(status__in=("declined", "merged", "withdrawn"))


class Suggestion(Movable):
    """A citizen's suggestion, from draft to closed. Contact data lives apart (``Contact``), files too."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Received")
        NEEDS_INFO = "needs_info", _("More asked of the author")
        ACCEPTED = "accepted", _("Accepted")
        TRIAGING = "triaging", _("With a deputy")
        REFERRED = "referred", _("Referred")
        ASSIGNED = "assigned", _("Assigned")
        IN_PROGRESS = "in_progress", _("In progress")
        REPLY_REVIEW = "reply_review", _("Reply under review")
        REPLIED = "replied", _("Replied")
        REHANDLING = "rehandling", _("Being handled again")
        SUPERVISED = "supervised", _("Supervised")
        ESCALATED = "escalated", _("Taken up into a proposal")
        CLOSED = "closed", _("Closed")
        DECLINED = "declined", _("Declined")
        MERGED = "merged", _("Merged")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ENDS = (Status.CLOSED, Status.DECLINED, Status.MERGED, Status.WITHDRAWN)
    OPEN = (
        Status.SUBMITTED, Status.NEEDS_INFO, Status.ACCEPTED, Status.TRIAGING, Status.REFERRED, Status.ASSIGNED,
        Status.IN_PROGRESS, Status.REPLY_REVIEW, Status.REPLIED, Status.REHANDLING, Status.SUPERVISED, Status.ESCALATED,
    )  # fmt: skip

    class Channel(models.TextChoices):
        WEB = "web", _("Portal")
        PHONE = "phone", _("Phone")
        PAPER = "paper", _("Letter")
        STATION = "station", _("Station")
        SYSTEM = "system", _("Another system")

    class ShownAs(models.TextChoices):
        NICKNAME = "nickname", _("My nickname")
        MASKED = "masked", _("My family name and stars")
        CITIZEN = "citizen", _("“A citizen”")

    number = models.CharField(_("number"), max_length=12, unique=True, null=True, editable=False)
    query_code = models.CharField(max_length=8, default=new_query_code, editable=False)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="suggestions",
        verbose_name=_("author"),
    )  # fmt: skip
    shown_as = models.CharField(_("name shown"), max_length=8, choices=ShownAs.choices, default=ShownAs.CITIZEN)
    title = models.CharField(_("title"), max_length=200, blank=True)
    situation = models.TextField(_("situation"), blank=True, validators=[MaxLengthValidator(20_000)])
    proposal = models.TextField(_("proposal"), blank=True, validators=[MaxLengthValidator(20_000)])
    place = models.CharField(_("place"), max_length=120, blank=True)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("category"))
    division = models.ForeignKey("liaison.Division", models.PROTECT, null=True, blank=True, verbose_name=_("division"))
    station = models.ForeignKey("liaison.Station", models.PROTECT, null=True, blank=True, verbose_name=_("station"))
    # What somebody said at a station, when it began there; the deputy a citizen addressed it to, when they chose one.
    reception = models.OneToOneField(
        "liaison.Reception", models.PROTECT, null=True, blank=True, related_name="suggestion",
        verbose_name=_("reception record"),
    )  # fmt: skip
    addressed_to = models.ForeignKey(
        "liaison.Deputy", models.PROTECT, null=True, blank=True, related_name="addressed",
        verbose_name=_("addressed to"),
    )  # fmt: skip
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, default=Channel.WEB)
    source = models.CharField(_("source"), max_length=40, blank=True)
    external_id = models.CharField(_("number there"), max_length=80, blank=True)

    # Who holds it: the deputy who claimed it, the department that leads.
    deputy = models.ForeignKey(
        "liaison.Deputy", models.PROTECT, null=True, blank=True, related_name="claimed", verbose_name=_("deputy")
    )
    department = models.ForeignKey(
        "suggestions.Department", models.PROTECT, null=True, blank=True, related_name="led", verbose_name=_("lead")
    )
    # The formal proposal of deputies it is taken up into.
    taken_up = models.ForeignKey(
        "suggestions.Proposal", models.PROTECT, null=True, blank=True, related_name="suggestions",
        verbose_name=_("taken up into"),
    )  # fmt: skip
    decline_reason = models.ForeignKey("suggestions.DeclineReason", models.PROTECT, null=True, blank=True)
    proposed_lead = models.ForeignKey(
        "suggestions.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed lead"),
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_here")

    # Publication is an axis of its own: an unpublished suggestion is still answered.
    public = models.OneToOneField("suggestions.PublicVersion", models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    search = SearchVectorField(null=True, editable=False)

    created_at = models.DateTimeField(_("begun"), default=timezone.now)
    # A draft is kept until nobody has touched it for DRAFT_KEPT_DAYS.
    edited_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(_("received"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    supporters = models.PositiveIntegerField(_("supporters"), default=0, editable=False)
    is_demo = models.BooleanField(_("demo data"), default=False, editable=False)

    objects = SuggestionQuerySet.as_manager()
    moves_path = "suggestions.workflow.MOVES"
    news_path = "suggestions.workflow.NEWS"
    audiences_path = "suggestions.audiences.AUDIENCES"
    plain_news = ("claimed_at_station", "consent_withdrawn", "withdrawn", "urged")
    news_words = {
        "due_soon": _("Reminder: the due date is near"), "overdue": _("The promised date has passed"),
        "due_today": _("Reminder: due today"), "urged": _("Urged"), "progress": _("Progress"),
        "extension_asked": _("More time was asked for"), "extension_granted": _("More time was granted"),
        "extension_refused": _("More time was refused"), "rating_changed": _("The rating was changed"),
        "supervisor_named": _("A supervisor was named"), "closing_proposed": _("Closing was proposed"),
        "closing_refused": _("Closing was not agreed to"),
        "published": _("Published"), "decline_proposed": _("The deputy proposed to decline"),
        "consent_withdrawn": _("A consent was withdrawn"),
        "together_ended": _("The one it was merged into ended without an answer"),
        "assigned_by_proposal": _("The proposal that took it up was assigned"),
        "proposal_answered_again": _("The proposal that took it up has a new reply"),
    }  # fmt: skip
    called_to_act = ("pool", "office", "holder", "head", "lead", "approver", "handler")
    asking = (("author", "needs_info"),)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft") | Q(number__isnull=False, submitted_at__isnull=False) & ~Q(title=""),
                name="submitted_has_number_and_title",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(public__isnull=False), name="published_has_public_version"
            ),
            models.CheckConstraint(
                condition=~Q(status="merged") | Q(merged_into__isnull=False), name="merged_names_its_target"
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="imported_once"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_at", "id"], name="suggestion_queue"),
            models.Index(fields=["due_at", "id"], name="suggestion_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["department", "status", "due_at", "id"], name="suggestion_department"),
            models.Index(fields=["deputy", "status", "due_at", "id"], name="suggestion_deputy"),
            models.Index(fields=["-published_at", "-id"], name="suggestion_newest", condition=PUBLISHED),
            models.Index(fields=["-supporters", "-id"], name="suggestion_supported", condition=PUBLISHED),
            models.Index(
                fields=["-answered_at", "-id"],
                name="suggestion_answered",
                condition=PUBLISHED & Q(answered_at__isnull=False),
            ),
            models.Index(fields=["category", "-published_at", "-id"], name="suggestion_theme", condition=PUBLISHED),
            models.Index(fields=["division", "-published_at", "-id"], name="suggestion_place", condition=PUBLISHED),
            # States that are seldom published: the planner, which takes them for common, would walk everything.
            models.Index(fields=["-published_at", "-id"], name="suggestion_new", condition=PUBLISHED & JUST_BEGUN),
            models.Index(fields=["-published_at", "-id"], name="suggestion_ended", condition=PUBLISHED & ENDED_EARLY),
            # What the year's figures count.
            models.Index(fields=["submitted_at"], name="suggestion_received"),
            models.Index(fields=["answered_at"], name="suggestion_answers", condition=Q(answered_at__isnull=False)),
            GinIndex(fields=["search"], name="suggestion_search", fastupdate=False),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.number or _('Draft')} {self.title}"

    def get_absolute_url(self):
        """The page everybody who may see it shares."""
        return reverse("suggestion_detail", args=[self.number])

    def audience_now(self, audience: str) -> str:
        """The holder is the author where the next step is theirs."""
        theirs = audience == "holder" and self.status in (self.Status.NEEDS_INFO, self.Status.REPLIED)
        return "author" if theirs else audience

    def url_for(self, audience):
        """Authors and followers read the shared page (without an account: by number and code), staff the desk."""
        audience = self.audience_now(audience)
        if audience == "followers" or (audience == "author" and self.author_id):
            return self.get_absolute_url()
        if audience == "author":
            return f"{reverse('track')}?number={self.number}"
        return reverse("desk_case", args=[self.number])

    def kind_for(self, audience):
        """A reminder to the holder is the author's own news where the next step is theirs."""
        return super().kind_for(self.audience_now(audience))

    def addresses(self, audience):
        """The contact of an author without an account."""
        audience = self.audience_now(audience)
        if audience != "author" or self.author_id is not None:
            return []
        contact = getattr(self, "contact", None)
        pairs = [("email", contact.email), ("sms", contact.phone)] if contact else []
        return [(channel, address) for channel, address in pairs if address][:1]

    def opens_with(self, code: str) -> bool:
        """Whether ``code`` is this suggestion's query code; takes equally long either way."""
        return constant_time_compare(self.query_code, code.upper())

    def due_for(self, target, now):
        """The promise of ``target`` from ``now``: (due or None, rule). Promises are rows the office edits."""
        # Ordered or reopened, it is handled again: the promise of handling again counts.
        state = self.Status.REHANDLING if target == self.Status.IN_PROGRESS else target
        promise = ServicePromise.objects.filter(state=state).first()
        if promise is None:
            return None, ""
        return workdays.close_of(workdays.due(timezone.localdate(now), promise.rule)), promise.rule

    def resumed(self, now):
        """What was left of the promise when the last question was asked, from today; at least one working day."""
        asked = self.changes.filter(after=self.Status.NEEDS_INFO).exclude(before=self.Status.NEEDS_INFO).last()
        running = self.changes.filter(pk__lt=asked.pk, due_at__isnull=False).last() if asked else None
        if running is None:
            return self.due_for(self.Status.SUBMITTED, now)
        left = workdays.between(timezone.localdate(asked.at), timezone.localdate(running.due_at))
        return workdays.close_of(workdays.add(timezone.localdate(now), max(left, 1))), f"{max(left, 1)}d"

    @property
    def is_overdue(self) -> bool:
        """Whether the promise of an open suggestion is broken now."""
        return self.status in self.OPEN and self.due_at is not None and self.due_at < timezone.now()

    @property
    def is_open(self) -> bool:
        """Whether work is left to do."""
        return self.status in self.OPEN

    @property
    def author_name(self) -> str:
        """How the author is shown to everybody."""
        if self.author is None or self.shown_as == self.ShownAs.CITIZEN:
            return _("A citizen")
        if self.shown_as == self.ShownAs.NICKNAME:
            return self.author.nickname or _("A citizen")
        return self.author.masked_name or _("A citizen")

    @property
    def remains(self) -> timedelta | None:
        """Time until due; negative when overdue; None when nothing is due."""
        return self.due_at - timezone.now() if self.due_at else None
