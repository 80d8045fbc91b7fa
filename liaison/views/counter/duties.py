"""``/desk/duties/``: what a deputy is asked for, and their next sessions."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from fzportal.workflow import MoveNotAllowed, Stale
from liaison import desk, history, workflow
from liaison.models import Duty, Session

from . import sessions
from .blocks import Bound, draw_act
from .table import DUTY, DUTY_ACTS, is_replaceable, offered, offered_on_duty

D = Duty.Status
# More than a deputy has in a year.
SHOWN = 60
# What lies further ahead is folded away: a deputy has a few minutes.
SOON = timedelta(days=60)


@require_safe
@login_required
def desk_duties(request):
    """One's own duties; for deputies alone."""
    if not request.user.scopes("deputy"):
        raise PermissionDenied
    return draw(request)


@require_POST
@login_required
def desk_duty_act(request, pk, slug):
    """One act by its form; 422 with the words kept, 403 when forbidden, 409 when somebody was faster."""
    act = DUTY.get(slug)
    if act is None:
        raise Http404
    duty = reached(request.user, pk)
    if not act.fits(duty) and not (slug == "substitute" and is_replaceable(duty)):
        return back(request, duty, status=409, change_line=said_of(duty))
    if act not in offered_on_duty(duty, request.user):
        raise PermissionDenied
    key = f"d{duty.pk}-{slug}"
    deputies = desk.candidates(duty.session) if slug == "substitute" else ()
    form = act.form(request.POST, subject=duty, by=request.user, key=key, deputies=deputies)
    if not form.is_valid():
        return back(request, duty, status=422, bound=Bound(key, form))
    try:
        act.verb(duty, by=request.user, **form.arguments)
    except workflow.DeputyBusy:
        form.add_error(None, sessions.busy())
        return back(request, duty, status=422, bound=Bound(key, form))
    except MoveNotAllowed as error:
        if isinstance(error, Stale) or not act.fits(duty):
            return back(request, duty, status=409, change_line=said_of(duty))
        raise PermissionDenied from error
    messages.success(request, act.done.format(name=duty.deputy.name))
    still_there = Session.objects.received_by(request.user).filter(pk=duty.session_id)
    if on_session(request, duty) and still_there.exists():
        return redirect("desk_session", pk=duty.session_id)
    return redirect("desk_duties")


def reached(user, pk):
    """A duty of one's own, or of a session one works on."""
    mine = Q(session__in=Session.objects.received_by(user)) | Q(deputy__in=user.scopes("deputy"))
    duty = get_object_or_404(Duty.objects.filter(mine).with_parts().prefetch_related("substitutes"), pk=pk)
    duty.session = Session.objects.with_parts().get(pk=duty.session_id)
    return duty


def said_of(duty) -> str:
    """Whose duty, and who was faster."""
    return f"{duty.deputy.name}: {history.faster(duty)}"


def on_session(request, duty) -> bool:
    """Whether the act was made on the session's page; staff who are no deputies have no other."""
    return request.POST.get("page") == "session" or not request.user.scopes("deputy")


def back(request, duty, **how):
    """The page the act was made on, as it is now; a deputy who is off duty has their own list only."""
    session = Session.objects.received_by(request.user).with_parts().filter(pk=duty.session_id).first()
    if on_session(request, duty) and session is not None:
        return sessions.draw(request, session, **how)
    return draw(request, **how)


def draw(request, *, status=200, bound=None, **extra):
    """The page: asked first, the oldest answer due first; then what lies ahead."""
    user, now, bound = request.user, timezone.now(), bound or Bound()
    ahead = Duty.objects.of_user(user).active().filter(session__ends_at__gt=now).with_parts()
    asked = ahead.filter(status=D.ASKED).order_by("due_at", "pk")
    others = list(ahead.exclude(status=D.ASKED).order_by("session__starts_at", "pk")[:SHOWN])
    year = timezone.localdate(now).year
    values = {
        "asked": [line(duty, user, bound) for duty in asked[:SHOWN]],
        "others": [line(duty, user, bound) for duty in others if duty.session.starts_at < now + SOON],
        "later": [duty for duty in others if duty.session.starts_at >= now + SOON],
        "held": desk.held_in(user, year),
        "wanted": desk.SESSIONS_A_YEAR,
        "year": year,
        "form": bound.form,
        "page": "duties",
        "desk_url": reverse("desk"),
    }
    response = render(request, "desk/counter/duties.html", values | extra, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def line(duty, user, bound) -> dict:
    """A duty with its acts; the station's acts belong on the session's page."""
    acts = [act for act in offered(DUTY_ACTS, duty, user) if act.slug in ("confirm", "decline")]
    return {
        "duty": duty,
        "tone": sessions.DUTY_TONES[duty.status],
        "acts": [draw_act(act, duty, user, bound, f"d{duty.pk}") for act in acts],
        "is_late": duty.due_at is not None and duty.due_at < timezone.now(),
        "url": reverse("desk_session", args=[duty.session_id]),
    }
