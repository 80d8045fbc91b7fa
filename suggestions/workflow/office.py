"""What the congress office does: screen, merge, assign, redact, publish, look at a contact."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import is_office
from fzportal.workflow import MoveNotAllowed, Reader, lock, move, record

from .. import search
from ..models import Assignment, Consent, ContactView, Follow, PublicVersion, Suggestion, Support
from ..permissions import may_see_contact
from .merged import tell_merged
from .moves import BEFORE_REPLIED
from .parts import give, relieve_all
from .supervision import end_supervision

S = Suggestion.Status
# Matters that are never public, whoever consented (DOMAIN rule 8).
NEVER_PUBLIC = ("petition", "unlawful")


def accept(suggestion, *, by, note=""):
    """Take the suggestion in and offer it to the deputies of its pool."""
    return move(suggestion, S.ACCEPTED, by=by, note=note, event=S.ACCEPTED)


def ask(suggestion, *, by, question):
    """Ask the author for more; the screening clock stands still meanwhile."""
    return move(suggestion, S.NEEDS_INFO, by=by, note=question)


@transaction.atomic
def decline(suggestion, *, by, reason, note=""):
    """Turn the suggestion away with a ``DeclineReason``, which names who is responsible and how to reach them.

    Petitions and unlawful matter leave the public pages.
    """
    lock(suggestion)
    suggestion.decline_reason = reason
    if reason.code in NEVER_PUBLIC:
        suggestion.published_at = None
    suggestion.save(update_fields=["decline_reason", "published_at"])
    change = move(suggestion, S.DECLINED, by=by, note=note)
    tell_merged(suggestion, now=change.at)
    return change


@transaction.atomic
def merge(suggestion, *, by, into, note=""):
    """Go on with ``into``, another open suggestion: supporters and followers move, the author keeps this thread.

    Raises MoveNotAllowed when ``into`` is the same, or answered or at an end: its answer must be to come.
    """
    # One order for every pair, so that two merges never wait for each other.
    for one in sorted((suggestion, into), key=lambda s: s.pk):
        lock(one)
    if suggestion.pk == into.pk or into.status not in BEFORE_REPLIED:
        raise MoveNotAllowed(suggestion, S.MERGED, by)
    suggestion.merged_into = into
    suggestion.save(update_fields=["merged_into"])
    change = move(suggestion, S.MERGED, by=by, note=note)
    # The lead may have returned it while others still assist.
    relieve_all(suggestion.assignments.active(), now=change.at)
    for model in (Support, Follow):
        moving = model.objects.filter(suggestion=suggestion).exclude(user=into.author_id).values_list("user", flat=True)
        model.objects.bulk_create([model(suggestion=into, user_id=pk) for pk in moving], ignore_conflicts=True)
    if suggestion.author_id and suggestion.author_id != into.author_id:
        Follow.objects.get_or_create(suggestion=into, user_id=suggestion.author_id)
    into.supporters = into.supports.count()
    into.save(update_fields=["supporters"])
    return change


@transaction.atomic
def assign(suggestion, *, by, department, co=(), due_at=None, note=""):
    """Make ``department`` the lead and ``co`` those who assist. ``due_at`` set by hand wins over the promise."""
    # The table looks at who led it until now.
    change = move(suggestion, S.ASSIGNED, by=by, note=note, due_at=due_at)
    suggestion.department, suggestion.taken_up = department, None
    suggestion.save(update_fields=["department", "taken_up"])
    end_supervision(suggestion, now=change.at)
    # Who assisted the department that returned it, and still does, goes on.
    staying = suggestion.assignments.active().co().exclude(status=Assignment.Status.DONE).filter(department__in=co)
    relieve_all(suggestion.assignments.active().exclude(pk__in=[part.pk for part in staying]), now=change.at)
    give(suggestion, department=department, part=Assignment.Part.LEAD, by=by, now=change.at)
    kept = {part.department_id for part in staying}
    for other in co:
        if other.pk not in kept:
            give(suggestion, department=other, part=Assignment.Part.CO, by=by, now=change.at)
    return change


@transaction.atomic
def classify(suggestion, *, by, category, division=None):
    """Say what it is about, and where (None: as it is): both decide whose pool it comes to. Nobody is told."""
    lock(suggestion)
    if not is_office(by) or not suggestion.is_open:
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    suggestion.category, suggestion.division = category, division or suggestion.division
    suggestion.save(update_fields=["category", "division"])
    said = f"{suggestion.category} · {suggestion.division}" if suggestion.division else str(suggestion.category)
    return record(suggestion, "classified", by=by, role="office", note=said)


@transaction.atomic
def redact(suggestion, *, by, title, situation, proposal="", place=""):
    """Make a new public version; the author's own words stay. A published suggestion shows the new one at once."""
    lock(suggestion)
    if not is_office(by):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    suggestion.public = PublicVersion.objects.create(
        suggestion=suggestion, title=title, situation=situation, proposal=proposal, place=place, by=by
    )
    suggestion.save(update_fields=["public"])
    search.index(suggestion)
    record(suggestion, "redacted", by=by, role="office")
    return suggestion.public


@transaction.atomic
def publish(suggestion, *, by, attachments=()):
    """Publish the public version (the author's words when nobody redacted them) and the given attachments.

    Needs the author's consent in force, unless the words came without an author to ask. Raises MoveNotAllowed.
    """
    lock(suggestion)
    allowed = suggestion.consents.filter(kind=Consent.Kind.PUBLISH, withdrawn_at=None).exists()
    reason = suggestion.decline_reason
    forbidden = suggestion.status == S.DRAFT or (reason is not None and reason.code in NEVER_PUBLIC)
    if not is_office(by) or not allowed or forbidden:
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    if suggestion.public is None:
        redact(
            suggestion, by=by, title=suggestion.title, situation=suggestion.situation,
            proposal=suggestion.proposal, place=suggestion.place,
        )  # fmt: skip
    suggestion.attachments.update(is_public=False)
    suggestion.attachments.filter(pk__in=[a.pk for a in attachments]).update(is_public=True)
    suggestion.published_at = suggestion.published_at or timezone.now()
    suggestion.save(update_fields=["published_at"])
    return record(suggestion, "published", by=by, role="office")


@transaction.atomic
def unpublish(suggestion, *, by, reason):
    """Take the public version off the portal; it is answered all the same."""
    lock(suggestion)
    if not is_office(by):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    suggestion.published_at = None
    suggestion.save(update_fields=["published_at"])
    return record(suggestion, "unpublished", by=by, role="office", note=reason)


@transaction.atomic
def view_contact(suggestion, *, by, reason):
    """Return the author's contact and keep who looked and why, for the author to see. Raises MoveNotAllowed."""
    if not may_see_contact(by, suggestion) or not reason.strip():
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    role = "office" if is_office(by) else "deputy" if by.scopes("deputy") else "department"
    ContactView.objects.create(contact=suggestion.contact, by=by, role=role, reason=reason.strip())
    record(suggestion, "contact_viewed", by=by, role=role, note=reason, read=Reader.AUTHOR)
    return suggestion.contact
