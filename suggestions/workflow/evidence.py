"""Files a department shows: with a reply in the making, or of a promise kept."""

from django.conf import settings
from django.db import transaction

from fzportal.workflow import MoveNotAllowed, lock

from ..models import Evidence, Reply
from ..permissions import may_write
from .citizen import TooMany
from .files import store


@transaction.atomic
def attach_evidence(suggestion, *, by, found):
    """Keep an examined file with the reply in the making, which begins with it if nothing is written yet.

    Who shows a file writes at the reply: that person may not release it. Raises MoveNotAllowed, TooMany, OSError.
    """
    reply = _reply_in_the_making(suggestion, by)
    if reply.evidence.count() >= settings.ATTACHMENTS_PER_SUGGESTION:
        raise TooMany(suggestion, suggestion.status, by)
    return store(Evidence, found, reply=reply, by=by)


@transaction.atomic
def detach_evidence(suggestion, *, by, pk):
    """Take a file off the reply in the making and delete it; one that is gone already is no matter."""
    reply = _reply_in_the_making(suggestion, by)
    evidence = reply.evidence.filter(pk=pk).first()
    if evidence is None:
        return
    file = evidence.file
    evidence.delete()
    transaction.on_commit(lambda: file.storage.delete(file.name), robust=True)


def _reply_in_the_making(suggestion, by):
    lock(suggestion)
    if not may_write(by, suggestion):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    reply, _made = Reply.objects.update_or_create(
        suggestion=suggestion, released_at=None, defaults={"author": by},
        create_defaults={"author": by, "department_id": suggestion.department_id},
    )  # fmt: skip
    return reply
