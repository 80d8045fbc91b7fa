"""What stands beside a case: suggestions about the same, and earlier ones from the same street."""

from django.urls import reverse

from suggestions import search, standing
from suggestions.models import Suggestion

HOW_MANY = 5


def neighbours(suggestion, user, may_merge, query):
    """``similar`` and ``earlier`` as lines: what was answered there may hold here."""
    seen = Suggestion.objects.visible_to(user).submitted().exclude(pk=suggestion.pk)
    seen = seen.select_related("public").defer("search", "situation", "proposal")
    similar = search.similar(seen, suggestion.title, HOW_MANY)
    earlier = []
    if suggestion.division_id:
        before = seen.filter(division=suggestion.division_id, pk__lt=suggestion.pk)
        earlier = list(before.exclude(pk__in=[s.pk for s in similar]).order_by("-pk")[:HOW_MANY])
    pks = [s.pk for s in similar + earlier]
    at_desk = (
        set(Suggestion.objects.workable_by(user).filter(pk__in=pks).values_list("pk", flat=True)) if pks else set()
    )

    def line(other):
        return {
            "number": other.number,
            "title": other.title if other.pk in at_desk or other.public is None else other.public.title,
            "status": standing.tag(other).label,
            "url": reverse("desk_case" if other.pk in at_desk else "suggestion_detail", args=[other.number]),
            "merge_url": merge_url(suggestion, other, query) if may_merge and other.is_open else "",
        }

    return {"similar": [line(s) for s in similar], "earlier": [line(s) for s in earlier]}


def merge_url(suggestion, other, query):
    """The page that shows both before they become one."""
    page = reverse("desk_merge", args=[suggestion.number])
    return f"{page}{query}{'&' if query else '?'}into={other.number}"
