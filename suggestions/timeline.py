"""What a reader sees of the history: a line per event, oldest first, and what comes next.

A stranger reads the way of the case; the author also who looked at their contact; only staff read the talk among staff.
"""

from datetime import date
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from fzportal.templatetags.ui import day
from liaison.models import Reception

from .models import Suggestion
from .permissions import is_author, may_read_note, works_on

TITLES = {
    "submitted": _("Received"),
    "recorded": _("Taken down at the station as a suggestion"),
    "imported": _("Taken in by the congress office"),
    "accepted": _("Accepted, open to the deputies concerned"),
    "needs_info": _("The author was asked for more"),
    "answered": _("The author answered the question"),
    "declined": _("Declined"),
    "merged": _("Merged into a similar suggestion"),
    "withdrawn": _("Withdrawn by the author"),
    "together_ended": _("The one it was merged into ended without an answer"),
    "triaging": _("Claimed by a deputy"),
    "claimed_at_station": _("Claimed by a deputy who heard it at the station"),
    "given_back": _("Given back to the deputies concerned"),
    "referred": _("Referred to a department"),
    "assigned": _("Assigned: %(department)s leads"),
    "in_progress": _("The department began to work on it"),
    "reply_review": _("A reply was written; a second person checks it"),
    "sent_back": _("The reply went back to be improved"),
    "replied": _("Answered"),
    "rated": _("Rated: attitude “%(attitude)s”, result “%(result)s”"),
    "rehandling": _("Rated: attitude “%(attitude)s”, result “%(result)s”; it is handled again"),
    "silent": _("Closed without a rating, counted as silence"),
    "published": _("Published"),
    "overdue": _("The promised date has passed"),
    "due_soon": _("Reminder: the due date is near"),
    "unpublished": _("Taken off the public pages"),
    "consent_withdrawn": _("A consent was withdrawn"),
    "contact_viewed": _("The contact was looked at"),
    "redacted": _("A new public version was made"),
    "classified": _("Category and place were set"),
    "decline_proposed": _("The deputy proposed to decline"),
    "recused": _("A deputy stood aside"),
    "returned": _("Returned to the congress office as not theirs"),
    "taken_up": _("Taken up into a proposal of deputies"),
    "proposal_over": _("The proposal came back to the deputy, who has it in hand again"),
    "assigned_by_proposal": _("The proposal was assigned; a reply is due by %(due)s"),
    "proposal_answered_again": _("The proposal of deputies has a new reply"),
    "answered_by_proposal": _("Answered with the reply to the proposal of deputies"),
    "supervised": _("Rated: attitude “%(attitude)s”, result “%(result)s”; the congress office supervises it"),
    "lowered": _("The rating was changed: attitude “%(attitude)s”, result “%(result)s”; the case is open again"),
    "raised": _("The rating was changed: attitude “%(attitude)s”, result “%(result)s”; the case is closed"),
    "rating_changed": _("The rating was changed: attitude “%(attitude)s”, result “%(result)s”"),
    "promise_refused": _(
        "A promise reported as kept was rated: attitude “%(attitude)s”, result “%(result)s”; the case is open again"
    ),
    "reopened": _("A promise was not kept in time; the case is open again"),
    "ordered_again": _("The congress office ordered it to be handled again"),
    "closed_over": _("Closed by the congress office, with the reason published"),
    "supervisor_named": _("The congress office named a supervisor"),
    "closing_proposed": _("Closing was proposed; a second person decides"),
    "closing_refused": _("Closing was not agreed to"),
    "due_today": _("Reminder: due today"),
    "urged": _("Urged"),
    "extension_asked": _("The department asked for more time"),
    "extension_granted": _("More time was granted, until %(due)s"),
    "extension_refused": _("More time was refused"),
    "recalculated": _("The calendar changed: now due on %(due)s"),
    "progress": _("Progress"),
    "internal_note": _("Note among staff"),
    "contact_made": _("Somebody was spoken with"),
}
FOR_AUTHOR = {"contact_viewed", "consent_withdrawn", "unpublished"}
FOR_STAFF = {
    "due_soon", "due_today", "redacted", "classified", "decline_proposed", "recused", "closing_proposed",
    "closing_refused", "extension_asked", "extension_refused", "internal_note", "contact_made",
}  # fmt: skip
TONES = {
    "overdue": "late", "needs_info": "wait", "declined": "calm", "merged": "calm", "withdrawn": "calm",
    "rehandling": "wait", "lowered": "wait", "promise_refused": "wait", "supervised": "late", "reopened": "late",
}  # fmt: skip
# Lines that say what was given for a reply.
OF_A_REPLY = ("rated", "rehandling", "supervised", "lowered", "raised", "rating_changed")


class Item(NamedTuple):
    """A line of templates/ui/timeline.html."""

    title: str
    at: object = None
    role: str = ""
    note: str = ""
    tone: str = "done"
    next: bool = False


def timeline(suggestion, reader, changes, next_step: str = "") -> list[Item]:
    """Where it was said, lines for ``reader`` from ``changes`` (oldest first, with ``by__deputy``), the next step."""
    found = [*_beginning(suggestion), *lines(suggestion, reader, changes)]
    return [*found, _next(suggestion, next_step)] if next_step else found


def lines(suggestion, reader, changes) -> list[Item]:
    """A line for each of ``changes`` that this reader may know of."""
    author, staff = is_author(reader, suggestion), works_on(reader, suggestion)
    hidden = (FOR_AUTHOR if not (author or staff) else set()) | (FOR_STAFF if not staff else set())
    parts = list(suggestion.assignments.lead().select_related("department"))
    answered = list(suggestion.replies.released().values_list("released_at", flat=True))
    return [
        Item(
            title=_title(change, parts, answered),
            at=change.at,
            role=_role(change, parts, author),
            note=_note(change) if may_read_note(reader, suggestion, change) else "",
            tone=TONES.get(change.event, "done"),
        )
        for change in changes
        if change.event not in hidden
    ]


def _beginning(suggestion) -> list[Item]:
    """The talk at a station it came from: when, where, who listened; never who spoke."""
    if suggestion.reception_id is None:
        return []
    reception = Reception.objects.with_parts().get(pk=suggestion.reception_id)
    slot = reception.appointment.slot
    title = gettext("Said at %(station)s") % {"station": reception.appointment.session.station}
    names = pgettext("between names", ", ").join(str(deputy) for deputy in reception.deputies.all())
    heard = gettext("Heard by deputies %(names)s") % {"names": names}
    return [Item(title, at=slot.starts_at, role=heard)]


def history(suggestion) -> list:
    """The changes a timeline is made of, in one query."""
    return list(suggestion.changes.select_related("by__deputy", "verdict"))


def rated(reply) -> bool:
    """Whether somebody said what they think of it."""
    return getattr(reply, "rating", None) is not None


def _next(suggestion, next_step) -> Item:
    if not suggestion.due_at or suggestion.status not in Suggestion.OPEN:
        return Item(next_step, tone="calm", next=True)
    until = gettext("by %(day)s") % {"day": day(timezone.localdate(suggestion.due_at))}
    return Item(next_step, role=until, tone="calm", next=True)


def _department(change, parts) -> str:
    """Who led at that moment."""
    led = [part for part in parts if part.at <= change.at]
    return str(led[-1].department) if led else ""


def _title(change, parts, answered) -> str:
    """``answered``: when each reply was released; with several, a rating says which it is of."""
    title = str(TITLES.get(change.event, change.event))
    if change.event == "assigned":
        return title % {"department": _department(change, parts)}
    if "%(due)s" in title:
        return title % {"due": day(timezone.localdate(change.due_at)) if change.due_at else ""}
    if "%(attitude)s" not in title:
        return title
    verdict = getattr(change, "verdict", None)
    if verdict is None:
        return gettext("Rated")
    title %= {"attitude": verdict.get_attitude_display(), "result": verdict.get_result_display()}
    number = sum(at <= change.at for at in answered)
    if len(answered) < 2 or change.event not in OF_A_REPLY:
        return title
    return gettext("%(what)s (reply %(number)s)") % {"what": title, "number": number}


def _note(change) -> str:
    """Its words; of a date counted anew, the one before."""
    if change.event != "recalculated":
        return change.note
    return gettext("Before: %(day)s.") % {"day": day(date.fromisoformat(change.note))}


def _role(change, parts, is_mine) -> str:
    """Who it was, as an office: clerks are not named, deputies are (代表法 2025, Art. 58)."""
    if change.role == "deputy" and getattr(change.by, "deputy", None):
        return gettext("Deputy %(name)s") % {"name": change.by.deputy.name}
    if change.role == "department":
        return _department(change, parts) or gettext("The department")
    return role_word(change.role, is_mine)


def role_word(role: str, is_mine: bool = False) -> str:
    """What an actor was, in a reader's words."""
    words = {
        "author": gettext("You") if is_mine else gettext("The author"),
        "office": gettext("The congress office"),
        "deputy": gettext("A deputy"),
        "department": gettext("The department"),
        "officer": gettext("The station"),
        "clock": gettext("The portal, by itself"),
    }
    return words.get(role, "")
