"""What we hold about somebody: to see, take along, and have deleted (PIPL Art. 44-47)."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import privacy, workflow
from accounts.forms import FarewellForm


@never_cache
@login_required
@require_safe
def overview(request):
    """Everything held, in words."""
    context = {"held": privacy.held(request.user), "years": settings.CONTACT_KEPT_YEARS}
    return render(request, "accounts/privacy.html", context)


@never_cache
@login_required
@require_safe
def export(request):
    """The same as a JSON file."""
    answer = JsonResponse(privacy.held(request.user), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="my-data-{timezone.localdate():%Y%m%d}.json"'
    return answer


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request):
    """Anonymise after a deliberate tick; people with a role ask the office first."""
    form = FarewellForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.anonymise(request.user, by=request.user)
        except workflow.StillInOffice:
            return render(request, "accounts/privacy_delete.html", {"form": form}, status=403)
        logout(request)
        messages.success(request, _("Your data is deleted. Thank you for having been here."))
        return redirect("home")
    return render(request, "accounts/privacy_delete.html", {"form": form}, status=422 if form.errors else 200)
