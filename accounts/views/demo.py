"""Demo mode: sign in as anybody invented, read every mail. None of this exists unless ``settings.DEMO``."""

from functools import wraps

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import demo, outbox
from accounts.models import User
from accounts.redirects import safe_next

BACKEND = "django.contrib.auth.backends.ModelBackend"


def only_in_demo(view):
    """404 unless this is the demo."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@only_in_demo
def personas(request):
    """The cast, each with a button."""
    return render(request, "demo/personas.html", {"personas": demo.personas(), "next": safe_next(request)})


@require_POST
@only_in_demo
def sign_in(request, pk):
    """Sign in as a persona and go where their work is."""
    user = get_object_or_404(User.objects.active(), is_demo=True, pk=pk)
    login(request, user, backend=BACKEND)
    return redirect(safe_next(request) or _workplace(user))


def _workplace(user):
    if user.is_office:
        return reverse("admin:index")
    return reverse("desk" if user.has_desk else "my")


@require_safe
@only_in_demo
def mail(request):
    """Everything sent, newest first."""
    return render(request, "demo/mail.html", {"letters": outbox.letters()})


@require_safe
@only_in_demo
def letter(request, key):
    """One mail or SMS; its HTML is shown as source, never run."""
    found = outbox.letter(key)
    if found is None:
        raise Http404
    return render(request, "demo/letter.html", {"letter": found})
