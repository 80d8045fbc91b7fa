"""Taking in somebody at the counter, or booking for somebody on the phone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fzportal.templatetags.ui import span
from liaison import desk, workflow
from liaison.forms.counter import CallerForm, WalkInForm
from liaison.models import Appointment, Session
from liaison.permissions import is_staff_of

from .day import day_url


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def desk_walk_in(request, pk):
    """Somebody without an appointment is there: into this slot or a later one."""
    session = staffed(request, pk)
    slots = [slot for slot in session.slots.all() if slot.ends_at > timezone.now()]
    form = WalkInForm(request.POST if request.method == "POST" else None, session=session, slots=slots)
    return answer(request, session, form, take_in, "desk/counter/walk_in.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def desk_book(request, pk):
    """Somebody on the phone wants to come."""
    session = staffed(request, pk)
    slots = [slot for slot in session.slots.all() if slot.starts_at > timezone.now()]
    form = CallerForm(request.POST if request.method == "POST" else None, session=session, slots=slots)
    return answer(request, session, form, book, "desk/counter/book.html")


def staffed(request, pk):
    """The session, for those who work at its station; a deputy on duty may not."""
    sessions = Session.objects.received_by(request.user).with_parts().prefetch_related("slots")
    session = get_object_or_404(sessions, pk=pk)
    if not is_staff_of(request.user, session):
        raise PermissionDenied
    return session


def answer(request, session, form, verb, template):
    """The form, or what became of it: a place, or the same words with what stood in the way."""
    if request.method != "POST":
        return draw(request, session, form, template)
    if form.is_valid():
        try:
            visit = form.made_before() or verb(form, request.user)
        except workflow.CannotBook as refusal:
            refuse(form, session, refusal)
        except IntegrityError:
            # Pressed twice at once: the other request made it.
            visit = get_object_or_404(Appointment, code=form.cleaned_data["code"], session=session)
            return done(request, session, visit)
        else:
            return done(request, session, visit)
    return draw(request, session, form, template, status=422)


def take_in(form, by):
    """They count like everybody else."""
    return workflow.walk_in(form.cleaned_data["slot"], by=by, **form.words)


def book(form, by):
    """A place, or the next one in the waiting line."""
    return workflow.book(form.cleaned_data["slot"], by=by, **form.words)


def refuse(form, session, refusal):
    """Say what stands in the way beside the field, and offer the next slot."""
    if isinstance(refusal, workflow.AlreadyBooked):
        code = refusal.appointment.spoken_code if refusal.appointment else ""
        form.add_error("phone", _("This phone has an appointment for this session already: %(code)s.") % {"code": code})
        return
    free = desk.free_slots(session)
    if isinstance(refusal, workflow.Closed):
        form.add_error("slot", _("No appointments can be made for this time any more."))
    elif not free:
        form.add_error("slot", _("Somebody has just taken the last place. Today is full."))
    else:
        time = span(free[0].starts_at, free[0].ends_at)
        text = _("Somebody has just taken this place. The next free time is %(time)s.")
        form.add_error("slot", text % {"time": time})
    if free:
        # The words stay, the next free slot is chosen for them.
        form.data = form.data.copy()
        form.data["slot"] = str(free[0].pk)


def done(request, session, visit):
    """Says what became of it, with the code to read out."""
    values = {"name": visit.name, "code": visit.spoken_code, "time": span(visit.slot.starts_at, visit.slot.ends_at)}
    if visit.status == Appointment.Status.WAITLISTED:
        text = _("%(name)s is on the waiting list of %(time)s. Appointment code: %(code)s.")
    elif visit.is_walk_in:
        text = _("%(name)s is checked in for %(time)s. Appointment code: %(code)s.")
    else:
        text = _("%(name)s is booked for %(time)s. Appointment code: %(code)s.")
    messages.success(request, text % values)
    return redirect(day_url(session.station, session.day) + f"#a{visit.pk}")


def draw(request, session, form, template, status=200):
    """The form; who is there when nothing is free learns where to go instead."""
    values = {
        "session": session,
        "form": form,
        "slots": list(form.slots.values()),
        "day_url": day_url(session.station, session.day),
        "desk_url": reverse("desk"),
        "has_free": any(slot.free for slot in form.slots.values()),
        "next_session": later(session),
    }
    return render(request, template, values, status=status)


def later(session):
    """The station's next session with a free place."""
    others = session.station.sessions.with_free_places().exclude(pk=session.pk)
    return others.filter(starts_at__gt=session.starts_at).order_by("starts_at").first()
