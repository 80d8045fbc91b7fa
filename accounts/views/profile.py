"""What the portal calls somebody, and how it reaches them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import workflow
from accounts.forms import ProfileForm
from accounts.redirects import safe_next


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request):
    """Nickname and name here; e-mail, phone, second factor and sessions on allauth's pages, linked."""
    user = request.user
    form = ProfileForm(
        request.POST if request.method == "POST" else None, initial={"nickname": user.nickname, "name": user.name}
    )
    if request.method == "POST" and form.is_valid():
        workflow.rename(user, **form.cleaned_data, by=user)
        messages.success(request, _("Saved."))
        return redirect(safe_next(request) or "my_profile")
    context = {
        "form": form,
        "next": safe_next(request),
        "is_new": "new" in request.GET or "new" in request.POST,
        "emails": user.emailaddress_set.order_by("-primary", "pk"),
    }
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)
