"""Where to go next: only to pages of ours."""

from django.utils.http import url_has_allowed_host_and_scheme


def safe_next(request) -> str:
    """The page asked for by ``?next=`` or a hidden field, when it is one of ours; else ""."""
    target = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return ""
