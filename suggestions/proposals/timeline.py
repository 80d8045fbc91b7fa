"""What a reader sees of a proposal's history: everybody its way, those who work on it the rest too."""

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fzportal.templatetags.ui import day

from ..timeline import Item, role_word

TITLES = {
    "proposal_begun": _("Begun"),
    "proposal_edited": _("The words were changed"),
    "proposal_bundled": _("A suggestion was added"),
    "proposal_unbundled": _("A suggestion was taken out"),
    "proposal_invited": _("Other deputies were asked to sign"),
    "proposal_signed": _("Signed"),
    "proposal_not_signed": _("Not signed"),
    "proposal_submitted": _("Submitted to the congress office"),
    "proposal_not_taken": _("Sent back to the deputy"),
    "proposal_withdrawn": _("Withdrawn by the deputy"),
    "proposal_assigned": _("Assigned to a department"),
    "proposal_returned": _("Returned to the congress office as not theirs"),
    "proposal_taken_on": _("The department began to work on it"),
    "proposal_opinion_in": _("A department that assists gave its opinion"),
    "proposal_contacted": _("The department spoke with the deputy"),
    "proposal_handed_in": _("A reply was written; a second person checks it"),
    "proposal_sent_back": _("The reply went back to be improved"),
    "proposal_replied": _("Answered"),
    "proposal_evaluated": _("Evaluated by the deputy: %(grade)s"),
    "proposal_rehandling": _("Evaluated by the deputy: %(grade)s; it is handled again"),
    "proposal_silent": _("Closed without an evaluation, counted as silence"),
    "proposal_marked_key": _("Marked as a key proposal"),
    "proposal_unmarked_key": _("No key proposal any more"),
    "proposal_due_soon": _("Reminder: the due date is near"),
    "proposal_due_today": _("Reminder: due today"),
    "proposal_overdue": _("The statutory time has passed"),
    "proposal_recalculated": _("The calendar changed: now due on %(due)s"),
}
FOR_STAFF = {
    "proposal_begun", "proposal_edited", "proposal_bundled", "proposal_unbundled", "proposal_invited",
    "proposal_not_signed", "proposal_opinion_in", "proposal_due_soon", "proposal_due_today", "proposal_unmarked_key",
}  # fmt: skip


def history(proposal) -> list:
    """The changes a timeline is made of, in one query."""
    return list(proposal.changes.select_related("by__deputy"))


def timeline(proposal, changes, replies, *, is_staff, next_step="") -> list[Item]:
    """A line for each of ``changes`` (oldest first) a reader may know of, and the next step. ``replies``: released."""
    grades = {r.evaluated_at: r.get_evaluation_display() for r in replies if r.evaluated_at}
    found = [
        Item(
            title=_title(change, grades),
            at=change.at,
            role=_role(change, proposal),
            note=change.note if is_staff or change.read == "public" else "",
            tone="late" if change.event == "proposal_overdue" else "done",
        )
        for change in changes
        if is_staff or change.event not in FOR_STAFF
    ]
    if not next_step:
        return found
    until = gettext("by %(day)s") % {"day": day(timezone.localdate(proposal.due_at))} if proposal.due_at else ""
    return [*found, Item(next_step, role=until, tone="calm", next=True)]


def _title(change, grades) -> str:
    due = day(timezone.localdate(change.due_at)) if change.due_at else ""
    return str(TITLES.get(change.event, change.event)) % {"grade": grades.get(change.at, ""), "due": due}


def _role(change, proposal) -> str:
    """Who it was, as an office: clerks are not named, deputies are (代表法 2025, Art. 58)."""
    if change.role == "deputy" and getattr(change.by, "deputy", None):
        return gettext("Deputy %(name)s") % {"name": change.by.deputy.name}
    return role_word(change.role)
