"""How a deputy performs (代表法 2025, Art. 58): each figure with what it is counted of."""

from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Session


class Figure(NamedTuple):
    """A number (``value``), what it counts, and its base in words."""

    label: str
    value: str
    base: str


def figures(deputy) -> list[Figure]:
    """Sessions and visitors, then the suggestions and what came of them; three queries."""
    return [*at_sessions(deputy), *with_suggestions(deputy)]


def at_sessions(deputy) -> list[Figure]:
    """Sessions held since the term began, this year's among them, and the people received there.

    Those the deputy had confirmed count, as at the desk.
    """
    duties = deputy.duties.confirmed().filter(session__status=Session.Status.HELD)
    this_year = timezone.localdate().year
    term, year = Q(session__starts_at__date__gte=deputy.term.since), Q(session__starts_at__year=this_year)
    held = duties.aggregate(term=Count("pk", filter=term), year=Count("pk", filter=year))
    received = deputy.receptions.aggregate(people=Sum("appointment__party"), visits=Count("pk"))
    return [
        Figure(
            _("Reception sessions held"), _n(held["term"]),
            _("in this term; this year %(n)s") % {"n": _n(held["year"])},
        ),
        Figure(
            _("People received"), _n(received["people"] or 0),
            ngettext("in %(n)s visit", "in %(n)s visits", received["visits"]) % {"n": _n(received["visits"])},
        ),
    ]  # fmt: skip


def with_suggestions(deputy) -> list[Figure]:
    """Suggestions taken up, unpublished ones included, and what came of them."""
    answers = deputy.replies.model.objects.filter(suggestion=OuterRef("pk"), deputy=deputy, released_at__isnull=False)
    referrals = deputy.claimed.model._meta.get_field("changes").related_model.objects.filter(
        subject=OuterRef("pk"), after="referred"
    )
    found = deputy.claimed.aggregate(
        claimed=Count("pk"),
        direct=Count("pk", filter=Exists(answers)),
        referred=Count("pk", filter=Exists(referrals)),
        answered=Count("pk", filter=Q(answered_at__isnull=False)),
        closed=Count("pk", filter=Q(status="closed")),
    )
    base = _("of %(n)s taken up") % {"n": _n(found["claimed"])} if found["claimed"] else ""
    return [
        Figure(_("Suggestions taken up"), _n(found["claimed"]), _("public or not")),
        Figure(_("Answered by the deputy"), _n(found["direct"]), base),
        Figure(_("Referred for handling"), _n(found["referred"]), base),
        Figure(_("Have got an answer"), _n(found["answered"]), base),
        Figure(_("Closed"), _n(found["closed"]), base),
    ]


def _n(number) -> str:
    return f"{number:,}"
