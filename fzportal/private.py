"""Pages that only one person should see, whoever asks for them later."""

from functools import wraps

from django.views.decorators.cache import never_cache


def private(view):
    """No cache keeps the page, no other site learns its address, no search engine lists it."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        # Not "no-referrer": browsers would then send "Origin: null", and the CSRF check refuse every form.
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    return never_cache(guarded)
