"""``/desk/<number>/file/``: the whole case on paper."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from fzportal.private import private
from suggestions import casefile, workflow
from suggestions.forms.desk import ContactForm
from suggestions.models import Suggestion
from suggestions.permissions import may_see_contact, works_on

from .case import facts


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def desk_file(request, number):
    """Without the contact; POST a reason, which the author can read, and it is printed too, at no address to keep."""
    cases = Suggestion.objects.workable_by(request.user).with_parts()
    cases = cases.select_related("station", "addressed_to", "decline_reason", "merged_into", "taken_up", "contact")
    suggestion = get_object_or_404(cases.defer("search"), number=number)
    if not works_on(request.user, suggestion):
        raise PermissionDenied
    contact = getattr(suggestion, "contact", None)
    is_kept = contact is not None and contact.anonymised_at is None and may_see_contact(request.user, suggestion)
    form = ContactForm(
        request.POST if request.method == "POST" else None, slug="contact", suggestion=suggestion, by=request.user
    )
    shown = None
    if form.is_bound:
        if not is_kept:
            raise PermissionDenied
        if form.is_valid():
            shown = workflow.view_contact(suggestion, by=request.user, reason=form.cleaned_data["reason"])
    values = casefile.contents(suggestion, request.user) | {
        "facts": facts(suggestion),
        "form": form if is_kept and not shown else None,
        "contact": shown,
        "printed_at": timezone.now(),
        "printed_by": request.user,
    }
    return render(request, "desk/file.html", values, status=422 if form.is_bound and not shown else 200)
