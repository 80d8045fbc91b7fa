"""Replies as pages show them: point by point, promises, files, who wrote it, what they nearly repeat."""

from . import ledger, near
from .models import Commitment, Suggestion
from .permissions import may_open_evidence


def shown(suggestion, rows, reader) -> list:
    """``rows`` (replies ``with_parts``) with what ``reader`` may see of them, oldest first.

    Each gets ``promised`` (commitments in the order of their days, drafts only before the release), ``files`` (evidence
    the reader may open) and ``is_newest``.
    """
    found = list(rows)
    for reply in found:
        reply.is_newest = reply is found[-1]
        drafted = Commitment.Status.DRAFTED
        reply.promised = [c for c in reply.commitments.all() if not reply.released_at or c.status != drafted]
        for commitment in reply.promised:
            commitment.tag = ledger.tag(commitment)
        reply.files = files(suggestion, reply, reader)
    return found


def files(suggestion, reply, reader) -> list:
    """The evidence of a reply, all or nothing: who may open one may open every one."""
    found = list(reply.evidence.all())
    if not found:
        return []
    reply.suggestion, found[0].reply = suggestion, reply
    return found if may_open_evidence(reader, found[0]) else []


def at_the_desk(suggestion, reader, show_draft) -> list:
    """Released ones and the one under review; a draft stands in its form, beside it only when two were written.

    The one under review carries ``near``: what else of the unit says nearly the same.
    """
    rows = [r for r in suggestion.replies.with_parts() if r.handed_in_at or r.released_at or show_draft]
    for reply in rows:
        if reply.handed_in_at and not reply.released_at and suggestion.status == Suggestion.Status.REPLY_REVIEW:
            said = near.words_of(reply)
            reply.near = near.copies(said, department_id=reply.department_id, besides=reply.pk)
    return shown(suggestion, rows, reader)
