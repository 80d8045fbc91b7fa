"""``/track/``: number and query code open one's suggestion without an account.

The code stands in no address and no log; which cases are open is remembered in the session for a while. An unknown
number and a wrong code are answered alike. All pages here stay out of every cache.
"""

import time
from functools import wraps

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fzportal import throttle
from fzportal.private import private

from ..forms.track import TrackForm, as_number
from ..models import Suggestion
from ..permissions import CodeHolder
from . import verdict
from .acts import act, show, take_consent_back

SESSION_KEY = "opened_by_code"
OPEN_SECONDS = 2 * 60 * 60
# (tries, seconds). Many people may share one address; a code has 6 x 10^11 forms.
PER_ADDRESS = (60, 5 * 60)
PER_NUMBER = (20, 10 * 60)
WRONG = _("This number and code do not belong together. Please check both; capitals, blanks and dashes do not matter.")


def opened(view):
    """For a case this session opened by its code; for every other number back to the form, whether it exists or not."""

    @wraps(view)
    def guarded(request, number, **more):
        pk = still_open(request).get(number)
        rows = Suggestion.objects.submitted().with_parts().select_related("decline_reason").defer("search")
        suggestion = rows.filter(pk=pk).first() if pk else None
        if suggestion is None:
            return redirect(f"{reverse('track')}?number={as_number(number)}")
        return view(request, suggestion, CodeHolder(suggestion), **more)

    return private(guarded)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def track(request):
    """The form, and opening a case with it."""
    status = 200
    form = TrackForm(initial={"number": as_number(request.GET.get("number", ""))})
    if request.method == "POST":
        throttle.once_more("track", throttle.address_of(request), *PER_ADDRESS)
        form, status = TrackForm(request.POST), 422
        if form.is_valid():
            throttle.once_more("track-number", form.cleaned_data["number"], *PER_NUMBER)
            if suggestion := lookup(**form.cleaned_data):
                remember(request, suggestion)
                return redirect("track_case", suggestion.number)
            form.add_error(None, WRONG)
    values = {"form": form, "open_numbers": sorted(still_open(request))}
    return render(request, "suggestions/track.html", values, status=status)


def lookup(number, code):
    """The suggestion that ``number`` and ``code`` open, or None; a code is compared even where there is no number."""
    found = Suggestion.objects.submitted().only("pk", "number", "query_code").filter(number=number).first()
    # An unsaved suggestion's code is a fresh one that nobody knows.
    fits = (found or Suggestion()).opens_with(code)
    return found if found and fits else None


def remember(request, suggestion):
    """Note in the session that this case is open, and until when."""
    until = int(time.time()) + OPEN_SECONDS
    request.session[SESSION_KEY] = request.session.get(SESSION_KEY, {}) | {suggestion.number: [suggestion.pk, until]}


def still_open(request) -> dict[str, int]:
    """Number -> pk of the cases this session has opened and not left."""
    now = time.time()
    return {number: pk for number, (pk, until) in request.session.get(SESSION_KEY, {}).items() if until > now}


@require_safe
@opened
def track_case(request, suggestion, holder):
    """The case, as its author sees it."""
    return show(request, suggestion, holder, "track")


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def track_answer(request, suggestion, holder):
    """Answer the office's question."""
    return act(request, suggestion, holder, "track", "answer")


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def track_withdraw(request, suggestion, holder):
    """Take it back."""
    return act(request, suggestion, holder, "track", "withdraw")


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def track_rate(request, suggestion, holder):
    """Rate the newest reply, or change the rating."""
    return verdict.rate(request, suggestion, holder, "track")


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def track_promise_rate(request, suggestion, holder, pk):
    """Rate a promise kept."""
    return verdict.rate_promise(request, suggestion, holder, "track", pk)


@require_POST
@opened
def track_consent(request, suggestion, holder):
    """Take a consent back."""
    return take_consent_back(request, suggestion, holder, "track")


@require_POST
def track_leave(request):
    """Forget every open case: for computers that others use too."""
    request.session.pop(SESSION_KEY, None)
    return redirect("track")
