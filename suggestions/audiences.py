"""Who is meant when the table says "author", "pool" or "holder": audience -> users, as querysets.

Names of groups, not of people: a membership that ended yesterday hears nothing today.
"""

from django.contrib.auth import get_user_model
from django.utils import timezone

from accounts.models import OfficeMember
from liaison.models import Deputy

from .models import DepartmentMember, Suggestion

S = Suggestion.Status


def author(suggestion):
    """Its author, when they have an account."""
    return get_user_model().objects.filter(pk=suggestion.author_id)


def office(suggestion=None):
    """Everybody who works for the congress office today."""
    return get_user_model().objects.filter(pk__in=OfficeMember.objects.current().values("user"))


def pool(suggestion):
    """Deputies of its division, field and station who have an account, are not recused and did not write it."""
    category = suggestion.category
    fields = set()
    if category:
        fields |= set(category.fields.values_list("pk", flat=True))
        fields |= set(category.parent.fields.values_list("pk", flat=True)) if category.parent else set()
    deputies = Deputy.objects.listening_to(suggestion.division, fields, suggestion.station_id)
    if suggestion.addressed_to_id:
        deputies |= Deputy.objects.current().filter(pk=suggestion.addressed_to_id).distinct()
    deputies = deputies.exclude(recusals__suggestion=suggestion)
    listening = get_user_model().objects.filter(pk__in=deputies.filter(user__isnull=False).values("user"))
    return listening.exclude(pk=suggestion.author_id)


def deputy(suggestion):
    """The deputy who claimed it."""
    return get_user_model().objects.filter(deputy=suggestion.deputy_id, deputy__isnull=False)


def former(suggestion):
    """The deputy who had it before the office gave it back: by then the case names nobody."""
    taken_away = suggestion.changes.filter(event="given_back", role="office").last()
    had = taken_away and suggestion.changes.filter(event="triaging", pk__lt=taken_away.pk).last()
    return get_user_model().objects.filter(pk=had.by_id if had else None)


def members(department_id, *roles):
    """People who are handlers or approvers of a department today."""
    found = DepartmentMember.objects.current(timezone.localdate()).filter(department=department_id, role__in=roles)
    return get_user_model().objects.filter(pk__in=found.values("user"))


def _members(suggestion, *roles):
    return members(suggestion.department_id, *roles)


def lead(suggestion):
    """The lead department's handlers."""
    return _members(suggestion, "handler")


def approver(suggestion):
    """The lead department's approvers, but not the reply's own author."""
    writers = suggestion.replies.unreleased().values("author")
    return _members(suggestion, "approver").exclude(pk__in=writers)


def department(suggestion):
    """Everybody at the lead department."""
    return _members(suggestion, "handler", "approver")


def handler(suggestion):
    """Whoever wrote the reply under review."""
    return get_user_model().objects.filter(pk__in=suggestion.replies.unreleased().values("author"))


def followers(suggestion):
    """Those who follow or support it, but not its author, who hears as author."""
    people = get_user_model().objects.filter(pk__in=suggestion.follows.values("user"))
    people |= get_user_model().objects.filter(pk__in=suggestion.supports.values("user"))
    return people.exclude(pk=suggestion.author_id)


def head(suggestion):
    """Those who answer for the lead department: who releases its replies. A deputy has no head."""
    return _members(suggestion, "approver")


def supervisor(suggestion):
    """Whom the office named to supervise it."""
    open_one = suggestion.supervisions.filter(ended_at=None)
    return get_user_model().objects.filter(pk__in=open_one.values("supervisor"))


# Whose turn it is in each state.
HOLDERS = {
    S.SUBMITTED: "office",
    S.NEEDS_INFO: "author",
    S.ACCEPTED: "pool",
    S.TRIAGING: "deputy",
    S.REFERRED: "office",
    S.ASSIGNED: "lead",
    S.IN_PROGRESS: "lead",
    S.REPLY_REVIEW: "approver",
    S.REPLIED: "author",
    S.REHANDLING: "lead",
    S.SUPERVISED: "office",
    S.ESCALATED: "deputy",
}


def holder_name(suggestion) -> str:
    """The audience whose turn it is: office, author, pool, deputy, lead or approver; empty at an end."""
    name = HOLDERS.get(suggestion.status, "")
    if name == "lead" and suggestion.department_id is None:
        return "deputy"
    return name


def holder(suggestion):
    """Those whose turn it is; at an end, the last who held it."""
    name = holder_name(suggestion)
    if name:
        return AUDIENCES[name](suggestion)
    for last in (department, deputy):
        if (people := last(suggestion)).exists():
            return people
    return office()


AUDIENCES = {
    "author": author,
    "office": office,
    "pool": pool,
    "deputy": deputy,
    "former": former,
    "lead": lead,
    "approver": approver,
    "department": department,
    "handler": handler,
    "followers": followers,
    "holder": holder,
    "head": head,
    "supervisor": supervisor,
}


def of_case(name):
    """The audience of that name of the suggestion a part or a promise belongs to."""
    return lambda part: AUDIENCES[name](part.suggestion)


def of_department(*roles):
    """Members of the department a part or a promise belongs to."""
    return lambda part: members(part.department_id, *roles)


def co(assignment):
    """Handlers of a department that assists; nobody for the lead, who hears through the suggestion."""
    return members(assignment.department_id if assignment.part == "co" else None, "handler")


def confirmer(commitment):
    """Approvers of the department that promised, but not who wrote the report."""
    return members(commitment.department_id, "approver").exclude(pk=commitment.reported_by_id)


def reporter(commitment):
    """Who reported the promise as kept."""
    return get_user_model().objects.filter(pk=commitment.reported_by_id)


OF_ASSIGNMENT = {"co": co, "head": of_department("approver"), "lead": of_case("lead"), "office": office}
OF_COMMITMENT = {
    "keeper": of_department("handler"),
    "head": of_department("approver"),
    "approver": confirmer,
    "reporter": reporter,
    **{name: of_case(name) for name in ("author", "followers", "deputy", "office")},
}


def invited(proposal):
    """Deputies asked to sign who have not answered; while invitations wait to be told, those they are about."""
    asked = proposal.co_signers.filter(has_signed=None)
    untold = proposal.changes.filter(event="proposal_invited", told_at=None).first()
    return _accounts(asked.filter(invited_at__gte=untold.at) if untold else asked)


def signers(proposal):
    """Deputies who signed it with its author."""
    return _accounts(proposal.co_signers.filter(has_signed=True))


def _accounts(co_signers):
    return get_user_model().objects.filter(deputy__in=co_signers.values("deputy"))


def proposal_co(proposal):
    """Handlers of the departments that assist with a proposal."""
    found = DepartmentMember.objects.current().filter(
        department__in=proposal.parts.values("department"), role="handler"
    )
    return get_user_model().objects.filter(pk__in=found.values("user"))


def proposal_approver(proposal):
    """The lead's approvers, but not who wrote the reply."""
    writers = proposal.replies.filter(released_at=None).values("author")
    return members(proposal.department_id, "approver").exclude(pk__in=writers)


def proposal_handler(proposal):
    """Who wrote the reply under review."""
    return get_user_model().objects.filter(pk__in=proposal.replies.filter(released_at=None).values("author"))


def proposal_holder(proposal):
    """Whose turn it is."""
    name = {"submitted": "office", "draft": "bearer", "replied": "bearer", "reply_review": "approver"}
    return OF_PROPOSAL[name.get(proposal.status, "lead")](proposal)


OF_PROPOSAL = {
    "bearer": deputy,
    "invited": invited,
    "signers": signers,
    "office": office,
    "lead": of_department("handler"),
    "head": of_department("approver"),
    "department": of_department("handler", "approver"),
    "co": proposal_co,
    "approver": proposal_approver,
    "handler": proposal_handler,
    "holder": proposal_holder,
}
