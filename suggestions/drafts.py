"""Whose draft it is: the author's, or, before sign-in, whoever's browser began it (its session keeps the pk)."""

from fzportal import throttle

from . import workflow
from .models import Suggestion
from .permissions import CodeHolder, is_author

KEY = "drafts"
# A browser remembers so many; older ones are purged like every draft nobody came back to.
REMEMBERED = 20
# Drafts (tries, seconds) from one address before sign-in: many people may share one, a machine may not fill the disk.
PER_ADDRESS = (60, 60 * 60)


def begin(request):
    """A draft to write in: the one begun and left empty before, or a new one. Raises RateLimited."""
    empty = mine(request).filter(title="", situation="", proposal="", attachments=None).first()
    if empty is not None:
        return empty
    if not request.user.is_authenticated:
        throttle.once_more("draft", throttle.address_of(request), *PER_ADDRESS)
    draft = workflow.begin(by=request.user)
    if draft.author_id is None:
        request.session[KEY] = [*request.session.get(KEY, []), draft.pk][-REMEMBERED:]
    return draft


def mine(request):
    """The drafts this person may go on with, the newest first. Call ``adopt`` before."""
    found = Suggestion.objects.drafts().order_by("-pk")
    if request.user.is_authenticated:
        return found.of_author(request.user)
    return found.filter(author=None, pk__in=request.session.get(KEY, []))


def adopt(request):
    """Give the drafts this browser began to the person who has signed in now."""
    if request.user.is_authenticated and KEY in request.session:
        for draft in Suggestion.objects.drafts().filter(author=None, pk__in=request.session[KEY]):
            workflow.adopt(draft, by=request.user)
        del request.session[KEY]


def writer(request, draft):
    """Who writes here: the user, or somebody not signed in whose browser began ``draft``. None: neither."""
    if request.user.is_authenticated:
        return request.user if is_author(request.user, draft) else None
    if draft.author_id is None and draft.pk in request.session.get(KEY, []):
        return CodeHolder(draft)
    return None
