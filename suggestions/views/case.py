"""One suggestion's page, and what its author and other citizens may do there."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import is_verified

from .. import workflow
from ..models import Suggestion
from ..permissions import is_author
from . import verdict
from .acts import act, home_of, show, take_consent_back

# What a citizen says to a published suggestion: (verb, its opposite).
VOICES = {"support": (workflow.support, workflow.unsupport), "follow": (workflow.follow, workflow.unfollow)}


def visible(request, number):
    """The suggestion this reader may see; 404 for everybody else."""
    rows = Suggestion.objects.visible_to(request.user).submitted().with_parts().defer("search")
    return get_object_or_404(rows.select_related("decline_reason", "station", "addressed_to"), number=number)


def merged_into(user, number):
    """The reader's own suggestion that goes on in one they may not read: its answer stands there too."""
    if not user.is_authenticated:
        return None
    return Suggestion.objects.of_author(user).filter(merged_into__number=number).first()


def own(view):
    """For the author alone; who is not signed in is asked to, and a stranger learns nothing."""

    @wraps(view)
    def guarded(request, number, **more):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        suggestion = visible(request, number)
        if not is_author(request.user, suggestion):
            raise PermissionDenied
        return view(request, suggestion, **more)

    return guarded


@require_safe
def suggestion_detail(request, number):
    """``/suggestions/<number>/``."""
    user = request.user
    try:
        suggestion = visible(request, number)
    except Http404:
        if (mine := merged_into(user, number)) is None:
            raise
        return redirect(mine)
    # Its author hears of it anyway; others may speak up once it is published.
    voices = {"may_speak": suggestion.published_at is not None and not is_author(user, suggestion)}
    if user.is_authenticated and voices["may_speak"]:
        voices["supported"] = suggestion.supports.filter(user=user).exists()
        voices["followed"] = suggestion.follows.filter(user=user).exists()
    return show(request, suggestion, user, "suggestion", **voices)


@require_POST
def suggestion_support(request, number):
    """Stand behind it, or (``do=off``) no longer."""
    return voice(request, number, "support")


@require_POST
def suggestion_follow(request, number):
    """Hear of it, or (``do=off``) no longer."""
    return voice(request, number, "follow")


def voice(request, number, name):
    """Support or follow a published suggestion; needs a verified contact, and somebody else's words to support."""
    suggestion, user = visible(request, number), request.user
    if not user.is_authenticated:
        return redirect_to_login(home_of(suggestion, "suggestion"))
    say, unsay = VOICES[name]
    if request.POST.get("do") == "off":
        unsay(suggestion, by=user)
        return redirect(home_of(suggestion, "suggestion"))
    if suggestion.published_at is None or is_author(user, suggestion):
        raise PermissionDenied
    if not is_verified(user):
        messages.warning(request, gettext("Please verify an e-mail address or a phone number first."))
        return redirect(reverse("account_email"))
    say(suggestion, by=user)
    return redirect(home_of(suggestion, "suggestion"))


@require_http_methods(["GET", "HEAD", "POST"])
@own
def suggestion_answer(request, suggestion):
    """Answer the office's question."""
    return act(request, suggestion, request.user, "suggestion", "answer")


@require_http_methods(["GET", "HEAD", "POST"])
@own
def suggestion_withdraw(request, suggestion):
    """Take it back, after a page that says what that means."""
    return act(request, suggestion, request.user, "suggestion", "withdraw")


@require_http_methods(["GET", "HEAD", "POST"])
@own
def suggestion_rate(request, suggestion):
    """Rate the newest reply, or change the rating."""
    return verdict.rate(request, suggestion, request.user, "suggestion")


@require_http_methods(["GET", "HEAD", "POST"])
@own
def promise_rate(request, suggestion, pk):
    """Rate a promise kept."""
    return verdict.rate_promise(request, suggestion, request.user, "suggestion", pk)


@require_POST
@own
def suggestion_consent(request, suggestion):
    """Take a consent back."""
    return take_consent_back(request, suggestion, request.user, "suggestion")
