"""Whose appointment it is: its code in the address opens it, for who has no account or is not signed in.

An unknown code is answered 404; how many an address may try is limited. These pages stay out of every cache.
"""

from functools import wraps

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect

from accounts.permissions import CodeHolder
from fzportal import throttle
from fzportal.forms import CodeField
from fzportal.private import private

from ..models import Appointment

# Pages by code (tries, seconds) from one address: a station's visitors may share one; a code has 8 x 10^14 forms.
PER_ADDRESS = (120, 5 * 60)


def plain(code: str) -> str:
    """A code as it is stored: ``ABCDEFGHJK`` from "abcde-fghjk" and the like."""
    try:
        return CodeField(required=False).clean(code)
    except ValidationError:
        return ""


def held(view):
    """Call ``view(request, appointment, by)`` for its owner or whoever knows the code; ``by``: user or CodeHolder."""

    @wraps(view)
    def opened(request, code):
        written = plain(code)
        if written != code and written and request.method in ("GET", "HEAD"):
            return redirect(request.resolver_match.view_name, written)
        appointment = Appointment.objects.with_parts().filter(code=written).first()
        if appointment is None or appointment.user_id is None or appointment.user_id != request.user.pk:
            throttle.once_more("appointment", throttle.address_of(request), *PER_ADDRESS)
        if appointment is None:
            raise Http404
        is_mine = appointment.user_id is not None and appointment.user_id == request.user.pk
        return view(request, appointment, request.user if is_mine else CodeHolder(appointment))

    return private(opened)
