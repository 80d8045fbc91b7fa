"""Acting on an appointment at the counter: scoped get, form, verb, back to the page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fzportal.templatetags.ui import span
from fzportal.workflow import MoveNotAllowed, Stale
from liaison import desk, history, workflow
from liaison.forms.counter import ContactForm
from liaison.models import Appointment, Session
from liaison.permissions import may_see_contact

from . import day, sessions
from .blocks import Bound, contact_of
from .table import APPOINTMENT, offered


@require_POST
@login_required
def desk_appointment_act(request, pk, slug):
    """One act by its form; 422 with the words kept, 403 when forbidden, 409 when somebody was faster."""
    act = APPOINTMENT.get(slug)
    if act is None:
        raise Http404
    visit = reached(request, pk)
    if not act.fits(visit):
        return stale(request, visit)
    if act not in offered(APPOINTMENT.values(), visit, request.user):
        raise PermissionDenied
    key = f"a{visit.pk}-{slug}"
    form = act.form(request.POST, subject=visit, by=request.user, key=key)
    if not form.is_valid():
        return back(request, visit, status=422, bound=Bound(key, form))
    try:
        act.verb(visit, by=request.user, **form.arguments)
    except workflow.Full as full:
        return no_place(request, visit, full.slot)
    except workflow.AlreadyBooked as refusal:
        return back(request, visit, status=422, full_line=desk.instead(refusal.appointment))
    except MoveNotAllowed as error:
        if isinstance(error, Stale) or not act.fits(visit):
            return stale(request, visit)
        raise PermissionDenied from error
    messages.success(request, act.done.format(name=visit.name or visit.spoken_code))
    return redirect(address(request, visit))


@require_POST
@login_required
def desk_appointment_contact(request, pk):
    """Shows the contact for a reason, which the visitor can read; never at an address that could be kept."""
    visit = reached(request, pk)
    if not may_see_contact(request.user, visit):
        raise PermissionDenied
    if not (visit.phone or visit.email):
        raise Http404
    key = f"a{visit.pk}-contact"
    form = ContactForm(request.POST, subject=visit, by=request.user, key=key)
    if not form.is_valid():
        return back(request, visit, status=422, bound=Bound(key, form))
    workflow.view_contact(visit, by=request.user, reason=form.cleaned_data["reason"])
    return back(request, visit, bound=Bound(key, contact=contact_of(visit)))


def reached(request, pk):
    """The appointment, with its session as the counter's pages read it."""
    visits = Appointment.objects.received_by(request.user).select_related("slot", "with_deputy")
    visit = get_object_or_404(visits, pk=pk)
    visit.session = Session.objects.with_parts().get(pk=visit.session_id)
    return visit


def back(request, visit, **how):
    """The page the act was made on, as it is now."""
    session = Session.objects.with_parts().get(pk=visit.session_id)
    if request.POST.get("page") == "session":
        return sessions.draw(request, session, **how)
    return day.draw(request, session.station, session.day, **how)


def address(request, visit) -> str:
    """Where that page is, at the visitor's row."""
    if request.POST.get("page") == "session":
        return reverse("desk_session", args=[visit.session_id]) + f"#a{visit.pk}"
    session = visit.session
    return day.day_url(session.station, session.day) + f"#a{visit.pk}"


def stale(request, visit):
    """The page as it is now, and one line on who was faster."""
    line = f"{visit.name or visit.spoken_code}: {history.faster(visit)}"
    return back(request, visit, status=409, change_line=line)


def no_place(request, visit, slot):
    """They wait for a slot that is full: which one is free next."""
    free = desk.free_slots(visit.session)
    text = _("%(time)s is full.") % {"time": span(slot.starts_at, slot.ends_at)}
    if free:
        text += _("The next free time is %(time)s.") % {"time": span(free[0].starts_at, free[0].ends_at)}
    return back(request, visit, status=422, full_line=text)
