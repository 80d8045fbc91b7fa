"""Which suggestions concern whom: conditions that querysets and single checks share."""

from django.db.models import Q

from liaison.models import Deputy

from .catalogue import Category

NOBODY = Q(pk__in=[])


def owned_by(user) -> Q:
    """Rows of which ``user`` is the author."""
    return Q(author=user) if user is not None and user.is_authenticated else NOBODY


def deputies_of(user) -> list[Deputy]:
    """The deputies ``user`` is today (one, or none), read once for as long as ``user`` is at hand."""
    if "deputies_today" not in user.__dict__:
        pks = user.scopes("deputy")
        user.deputies_today = list(Deputy.objects.filter(pk__in=pks)) if pks else []
    return user.deputies_today


def listened_to_by(deputies) -> Q:
    """Rows from the deputies' divisions, fields or stations; a row of the whole city concerns every deputy."""
    divisions, fields, stations = (frozenset().union(*kinds) for kinds in zip(*(d.ear for d in deputies), strict=True))
    themes = Category.objects.of_fields(fields).values_list("pk", flat=True) if fields else []
    # Lists, not subqueries: the planner then walks the queue's index.
    return Q(division__in=divisions) | Q(category__in=list(themes)) | Q(station__in=stations)


def in_pool_of(deputies) -> Q:
    """Accepted rows that wait for one of the deputies, none of whom is recused or wrote it."""
    theirs = Q(author__in=[d.user_id for d in deputies if d.user_id is not None])
    # Written so that rows without an author stay.
    foreign = Q(author=None) | ~theirs
    return Q(status="accepted") & listened_to_by(deputies) & foreign & ~Q(recusals__deputy__in=deputies)


def worked_on_by(user) -> Q:
    """Rows that ``user``'s roles work on: all submitted ones for the office, theirs for everybody else."""
    if user is None or not user.is_authenticated or not user.roles:
        return NOBODY
    if user.is_office:
        return ~Q(status="draft")
    mine = NOBODY
    if departments := user.scopes("handler") | user.scopes("approver"):
        mine |= Q(department__in=departments)
    if deputies := deputies_of(user):
        mine |= Q(deputy__in=deputies) | in_pool_of(deputies)
    return mine
