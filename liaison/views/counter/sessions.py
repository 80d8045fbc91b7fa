"""``/desk/sessions/<pk>/``: one session on one page, and what may be done with it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fzportal.templatetags.ui import day as day_words
from fzportal.workflow import MoveNotAllowed, Stale
from liaison import desk, history, workflow
from liaison.forms.roster import PlanForm
from liaison.models import Appointment, Duty, Session, Station
from liaison.permissions import is_staff_of

from . import blocks
from .day import day_url
from .table import SESSION, SESSION_ACTS, offered, offered_on_duty

DUTY_TONES = {"proposed": "calm", "asked": "wait", "confirmed": "done", "declined": "late", "released": "calm"}
D = Duty.Status


@require_safe
@login_required
def desk_session(request, pk):
    """The session as it is now."""
    return draw(request, get_object_or_404(Session.objects.received_by(request.user).with_parts(), pk=pk))


@require_safe
@login_required
def desk_session_print(request, pk):
    """A list to sign, without anybody's contact."""
    sessions = Session.objects.received_by(request.user).filter(pk=pk)
    found = blocks.loaded(sessions)
    if not found:
        raise Http404
    [block] = blocks.blocks(request.user, found, bound=blocks.Bound())
    values = {
        "session": block.session,
        "parts": block.parts,
        "printed_at": timezone.now(),
        "session_url": reverse("desk_session", args=[pk]),
        "desk_url": reverse("desk"),
    }
    response = render(request, "desk/counter/print.html", values)
    response["Cache-Control"] = "no-store, private"
    return response


@require_POST
@login_required
def desk_session_act(request, pk, slug):
    """One act by its form; 422 with the words kept, 403 when forbidden, 409 when somebody was faster."""
    act = SESSION.get(slug)
    if act is None:
        raise Http404
    session = get_object_or_404(Session.objects.received_by(request.user).with_parts(), pk=pk)
    if not act.fits(session):
        return draw(request, session, status=409, change_line=history.faster(session))
    if act not in offered(SESSION_ACTS, session, request.user):
        raise PermissionDenied
    key, deputies = f"s-{slug}", desk.candidates(session) if slug == "ask-deputy" else ()
    form = act.form(request.POST, subject=session, by=request.user, key=key, deputies=deputies)
    if not form.is_valid():
        return draw(request, session, status=422, bound=blocks.Bound(key, form))
    try:
        act.verb(session, by=request.user, **form.arguments)
    except workflow.DeputyBusy:
        form.add_error(None, busy())
        return draw(request, again(session), status=422, bound=blocks.Bound(key, form))
    except MoveNotAllowed as error:
        if isinstance(error, Stale) or not act.fits(session):
            return draw(request, again(session), status=409, change_line=history.faster(session))
        raise PermissionDenied from error
    messages.success(request, act.done)
    return redirect("desk_session", pk=session.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def desk_plan(request, slug):
    """A single session beside the rules, planned by the station or the office."""
    station = get_object_or_404(Station.objects.with_parts(), slug=slug)
    if not is_staff_of(request.user, Session(station=station)):
        raise PermissionDenied
    deputies = desk.candidates(Session(station=station), free=False)
    form = PlanForm(request.POST if request.method == "POST" else None, station=station, deputies=deputies)
    if form.is_bound and form.is_valid():
        try:
            session = workflow.plan(form.instance, by=request.user, deputies=form.deputies)
        except workflow.DeputyBusy:
            form.add_error("chosen", busy())
        else:
            messages.success(request, _("Planned. Announce it when everything is settled."))
            return redirect("desk_session", pk=session.pk)
    today = day_url(station, timezone.localdate())
    values = {"station": station, "form": form, "desk_url": reverse("desk"), "day_url": today}
    return render(request, "desk/counter/plan.html", values, status=422 if form.is_bound else 200)


def busy() -> str:
    """A deputy was put on duty elsewhere meanwhile."""
    return _("One of the deputies is on duty elsewhere at that time. Nothing was changed.")


def again(session):
    """As it is now: what a refused verb left in memory is forgotten."""
    return Session.objects.with_parts().get(pk=session.pk)


def draw(request, session, *, status=200, bound=None, **extra):
    """The page; ``bound`` is the form that was sent and did not pass."""
    user, bound = request.user, bound or blocks.Bound()
    is_staff = is_staff_of(user, session)
    deputies = desk.candidates(session) if is_staff and session.status in ("planned", "announced") else ()
    [block] = blocks.blocks(user, [session], bound=bound)
    values = {
        "session": session,
        "group": block,
        "is_staff": is_staff,
        "tone": blocks.SESSION_TONES[session.status],
        "facts": facts(session, block),
        "acts": [
            blocks.draw_act(act, session, user, bound, "s", deputies)
            for act in offered(SESSION_ACTS, session, user)
            if is_timely(act, session)
        ],
        "told": told(session, block),
        "duties": duties(session, user, bound, deputies),
        "has_candidates": bool(deputies),
        "is_late": session.status == "planned" and session.announce_by < timezone.now(),
        "history": history.of_session(session) if is_staff else [],
        "form": bound.form,
        "page": "session",
        "day_url": day_url(session.station, session.day),
        "desk_url": reverse("desk"),
    }
    response = render(request, "desk/counter/session.html", values | extra, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def is_timely(act, session) -> bool:
    """Closing is for what is over, announcing for what lies ahead: no button leads to a refusal."""
    now = timezone.now()
    return {"close": session.ends_at <= now, "announce": session.starts_at > now}.get(act.slug, True)


def duties(session, user, bound, deputies) -> list:
    """(duty, tone, acts) in the order of asking; whoever was released is left out."""
    rows = session.duties.exclude(status=D.RELEASED).select_related("deputy", "stands_in_for__deputy")
    found = []
    for duty in rows.prefetch_related("substitutes").order_by("pk"):
        duty.session = session
        drawn = [
            blocks.draw_act(act, duty, user, bound, f"d{duty.pk}", deputies) for act in offered_on_duty(duty, user)
        ]
        found.append((duty, DUTY_TONES[duty.status], drawn))
    return found


def facts(session, block) -> list:
    """As pairs for templates/ui/facts.html."""
    in_all = sum(part.slot.places for part in block.parts)
    free = sum(part.slot.free for part in block.parts)
    return [
        (_("How"), session.get_mode_display()),
        (_("Place"), session.where if session.mode != "online" else session.link),
        (_("Theme"), session.theme),
        (_("What it is about"), session.scope),
        (_("Places"), _("%(free)s of %(all)s free") % {"free": free, "all": in_all}),
        (_("Announce by"), day_words(session.announce_by) if session.status == "planned" else ""),
    ]


def told(session, block) -> str:
    """How many people hear when it is moved or cancelled."""
    visitors = sum(row.appointment.status in Appointment.OPEN for part in block.parts for row in part.rows)
    on_duty = sum(duty.status in (D.ASKED, D.CONFIRMED) for duty in session.on_duty)
    if not visitors and not on_duty:
        return _("Nobody has to be told yet.")
    first = ngettext("%(n)s visitor", "%(n)s visitors", visitors) % {"n": visitors}
    second = ngettext("%(n)s deputy", "%(n)s deputies", on_duty) % {"n": on_duty}
    return _("%(visitors)s and %(deputies)s will be told.") % {"visitors": first, "deputies": second}
