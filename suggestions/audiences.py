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


def _members(suggestion, *roles):
    members = DepartmentMember.objects.current(timezone.localdate()).filter(
        department=suggestion.department_id, role__in=roles
    )
    return get_user_model().objects.filter(pk__in=members.values("user"))


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
}
