"""Who must hear of what, written by hand from the design; who that is, from what the history knows of its people."""

from notifications.models import Notification
from suggestions.models import Proposal, Suggestion

# Event of a case -> whom it concerns.
CASE = {
    "submitted": "author office",
    "recorded": "author office",
    "accepted": "author pool",
    "needs_info": "author",
    "answered": "office",
    "declined": "author",
    "merged": "author",
    "claimed_at_station": "author office",
    "triaging": "author",
    "referred": "office",
    "taken_up": "author office",
    "returned": "office",
    "in_progress": "author",
    "reply_review": "approver",
    "sent_back": "writer",
    "rated": "department deputy",
    "silent": "department",
    "rehandling": "lead office deputy",
    "supervised": "lead office deputy",
    "lowered": "lead office deputy",
    "promise_refused": "lead office deputy",
    "raised": "department office deputy",
    "ordered_again": "author lead deputy",
    "closed_over": "author department deputy followers",
    "progress": "author followers",
    "published": "author",
    "extension_asked": "office",
    "extension_granted": "author lead",
    "extension_refused": "lead",
    "closing_proposed": "office",
    "together_ended": "author",
    "consent_withdrawn": "office",
    "decline_proposed": "office",
    "internal_note": "",
    "contact_made": "",
    "classified": "",
    "recused": "",
    "redacted": "",
}
PART = {
    "lead_given": "", "lead_taken": "", "co_given": "co", "co_taken": "lead", "opinion_in": "lead",
    "co_returned": "office lead", "co_relieved": "co", "co_done": "co", "co_ended": "co", "co_overdue": "co head lead",
}  # fmt: skip
PROMISE = {
    "promise_made": "", "promise_reported": "confirmer", "promise_kept": "author followers deputy",
    "promise_missed": "keeper head", "promise_rated": "keeper",
}  # fmt: skip
PROPOSAL = {
    "proposal_submitted": "office signers", "proposal_not_taken": "bearer", "proposal_assigned": "bearer lead helpers",
    "proposal_returned": "office", "proposal_taken_on": "bearer", "proposal_handed_in": "approver",
    "proposal_sent_back": "writer", "proposal_replied": "bearer signers office",
    "proposal_evaluated": "department office", "proposal_rehandling": "lead office", "proposal_silent": "department",
}  # fmt: skip
TABLES = {"suggestionchange": CASE, "assignmentchange": PART, "commitmentchange": PROMISE, "proposalchange": PROPOSAL}
# Those who hear even of what they did themselves: it is their receipt.
RECEIPT = {"author"}


def expected(stage, change):
    """The names of those who must find ``change`` in their inbox, or None when the table above is silent about it."""
    table = TABLES.get(change._meta.model_name, {})
    if change.event not in table:
        return None
    subject = change.subject
    case = subject if isinstance(subject, (Suggestion, Proposal)) else subject.suggestion
    case.refresh_from_db()
    found = set()
    for group in table[change.event].split():
        names = GROUPS[group](stage, case, subject)
        found |= names if group in RECEIPT else {n for n in names if stage.people[n].pk != change.by_id}
    return found


def heard(change):
    """Who found ``change`` in their inbox: [pk], once for each time."""
    rows = Notification.objects.filter(topic=change._meta.label_lower, change_id=change.pk, channel="inbox")
    return list(rows.values_list("recipient", flat=True))


def author(stage, case, subject):
    return {stage.author_of(case)} - {"code"}


def deputy(stage, case, subject):
    return {stage.claimer_of(case)} if case.deputy_id else set()


def pool(stage, case, subject):
    return {"deputy", "other_deputy"} - stage.recused[case.pk]


def followers(stage, case, subject):
    listeners = stage.listeners[case.pk]
    return (listeners["supports"] | listeners["follows"]) - {stage.author_of(case)}


def writer(stage, case, subject):
    return {stage.name_of(reply.author) for reply in case.replies.filter(released_at=None)}


def handlers(stage, department):
    return set(stage.handlers.get(department, ()))


def approvers(stage, department):
    return set(stage.approvers.get(department, ()))


def reporter(stage, case, promise):
    return {stage.name_of(promise.reported_by)} if promise.reported_by else set()


def signers(stage, proposal, subject):
    signed = set(proposal.co_signers.filter(has_signed=True).values_list("deputy", flat=True))
    return {name for name in ("deputy", "other_deputy") if stage.people[name].deputy.pk in signed}


def helpers(stage, proposal, subject):
    return {name for part in proposal.parts.all() for name in handlers(stage, part.department_id)}


GROUPS = {
    "bearer": deputy,
    "signers": signers,
    "helpers": helpers,
    "author": author,
    "office": lambda stage, case, subject: {"office", "other_office"},
    "deputy": deputy,
    "pool": pool,
    "followers": followers,
    "writer": writer,
    "lead": lambda stage, case, subject: handlers(stage, case.department_id),
    "department": lambda stage, case, subject: (
        handlers(stage, case.department_id) | approvers(stage, case.department_id)
    ),
    "approver": lambda stage, case, subject: approvers(stage, case.department_id) - writer(stage, case, subject),
    "co": lambda stage, case, part: handlers(stage, part.department_id) if part.part == "co" else set(),
    "keeper": lambda stage, case, subject: handlers(stage, subject.department_id),
    "head": lambda stage, case, subject: approvers(stage, subject.department_id),
    "confirmer": lambda stage, case, promise: approvers(stage, promise.department_id) - reporter(stage, case, promise),
}
