"""The formal proposal of deputies (代表建议), into which citizens' suggestions are taken up (DOMAIN rules 1, 2)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal import workdays
from fzportal.workflow import Change, Movable

from .answers import Answer, Rating
from .catalogue import ServicePromise


class ProposalQuerySet(models.QuerySet):
    """Which proposals, visible to whom."""

    def public(self):
        """Submitted: a proposal of deputies and its handling report are public (代表法 2025, Art. 51)."""
        return self.exclude(status__in=(Proposal.Status.DRAFT, Proposal.Status.WITHDRAWN))

    def open(self):
        """Work is left to do."""
        return self.exclude(status__in=Proposal.ENDS)

    def overdue(self, now=None):
        """The statutory time has passed; the deputy's time to evaluate is an offer."""
        return self.open().exclude(status__in=Proposal.BEARERS_TURN).filter(due_at__lt=now or timezone.now())

    def workable_by(self, user):
        """Those ``user``'s roles work on: what opens at the desk. A draft is for those who sign it."""
        if user is None or not user.is_authenticated or not user.roles:
            return self.none()
        mine = Q(pk__in=[])
        if user.is_office:
            mine |= ~Q(status=Proposal.Status.DRAFT) & Q(submitted_at__isnull=False)
        if deputies := user.scopes("deputy"):
            signing = CoSigner.objects.filter(deputy__in=deputies).exclude(has_signed=False)
            mine |= Q(deputy__in=deputies) | Q(pk__in=signing.values("proposal"))
        if departments := user.scopes("handler") | user.scopes("approver"):
            assisting = ProposalPart.objects.filter(department__in=departments).values("proposal")
            mine |= Q(department__in=departments) | Q(pk__in=assisting)
        return self.filter(mine)

    def with_parts(self):
        """What lists and pages show."""
        return self.select_related("deputy", "term", "department", "category")

    def with_message_parts(self):
        """What messages name."""
        return self.with_parts()


class Proposal(Movable):
    """A deputy's formal suggestion to the city's organs: co-signed, with a statutory clock from its assignment."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        ASSIGNED = "assigned", _("Assigned")
        IN_PROGRESS = "in_progress", _("In progress")
        REPLY_REVIEW = "reply_review", _("Reply under review")
        REPLIED = "replied", _("Replied")
        REHANDLING = "rehandling", _("Being handled again")
        CLOSED = "closed", _("Closed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ENDS = (Status.CLOSED, Status.WITHDRAWN)
    # Time that is the deputy's own.
    BEARERS_TURN = (Status.DRAFT, Status.REPLIED)

    # As printed on the paper, "榕人代建〔2026〕123号"; given when it is submitted.
    number = models.CharField(_("number"), max_length=30, unique=True, null=True, editable=False)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.DRAFT)
    term = models.ForeignKey("liaison.Term", models.PROTECT, related_name="proposals", verbose_name=_("term"))
    deputy = models.ForeignKey("liaison.Deputy", models.PROTECT, related_name="proposals", verbose_name=_("deputy"))
    title = models.CharField(_("title"), max_length=200)
    situation = models.TextField(_("situation"))
    request = models.TextField(_("what is proposed"))
    category = models.ForeignKey(
        "suggestions.Category", models.PROTECT, null=True, blank=True, verbose_name=_("category")
    )
    # The lead department; others assist (``ProposalPart``).
    department = models.ForeignKey(
        "suggestions.Department", models.PROTECT, null=True, blank=True, related_name="proposals",
        verbose_name=_("lead"),
    )  # fmt: skip
    # The unit a returning lead names instead (DOMAIN rule 4).
    proposed_lead = models.ForeignKey(
        "suggestions.Department", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("proposed lead"),
    )  # fmt: skip
    # The statutory time in months from assignment: 3, or 6 when broad and difficult, with the office's consent.
    months = models.PositiveSmallIntegerField(_("months"), default=3)
    # 重点督办: supervised by a leader of the congress, named here as everybody may read.
    is_key = models.BooleanField(_("key proposal"), default=False)
    supervisor = models.CharField(_("supervised by"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("begun"), default=timezone.now)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    is_demo = models.BooleanField(_("demo data"), default=False, editable=False)

    objects = ProposalQuerySet.as_manager()
    moves_path = "suggestions.workflow.PROPOSAL_MOVES"
    news_path = "suggestions.workflow.PROPOSAL_NEWS"
    audiences_path = "suggestions.audiences.OF_PROPOSAL"
    news_prefix = "proposal_"
    called_to_act = ("office", "lead", "holder", "head", "approver", "handler", "invited")
    asking = (("bearer", "proposal_not_taken"),)
    plain_news = (
        "proposal_withdrawn", "proposal_evaluated", "proposal_replied", "proposal_marked_key", "proposal_opinion_in",
    )  # fmt: skip
    news_words = {
        "proposal_invited": _("Asked to sign a proposal"), "proposal_signed": _("Signed"),
        "proposal_not_signed": _("Not signed"), "proposal_opinion_in": _("Give the opinion"),
        "proposal_marked_key": _("Marked as key proposal"), "proposal_due_soon": _("Reminder: the due date is near"),
        "proposal_due_today": _("Reminder: due today"), "proposal_overdue": _("The statutory time has passed"),
    }  # fmt: skip

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("proposal of deputies")
        verbose_name_plural = _("proposals of deputies")
        constraints = [
            models.CheckConstraint(condition=Q(months__in=[3, 6]), name="proposal_has_three_or_six_months"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"]) | Q(number__isnull=False, submitted_at__isnull=False),
                name="submitted_proposal_has_a_number",
            ),
            models.CheckConstraint(condition=Q(is_key=False) | ~Q(supervisor=""), name="key_proposal_names_supervisor"),
        ]
        indexes = [
            models.Index(fields=["status", "due_at", "id"], name="proposal_queue"),
            models.Index(fields=["department", "status", "due_at"], name="proposal_department"),
            models.Index(fields=["deputy", "status"], name="proposal_deputy"),
        ]

    def __str__(self):
        return f"{self.number or _('Draft')} {self.title}"

    def get_absolute_url(self):
        """The page everybody may read."""
        return reverse("proposal_detail", args=[self.pk])

    def url_for(self, audience):
        """Whoever hears of a proposal works on it: the desk."""
        return reverse("desk_proposal", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Work is left to do."""
        return self.status not in self.ENDS

    @property
    def is_public(self) -> bool:
        """Everybody may read it."""
        return self.status not in (self.Status.DRAFT, self.Status.WITHDRAWN)

    @property
    def is_overdue(self) -> bool:
        """Somebody else than the deputy has let the time pass."""
        is_late = self.due_at is not None and self.due_at < timezone.now()
        return is_late and self.is_open and self.status not in self.BEARERS_TURN

    def bundle(self):
        """The suggestions it takes up: those the deputy has kept with the draft, then those that became part of it."""
        Status = self.suggestions.model.Status
        if self.status == self.Status.DRAFT:
            return self.suggestions.filter(status=Status.TRIAGING, deputy=self.deputy_id)
        # What left it on a way of its own while it was a draft does not count.
        answered = self.answered_here.values("suggestion")
        return self.suggestions.filter(Q(status=Status.ESCALATED) | Q(pk__in=answered))

    def due_for(self, target, now):
        """The statutory months from assignment; one month when handled again; 20 working days to evaluate."""
        if target == self.Status.ASSIGNED:
            rule = f"{self.months}m"
        else:
            promise = ServicePromise.objects.filter(state=f"proposal_{target}").first()
            if promise is None:
                return None, ""
            rule = promise.rule
        return workdays.close_of(workdays.due(timezone.localdate(now), rule)), rule


class ProposalChange(Change):
    """A line of a proposal's history."""

    subject = models.ForeignKey(Proposal, models.PROTECT, related_name="changes")

    class Meta(Change.Meta):
        verbose_name = _("change of a proposal")
        verbose_name_plural = _("changes of proposals")
        indexes = [models.Index(fields=["id"], name="proposal_change_untold", condition=Q(told_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "event", "due_at"],
                condition=Q(event__in=["proposal_due_soon", "proposal_due_today", "proposal_overdue"]),
                name="reminded_once_of_a_proposal",
            )
        ]


class CoSigner(models.Model):
    """A deputy invited to sign a proposal with its author, and what they said."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="co_signers")
    deputy = models.ForeignKey("liaison.Deputy", models.PROTECT, related_name="co_signed")
    invited_at = models.DateTimeField(_("invited"), default=timezone.now)
    # None: no answer yet.
    has_signed = models.BooleanField(_("signed"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("co-signer")
        verbose_name_plural = _("co-signers")
        constraints = [models.UniqueConstraint(fields=["proposal", "deputy"], name="invited_once")]

    def __str__(self):
        return f"{self.deputy}"


class ProposalPart(models.Model):
    """A department that assists the lead with a proposal (会办), and its opinion for the lead."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="parts")
    department = models.ForeignKey("suggestions.Department", models.PROTECT, related_name="proposal_parts")
    opinion = models.TextField(_("opinion"), blank=True)
    opinion_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    opinion_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("assisting department")
        verbose_name_plural = _("assisting departments")
        constraints = [models.UniqueConstraint(fields=["proposal", "department"], name="assists_once")]

    def __str__(self):
        return f"{self.department}"


class ProposalReply(Answer):
    """The department's reply to a proposal: it answers every suggestion taken up; the deputy evaluates it."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="replies")
    department = models.ForeignKey("suggestions.Department", models.PROTECT, related_name="+")
    # One dated promise of a class-B reply: it enters the ledger with every suggestion answered (DOMAIN rule 6).
    promise = models.CharField(_("what is promised"), max_length=300, blank=True)
    promised_on = models.DateField(_("by"), null=True, blank=True)
    evaluation = models.PositiveSmallIntegerField(_("evaluation"), choices=Rating.Grade.choices, null=True, blank=True)
    evaluation_note = models.TextField(_("what the deputy says"), blank=True)
    evaluated_at = models.DateTimeField(_("evaluated"), null=True, blank=True)

    class Meta(Answer.Meta):
        verbose_name = _("reply to a proposal")
        verbose_name_plural = _("replies to proposals")
        constraints = [
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=F("author")),
                name="proposal_reply_released_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | (~Q(text="") & ~Q(result="")),
                name="released_proposal_reply_says_something",
            ),
            models.UniqueConstraint(
                fields=["proposal"], condition=Q(released_at=None), name="one_proposal_reply_in_the_making"
            ),
        ]

    def __str__(self):
        return f"{self.proposal.number} {self.result}"
