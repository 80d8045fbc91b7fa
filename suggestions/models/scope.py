"""Which suggestions concern whom: conditions that querysets and single checks share."""

from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liaison.models import Deputy

from .catalogue import Category

NOBODY = Q(pk__in=[])
PUBLISHED = Q(published_at__isnull=False)


def owned_by(user) -> Q:
    """Rows of which ``user`` is the author."""
    return Q(author=user) if user is not None and user.is_authenticated else NOBODY


def deputies_of(user) -> list[Deputy]:
    """The deputies ``user`` is today (one, or none), read once for as long as ``user`` is at hand."""
    if "deputies_today" not in user.__dict__:
        pks = user.scopes("deputy")
        user.deputies_today = list(Deputy.objects.filter(pk__in=pks)) if pks else []
    return user.deputies_today


def listened_to_by(deputies) -> Q:
    """Rows from the deputies' divisions, fields or stations; a row of the whole city concerns every deputy."""
    divisions, fields, stations = (frozenset().union(*kinds) for kinds in zip(*(d.ear for d in deputies), strict=True))
    themes = Category.objects.of_fields(fields).values_list("pk", flat=True) if fields else []
    # Lists, not subqueries: the planner then walks the queue's index.
    near = Q(division__in=divisions) | Q(category__in=list(themes)) | Q(station__in=stations)
    return near | Q(addressed_to__in=deputies)


def in_pool_of(deputies) -> Q:
    """Accepted rows that wait for one of the deputies, none of whom is recused or wrote it."""
    theirs = Q(author__in=[d.user_id for d in deputies if d.user_id is not None])
    # Written so that rows without an author stay.
    foreign = Q(author=None) | ~theirs
    return Q(status="accepted") & listened_to_by(deputies) & foreign & ~Q(recusals__deputy__in=deputies)


def worked_on_by(user) -> Q:
    """Rows that ``user``'s roles work on: all submitted ones for the office, theirs for everybody else."""
    if user is None or not user.is_authenticated or not user.roles:
        return NOBODY
    if user.is_office:
        return ~Q(status="draft")
    mine = NOBODY
    if departments := user.scopes("handler") | user.scopes("approver"):
        assisting = apps.get_model("suggestions.Assignment").objects.active().co().filter(department__in=departments)
        mine |= Q(department__in=departments) | Q(pk__in=assisting.values("suggestion"))
    if deputies := deputies_of(user):
        mine |= Q(deputy__in=deputies) | in_pool_of(deputies)
    return mine


class SuggestionQuerySet(models.QuerySet):
    """Which suggestions, visible to whom."""

    def submitted(self):
        """Everything but drafts."""
        return self.exclude(status=self.model.Status.DRAFT)

    def published(self):
        """Anybody may read their public version."""
        return self.filter(PUBLISHED)

    def open(self):
        """Work is left to do."""
        return self.filter(status__in=self.model.OPEN)

    def unanswered(self):
        """Open and not answered yet: what another may be merged into."""
        return self.open().filter(answered_at=None)

    def overdue(self, now=None):
        """The promise is broken."""
        return self.open().filter(due_at__lt=now or timezone.now())

    def visible_to(self, user):
        """Published ones, one's own, and those one's role works on."""
        return self.filter(PUBLISHED | worked_on_by(user) | owned_by(user))

    def workable_by(self, user):
        """Those one's role works on: what opens at the desk."""
        return self.submitted().filter(worked_on_by(user))

    def drafts(self):
        """Begun and not submitted."""
        return self.filter(status=self.model.Status.DRAFT)

    def forgotten(self, now=None):
        """Drafts nobody has touched for DRAFT_KEPT_DAYS."""
        limit = (now or timezone.now()) - timedelta(days=settings.DRAFT_KEPT_DAYS)
        return self.drafts().filter(edited_at__lt=limit)

    def of_author(self, user):
        """One's own, drafts included."""
        return self.filter(author=user)

    def in_pool_of(self, deputies):
        """Accepted ones that wait for a deputy of their division, field or station."""
        return self.filter(in_pool_of(deputies))

    def with_parts(self):
        """What lists and pages show beside the words."""
        return self.select_related("public", "category", "division__parent", "department", "deputy", "author")

    def with_message_parts(self):
        """What messages name besides: why declined, what it was merged into, the proposed lead, what was promised."""
        found = self.with_parts().select_related("decline_reason", "merged_into", "proposed_lead", "taken_up")
        return found.prefetch_related("replies__commitments")
