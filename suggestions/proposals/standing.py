"""Where a proposal stands, in a reader's words: who holds it, until when, and how that date came about."""

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fzportal.templatetags.ui import day, short_day

from ..derivation import explain
from ..models import Proposal
from ..queues import urgency
from ..standing import REPLY_DUE, Standing, Tag

P = Proposal.Status

# %(deputy)s raises it, %(lead)s is the lead department.
NOW = {
    P.DRAFT: _("%(deputy)s is writing it"),
    P.SUBMITTED: _("The congress office is choosing a department"),
    P.ASSIGNED: _("%(lead)s leads and is to begin"),
    P.IN_PROGRESS: _("%(lead)s leads and is working on it"),
    P.REPLY_REVIEW: _("%(lead)s leads; a second person is checking the reply"),
    P.REPLIED: _("Answered; waiting for the evaluation by %(deputy)s"),
    P.REHANDLING: _("%(lead)s is handling it again"),
}
UNTIL = {
    P.SUBMITTED: _("to be assigned by %(day)s"),
    P.REPLIED: _("an evaluation is possible until %(day)s"),
    P.REHANDLING: _("a new reply is due by %(day)s"),
}
NEXT = {
    P.DRAFT: _("Next: the deputy submits it"),
    P.SUBMITTED: _("Next: the congress office assigns a department"),
    P.ASSIGNED: _("Next: the department speaks with the deputy and replies"),
    P.IN_PROGRESS: _("Next: the department speaks with the deputy and replies"),
    P.REPLY_REVIEW: _("Next: the reply is released once the second person agrees"),
    P.REPLIED: _("Next: the deputy evaluates the reply; silence is recorded as silence"),
    P.REHANDLING: _("Next: it is handled again and gets a new reply"),
}
TONES = {P.SUBMITTED: "info", P.REPLIED: "done", P.CLOSED: "done", P.WITHDRAWN: "calm", P.DRAFT: "calm"}


def tag(proposal) -> Tag:
    """The state's word and tone; time that has passed is said in the word, not only by the tone."""
    label = proposal.get_status_display()
    if proposal.is_overdue:
        return Tag(gettext("%(state)s · overdue") % {"state": label}, "late")
    return Tag(label, TONES.get(proposal.status, "wait"))


def due_line(proposal, written=short_day) -> str:
    """ "12月4日前答复"; empty when nothing is due."""
    if not proposal.due_at or not proposal.is_open:
        return ""
    return UNTIL.get(proposal.status, REPLY_DUE) % {"day": written(timezone.localdate(proposal.due_at))}


def deputy_word(proposal) -> str:
    """The deputy who raises it."""
    return gettext("Deputy %(name)s") % {"name": proposal.deputy.name}


def standing(proposal, changes=()) -> Standing:
    """The whole of it; ``changes``: the history, oldest first, which knows where the clock began."""
    words = {"deputy": deputy_word(proposal), "lead": proposal.department or ""}
    until, hurry = due_line(proposal, day), urgency(proposal)
    return Standing(
        now=NOW[proposal.status] % words if proposal.status in NOW else "",
        until=until,
        left=str(hurry.word) if until and hurry else "",
        next_step=str(NEXT.get(proposal.status, "")),
        is_late=proposal.is_overdue,
        how=tuple(derivation(proposal, changes)) if until else (),
    )


def derivation(proposal, changes) -> list[str]:
    """How the due date came about; the statutory time names its law, and why it is six months."""
    began = next((c for c in reversed(changes) if c.at == proposal.due_since), None)
    said = explain(proposal, changes, state=f"proposal_{began.after if began else proposal.status}")
    if began is None or began.event != "proposal_assigned":
        return said
    said.append(gettext("Rule: Law on Deputies (2025), Art. 51: three months from assignment, six if difficult."))
    if proposal.months == 6 and began.note:
        said.append(gettext("Why six months: %(reason)s") % {"reason": began.note})
    return said
