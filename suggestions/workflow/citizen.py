"""What a citizen does: submit, answer a question, withdraw, support, follow, take a consent back."""

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import workflow as accounts
from accounts.permissions import is_verified
from fzportal.workflow import MoveNotAllowed, Stale, lock, move, record

from .. import search
from ..models import Attachment, Consent, Contact, Follow, NumberSeries, Suggestion, Support
from ..permissions import is_author
from .files import store
from .merged import tell_merged
from .parts import parts_follow

S = Suggestion.Status


class TooMany(MoveNotAllowed):
    """The suggestion has as many files as it may have."""


def begin(*, by):
    """An empty draft; without an author while nobody is signed in."""
    return Suggestion.objects.create(author=by if by.is_authenticated else None)


def lock_draft(draft, by):
    """Lock a draft for its writer. Raises MoveNotAllowed for others, Stale when it has been submitted meanwhile."""
    lock(draft)
    if not is_author(by, draft):
        raise MoveNotAllowed(draft, S.DRAFT, by)
    if draft.status != S.DRAFT:
        raise Stale(draft, S.DRAFT, by)


@transaction.atomic
def adopt(draft, *, by):
    """Make the one who signed in the author of a draft begun before; True when this call did."""
    lock(draft)
    if draft.status != S.DRAFT or draft.author_id is not None:
        return False
    draft.author = by
    draft.save(update_fields=["author"])
    return True


@transaction.atomic
def write(draft, *, by, **words):
    """Keep what was typed, by field. Raises as ``lock_draft``."""
    lock_draft(draft, by)
    for field, value in words.items():
        setattr(draft, field, value)
    draft.edited_at = timezone.now()
    draft.save(update_fields=[*words, "edited_at"])


@transaction.atomic
def introduce(draft, *, by, shown_as, contact, consents, nickname=""):
    """Keep who the author is to the public and to the staff, and the consents ticked (kinds, in today's wording).

    ``contact``: dict with name, phone, email. A name or nickname the account lacks is kept there too.
    """
    write(draft, by=by, shown_as=shown_as)
    Contact.objects.update_or_create(suggestion=draft, defaults=contact)
    in_force = draft.consents.filter(kind__in=consents, version=settings.CONSENT_VERSION)
    draft.consents.exclude(pk__in=in_force).delete()
    for kind in consents:
        Consent.objects.get_or_create(suggestion=draft, kind=kind, version=settings.CONSENT_VERSION)
    accounts.rename(by, name=by.name or contact["name"], nickname=nickname or by.nickname, by=by)


@transaction.atomic
def attach(draft, *, by, found):
    """Keep an examined file (``uploads.Found``). Raises TooMany, OSError (not stored), or as ``lock_draft``."""
    lock_draft(draft, by)
    if draft.attachments.count() >= settings.ATTACHMENTS_PER_SUGGESTION:
        raise TooMany(draft, S.DRAFT, by)
    write(draft, by=by)
    return store(Attachment, found, suggestion=draft)


@transaction.atomic
def detach(attachment, *, by):
    """Take a file off a draft and delete it. Raises as ``lock_draft``."""
    lock_draft(attachment.suggestion, by)
    file = attachment.file
    attachment.delete()
    transaction.on_commit(lambda: file.storage.delete(file.name), robust=True)


@transaction.atomic
def submit(suggestion, *, by, consents=(), contact=None):
    """Turn a draft into a numbered suggestion. The draft is its own one-time key: a second submit changes nothing.

    ``consents``: kinds given; ``contact``: dict with name, phone, email. Raises MoveNotAllowed for the unverified.
    """
    lock(suggestion)
    if not is_author(by, suggestion):
        raise MoveNotAllowed(suggestion, S.SUBMITTED, by)
    if suggestion.status != S.DRAFT:
        return suggestion
    if not is_verified(by) or not suggestion.title:
        raise MoveNotAllowed(suggestion, S.SUBMITTED, by)
    now = timezone.now()
    [suggestion.number] = NumberSeries.take(timezone.localdate(now).year)
    suggestion.submitted_at = now
    suggestion.save(update_fields=["number", "submitted_at"])
    for kind in consents:
        Consent.objects.create(suggestion=suggestion, kind=kind, version=settings.CONSENT_VERSION)
    Contact.objects.update_or_create(suggestion=suggestion, defaults=contact or {})
    move(suggestion, S.SUBMITTED, by=by, now=now)
    # The office finds neighbours of what it screens.
    search.index(suggestion)
    return suggestion


def answer(suggestion, *, by, text):
    """Answer the office's question; the screening clock goes on. The first words stay as they were written."""
    return move(suggestion, S.SUBMITTED, by=by, note=text)


@transaction.atomic
def withdraw(suggestion, *, by, note=""):
    """Take the suggestion back before it is answered."""
    change = move(suggestion, S.WITHDRAWN, by=by, note=note)
    parts_follow(suggestion, now=change.at)
    suggestion.taken_up = None
    suggestion.save(update_fields=["taken_up"])
    tell_merged(suggestion, now=change.at)
    return change


@transaction.atomic
def support(suggestion, *, by):
    """Stand behind a published suggestion; a second time changes nothing. Raises MoveNotAllowed."""
    if not is_verified(by) or is_author(by, suggestion):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    _row, made = Support.objects.get_or_create(suggestion=suggestion, user=by)
    if made:
        Suggestion.objects.filter(pk=suggestion.pk).update(supporters=F("supporters") + 1)
    return made


@transaction.atomic
def unsupport(suggestion, *, by):
    """Take one's support back."""
    gone, _rows = Support.objects.filter(suggestion=suggestion, user=by).delete()
    if gone:
        Suggestion.objects.filter(pk=suggestion.pk).update(supporters=F("supporters") - 1)
    return bool(gone)


def follow(suggestion, *, by):
    """Hear of every answer to a suggestion."""
    if not is_verified(by):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    return Follow.objects.get_or_create(suggestion=suggestion, user=by)[1]


def unfollow(suggestion, *, by):
    """Hear no more of it."""
    return bool(Follow.objects.filter(suggestion=suggestion, user=by).delete()[0])


@transaction.atomic
def withdraw_consent(suggestion, *, by, kind):
    """Take a consent back; without consent to publish, the public version goes at once."""
    lock(suggestion)
    if not is_author(by, suggestion):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    suggestion.consents.filter(kind=kind, withdrawn_at=None).update(withdrawn_at=timezone.now())
    if kind == Consent.Kind.PUBLISH and suggestion.published_at:
        suggestion.published_at = None
        suggestion.save(update_fields=["published_at"])
    return record(suggestion, "consent_withdrawn", by=by, role="author", note=str(Consent.Kind(kind).label))
