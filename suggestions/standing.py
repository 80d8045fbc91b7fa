"""Where a suggestion stands, in a reader's words: its state, who holds it, until when, how that date came about."""

from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from fzportal import workdays
from fzportal.templatetags.ui import day, short_day

from . import audiences
from .derivation import explain
from .models import Suggestion
from .permissions import is_author

S = Suggestion.Status

# What is going on, who is meant by %(who)s: audiences.HOLDERS.
NOW = {
    S.SUBMITTED: _("%(who)s is screening it"),
    S.NEEDS_INFO: _("Waiting for more from %(who)s"),
    S.ACCEPTED: _("Waiting to be claimed by %(who)s"),
    S.TRIAGING: _("%(who)s is looking into it"),
    S.REFERRED: _("%(who)s is choosing a department"),
    S.ASSIGNED: _("%(who)s leads and is to begin"),
    S.IN_PROGRESS: _("%(who)s leads and is working on it"),
    S.REPLY_REVIEW: _("%(who)s leads; a second person is checking the reply"),
    S.REPLIED: _("Answered; waiting for a rating by %(who)s"),
    S.REHANDLING: _("%(who)s is handling it again"),
    S.SUPERVISED: _("%(who)s has stepped in and supervises it"),
    S.ESCALATED: _("%(who)s has taken it up into a formal proposal"),
}
UNTIL = {
    S.SUBMITTED: _("a decision is due by %(day)s"),
    S.NEEDS_INFO: _("to be added by %(day)s"),
    S.ACCEPTED: _("to be claimed by %(day)s"),
    S.TRIAGING: _("an answer or a referral is due by %(day)s"),
    S.REFERRED: _("to be assigned by %(day)s"),
    S.REPLIED: _("a rating is possible until %(day)s"),
    S.REHANDLING: _("a new reply is due by %(day)s"),
    S.SUPERVISED: _("it decides by %(day)s how it goes on"),
}
REPLY_DUE = _("a reply is due by %(day)s")
NEXT = {
    S.SUBMITTED: _("Next: the congress office decides whether to accept it"),
    S.NEEDS_INFO: _("Next: the author answers, then the screening goes on"),
    S.ACCEPTED: _("Next: a deputy claims it and looks into it"),
    S.TRIAGING: _("Next: the deputy answers, or refers it to a department"),
    S.REFERRED: _("Next: the congress office assigns a department"),
    S.ASSIGNED: _("Next: the department replies; a second person checks the reply"),
    S.IN_PROGRESS: _("Next: the department replies; a second person checks the reply"),
    S.REPLY_REVIEW: _("Next: the reply is released once the second person agrees"),
    S.REPLIED: _("Next: the author rates the reply; silence is recorded as silence"),
    S.REHANDLING: _("Next: it is handled again and gets a new reply"),
    S.SUPERVISED: _("Next: the congress office orders it anew, or closes it with a published reason"),
    S.ESCALATED: _("Next: the reply to the proposal answers it too"),
}
TONES = {S.SUBMITTED: "info", S.NEEDS_INFO: "wait", S.REPLIED: "done", S.CLOSED: "done"}
# The author's own time to answer or rate is an offer, not a promise somebody breaks.
AUTHORS_TURN = (S.NEEDS_INFO, S.REPLIED)


class Tag(NamedTuple):
    """A state as a word with a tone (templates/ui/status.html)."""

    label: str
    tone: str


class Standing(NamedTuple):
    """Who holds it and until when. Empty texts where there is nothing to say; ``how`` explains the date."""

    now: str
    until: str
    left: str
    next_step: str
    is_late: bool
    how: tuple[str, ...]


def is_late(suggestion) -> bool:
    """Somebody other than the author has broken the promise."""
    return suggestion.is_overdue and suggestion.status not in AUTHORS_TURN


def tag(suggestion) -> Tag:
    """The state's word and tone; a broken promise is said in the word, not only by the tone."""
    label = suggestion.get_status_display()
    if is_late(suggestion):
        return Tag(gettext("%(state)s · overdue") % {"state": label}, "late")
    default = "wait" if suggestion.is_open else "calm"
    return Tag(label, TONES.get(suggestion.status, default))


def due_line(suggestion, written=short_day) -> str:
    """ "12月4日前答复"; empty when nothing is due."""
    if not suggestion.due_at or not suggestion.is_open:
        return ""
    return UNTIL.get(suggestion.status, REPLY_DUE) % {"day": written(_date(suggestion.due_at))}


def holder_word(suggestion, reader=None) -> str:
    """Whose turn it is, as everybody may read it: an office, a department, a deputy, never a clerk's name."""
    name = audiences.holder_name(suggestion)
    if name in ("lead", "approver"):
        return str(suggestion.department)
    if name == "deputy" and suggestion.deputy:
        return gettext("Deputy %(name)s") % {"name": suggestion.deputy.name}
    if name == "author" and is_author(reader, suggestion):
        return gettext("you")
    words = {
        "office": gettext("The congress office"),
        "author": gettext("the author"),
        "pool": gettext("the deputies concerned"),
    }
    return words.get(name, "")


def standing(suggestion, reader, changes=()) -> Standing:
    """The whole of it for one reader; ``changes``: the history, oldest first, which knows where the clock began."""
    who = holder_word(suggestion, reader)
    now = NOW[suggestion.status] % {"who": who} if who and suggestion.status in NOW else ""
    until = due_line(suggestion, day)
    return Standing(
        now=now,
        until=until,
        left=_left(suggestion) if until else "",
        next_step=str(NEXT.get(suggestion.status, "")),
        is_late=is_late(suggestion),
        how=tuple(explain(suggestion, changes)) if until else (),
    )


def _date(moment):
    return timezone.localdate(moment)


def _left(suggestion) -> str:
    days = workdays.between(timezone.localdate(), _date(suggestion.due_at))
    if suggestion.is_overdue:
        late = max(-days, 1)
        return ngettext("%(n)s working day late", "%(n)s working days late", late) % {"n": late}
    if days == 0:
        return gettext("today is the last day")
    return ngettext("%(n)s working day left", "%(n)s working days left", days) % {"n": days}
