"""What a department does: take on, write a reply, hand it in; a second person releases it or sends it back."""

from django.db import transaction

from fzportal.workflow import MoveNotAllowed, lock, move

from ..models import Reply, Suggestion
from ..permissions import is_handler

S = Suggestion.Status


def take_on(suggestion, *, by):
    """The lead department begins."""
    return move(suggestion, S.IN_PROGRESS, by=by, event=S.IN_PROGRESS)


@transaction.atomic
def save_reply(suggestion, *, by, text, result=""):
    """Keep the reply in the making. Its author is whoever wrote last: that person may not release it."""
    lock(suggestion)
    if suggestion.status not in (S.IN_PROGRESS, S.REHANDLING) or not is_handler(by, suggestion):
        raise MoveNotAllowed(suggestion, S.REPLY_REVIEW, by)
    reply, _made = Reply.objects.update_or_create(
        suggestion=suggestion, released_at=None,
        defaults={"text": text, "result": result, "author": by},
        create_defaults={"text": text, "result": result, "author": by, "department_id": suggestion.department_id},
    )  # fmt: skip
    return reply


@transaction.atomic
def hand_in(suggestion, *, by, text, result):
    """Put the reply before the approver."""
    reply = save_reply(suggestion, by=by, text=text, result=result)
    change = move(suggestion, S.REPLY_REVIEW, by=by)
    reply.handed_in_at = change.at
    reply.save(update_fields=["handed_in_at"])
    return change


@transaction.atomic
def send_back(suggestion, *, by, reason):
    """Return the reply to its author with a reason; its text is kept."""
    change = move(suggestion, S.IN_PROGRESS, by=by, note=reason, event="sent_back")
    suggestion.replies.unreleased().update(handed_in_at=None)
    return change


@transaction.atomic
def release_reply(suggestion, *, by):
    """Release the reply; its author may not (DOMAIN rule 5)."""
    change = move(suggestion, S.REPLIED, by=by)
    reply = suggestion.replies.unreleased().get()
    reply.released_at, reply.released_by = change.at, by
    reply.save(update_fields=["released_at", "released_by"])
    suggestion.answered_at = change.at
    suggestion.save(update_fields=["answered_at"])
    return change
