"""``/my/``: what waits for me first, then my suggestions; what I follow has its own page."""

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fzportal import paging
from fzportal.paging import Order

from .. import drafts
from ..listing import NEWEST, entries, listed
from ..models import Suggestion

S = Suggestion.Status
MINE = Order(("created_at", "id"))
# What the author is asked to do, by state.
WAITING = {S.NEEDS_INFO: "answer", S.REPLIED: "rate"}


@login_required
@never_cache
@require_safe
def my(request):
    """Questions to answer and replies to rate, drafts, then everything of mine."""
    drafts.adopt(request)
    own = Suggestion.objects.of_author(request.user)
    waiting = entries(list(listed(own.filter(status__in=WAITING)).order_by("due_at", "pk")[:20]))
    for entry in waiting:
        entry.asked_for = WAITING[entry.status]
    page = paging.page(listed(own.submitted()), MINE, request.GET.get(paging.PARAMETER, ""))
    values = {
        "waiting": waiting,
        "drafts": list(own.drafts().order_by("-edited_at")[:10]),
        "entries": entries(page.rows),
        "followed": entries(list(listed(heard_of(request.user)).order_by(*NEWEST.by(False))[:3])),
        **page.links(request),
    }
    return render(request, "my/my.html", values)


@login_required
@never_cache
@require_safe
def my_following(request):
    """What I follow or support."""
    page = paging.page(listed(heard_of(request.user)), NEWEST, request.GET.get(paging.PARAMETER, ""))
    return render(request, "my/following.html", {"entries": entries(page.rows), **page.links(request)})


def heard_of(user):
    """Published suggestions of others that ``user`` follows or supports."""
    chosen = Q(pk__in=user.follows.values("suggestion")) | Q(pk__in=user.supports.values("suggestion"))
    return Suggestion.objects.published().filter(chosen).exclude(author=user)
