"""What the lead does: take on, ask for time, write a reply, hand it in; a second person releases it."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import is_office
from fzportal.workflow import MoveNotAllowed, Reader, Stale, lock, move, reclock, record

from ..models import Assignment, Commitment, ContactMade, Extension, Reply, ReplyPoint, Suggestion
from ..permissions import is_claimer, is_handler, may_ask_extension, may_log_contact, may_urge, may_write
from .commitments import draft_commitments, promise
from .parts import parts_follow

S = Suggestion.Status


@transaction.atomic
def take_on(suggestion, *, by):
    """The lead department begins."""
    change = move(suggestion, S.IN_PROGRESS, by=by, event=S.IN_PROGRESS)
    for part in suggestion.assignments.lead().filter(status=Assignment.Status.GIVEN):
        move(part, Assignment.Status.TAKEN, by=by, event="lead_taken", now=change.at)
    return change


@transaction.atomic
def save_reply(suggestion, *, by, text, result="", contact=None, points=None, promises=None):
    """Keep the reply in the making. Its author is whoever wrote last: that person may not release it.

    ``points``: [(the citizen's point, answer)], ``promises``: [(what, date)]; None leaves what was kept.
    """
    lock(suggestion)
    if not may_write(by, suggestion):
        raise MoveNotAllowed(suggestion, S.REPLY_REVIEW, by)
    words = {"text": text, "result": result, "author": by} | ({} if contact is None else {"contact": contact})
    reply, _made = Reply.objects.update_or_create(
        suggestion=suggestion, released_at=None,
        defaults=words, create_defaults=words | {"department_id": suggestion.department_id},
    )  # fmt: skip
    if points is not None:
        reply.points.all().delete()
        rows = enumerate(points, 1)
        ReplyPoint.objects.bulk_create([ReplyPoint(reply=reply, position=n, point=p, answer=a) for n, (p, a) in rows])
    if promises is not None:
        draft_commitments(reply, promises)
    return reply


@transaction.atomic
def hand_in(suggestion, *, by, text, result, contact=None, points=None, promises=None):
    """Put the reply before the approver. Promises belong to class B; another class drops them."""
    lock(suggestion)
    if may_write(by, suggestion) and suggestion.assignments.awaited().exists():
        # One more was asked to assist while the reply was written.
        raise Stale(suggestion, S.REPLY_REVIEW, by)
    kept = promises if result == Reply.Class.B else []
    reply = save_reply(suggestion, by=by, text=text, result=result, contact=contact, points=points, promises=kept)
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
    """Release the reply; its author may not (DOMAIN rule 5). What it promises is in force from now."""
    change = move(suggestion, S.REPLIED, by=by)
    reply = suggestion.replies.unreleased().get()
    reply.released_at, reply.released_by = change.at, by
    reply.save(update_fields=["released_at", "released_by"])
    suggestion.answered_at = change.at
    suggestion.save(update_fields=["answered_at"])
    for commitment in reply.commitments.filter(status=Commitment.Status.DRAFTED):
        promise(commitment, now=change.at)
    parts_follow(suggestion, now=change.at)
    return change


@transaction.atomic
def ask_extension(suggestion, *, by, days, reason):
    """Ask for ``days`` working days more, before the due date. Raises MoveNotAllowed, Stale when one waits already."""
    lock(suggestion)
    if not may_ask_extension(by, suggestion):
        waits = is_handler(by, suggestion) and suggestion.extensions.filter(is_granted=None).exists()
        raise (Stale if waits else MoveNotAllowed)(suggestion, suggestion.status, by)
    extension = Extension.objects.create(
        suggestion=suggestion, department_id=suggestion.department_id, days=days, reason=reason.strip(), asked_by=by,
        due_before=suggestion.due_at,
    )  # fmt: skip
    record(suggestion, "extension_asked", by=by, role="department", note=reason, now=extension.asked_at)
    return extension


@transaction.atomic
def decide_extension(extension, *, by, is_granted, note=""):
    """Grant or refuse; granted, the date is counted anew and everybody concerned hears both dates.

    Raises Stale when it is decided already or the department no longer works on it.
    """
    suggestion = lock(extension.suggestion)
    lock(extension)
    if not is_office(by):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    is_idle = suggestion.status not in (S.ASSIGNED, S.IN_PROGRESS, S.REHANDLING, S.REPLY_REVIEW)
    if extension.is_granted is not None or (is_granted and is_idle):
        raise Stale(suggestion, suggestion.status, by)
    extension.is_granted, extension.decided_by, extension.decided_at = is_granted, by, timezone.now()
    if is_granted:
        # The calendar may have moved the date since it was asked.
        extension.due_before, rule = suggestion.due_at, f"{suggestion.due_rule}+{extension.days}d"
        reclock(suggestion, "extension_granted", by=by, role="office", rule=rule, note=note or extension.reason,
                read=Reader.PUBLIC, now=extension.decided_at)  # fmt: skip
        extension.due_after = suggestion.due_at
    else:
        record(suggestion, "extension_refused", by=by, role="office", note=note, now=extension.decided_at)
    extension.save()
    return extension


@transaction.atomic
def urge(suggestion, *, by, note=""):
    """Press those who hold it (催办): the office or the claiming deputy, at most once in 5 working days."""
    lock(suggestion)
    if not may_urge(by, suggestion):
        is_theirs = is_office(by) or is_claimer(by, suggestion)
        raise (Stale if is_theirs else MoveNotAllowed)(suggestion, suggestion.status, by)
    return record(suggestion, "urged", by=by, role="office" if is_office(by) else "deputy", note=note)


@transaction.atomic
def note_progress(suggestion, *, by, text, is_public):
    """Say how it stands: to everybody, author and followers hear it; or among staff."""
    lock(suggestion)
    if not may_write(by, suggestion) or not text.strip():
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    event, read = ("progress", Reader.PUBLIC) if is_public else ("internal_note", Reader.STAFF)
    return record(suggestion, event, by=by, role="department", note=text, read=read)


@transaction.atomic
def log_contact(suggestion, *, by, kind, with_whom, on, note):
    """Keep that somebody was spoken with, how, when and what was said; staff read it."""
    lock(suggestion)
    if not may_log_contact(by, suggestion):
        raise MoveNotAllowed(suggestion, suggestion.status, by)
    role = "office" if is_office(by) else "deputy" if is_claimer(by, suggestion) else "department"
    mine = by.scopes("handler") | by.scopes("approver") if role == "department" else ()
    department = suggestion.department_id if suggestion.department_id in mine else next(iter(mine), None)
    made = ContactMade.objects.create(
        suggestion=suggestion, kind=kind, with_whom=with_whom, on=on, note=note, by=by, department_id=department
    )
    record(suggestion, "contact_made", by=by, role=role, note=note)
    return made
