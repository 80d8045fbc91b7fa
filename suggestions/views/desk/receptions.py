"""``/desk/receptions/<pk>/suggestion/``: what was said at a station goes on as a suggestion."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fzportal.workflow import MoveNotAllowed, Stale
from liaison.models import Reception
from suggestions import standing, workflow
from suggestions.forms.reception import RaiseForm
from suggestions.models import Suggestion
from suggestions.permissions import was_present

# So long after it was made the query code is shown at the counter, to visitors no message reaches.
CODE_SHOWN = timedelta(hours=12)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reception_suggestion(request, pk):
    """The form; once there is a suggestion its number, however often the form is sent."""
    receptions = Reception.objects.received_by(request.user).filter(outcome=Reception.Outcome.SUGGESTION)
    reception = get_object_or_404(receptions.with_parts(), pk=pk)
    suggestion = Suggestion.objects.with_parts().filter(reception=reception).first()
    if suggestion is not None:
        return raised(request, reception, suggestion)
    may_take = was_present(request.user, reception)
    form = RaiseForm(reception, request.POST if request.method == "POST" else None, may_take=may_take)
    if not form.is_valid():
        values = {"reception": reception, "form": form}
        return render(request, "desk/reception_suggestion.html", values, status=422 if form.is_bound else 200)
    try:
        workflow.raise_from_reception(reception, by=request.user, **form.cleaned_data)
    except MoveNotAllowed as refused:
        raise PermissionDenied from refused
    messages.success(request, _("The suggestion has been made."))
    return redirect("reception_suggestion", pk)


def raised(request, reception, suggestion):
    """Its number, and for a deputy who was present a way to take it; 409 when another one has."""
    line = ""
    if request.method == "POST":
        if "claim" not in request.POST:
            return redirect("reception_suggestion", reception.pk)
        try:
            workflow.claim(suggestion, by=request.user)
            return redirect("desk_case", suggestion.number)
        except Stale:
            line = _("The suggestion is now: %(state)s.") % {"state": suggestion.get_status_display()}
        except MoveNotAllowed as refused:
            raise PermissionDenied from refused
    user = request.user
    values = {
        "reception": reception, "suggestion": suggestion, "tag": standing.tag(suggestion),
        "shows_code": is_code_shown(suggestion), "change_line": line,
        "may_claim": any(m.name == "claimed_at_station" for m in suggestion.moves_for(user)),
        "works_on": Suggestion.objects.workable_by(user).filter(pk=suggestion.pk).exists(),
    }  # fmt: skip
    return render(request, "desk/reception_raised.html", values, status=409 if line else 200)


def is_code_shown(suggestion) -> bool:
    """Whether the visitor must be given the code by hand: no account, no address, and the visit was just now."""
    contact = suggestion.contact
    is_reached = suggestion.author_id is not None or contact.email or contact.phone
    return not is_reached and suggestion.submitted_at > timezone.now() - CODE_SHOWN
