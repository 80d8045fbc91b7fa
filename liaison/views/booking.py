"""From a free time to an appointment: what it is about, then check. What was typed waits in the session meanwhile."""

import time
from functools import wraps

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.permissions import is_verified

from .. import workflow
from ..forms.booking import BookForm
from ..models import Slot
from .sessions import WAITING, own_appointment

KEPT = "booking"
KEPT_SECONDS = 2 * 60 * 60


def keep(request, words):
    """Remember what was typed: through the sign-in, and for another time should this one be gone."""
    request.session[KEPT] = {"words": words, "until": int(time.time()) + KEPT_SECONDS}


def kept(request) -> dict:
    """What was typed within the last two hours, by field."""
    found = request.session.get(KEPT, {})
    return found["words"] if found.get("until", 0) > time.time() else {}


def slot_of(session_pk, pk) -> Slot:
    """The slot with its session, its station and how many wait. Raises Http404."""
    rows = Slot.objects.select_related("session__station__division__parent").annotate(waiting=WAITING)
    return get_object_or_404(rows, pk=pk, session=session_pk)


def on_slot(view):
    """Call ``view(request, slot)`` for a slot that may be booked, by somebody without an appointment that day."""

    @wraps(view)
    def opened(request, pk, slot):
        found = slot_of(pk, slot)
        if mine := own_appointment(request.user, found.session):
            return already(request, mine)
        if not found.session.is_open or found.starts_at <= timezone.now():
            return closed(request, found)
        return view(request, found)

    return never_cache(require_http_methods(["GET", "HEAD", "POST"])(opened))


def already(request, appointment):
    """Pressed twice, or come back: one person has one appointment a session."""
    messages.info(request, _("You already have an appointment for this session. Here it is."))
    return redirect(appointment)


def closed(request, slot):
    """Nothing to book here any more; the session's page says what there is instead."""
    line = _("This time cannot be booked any more: choose another time.")
    if request.method == "POST":
        form = BookForm(request.user, request.POST)
        form.is_valid()
        keep(request, form.cleaned_data)
        line = _("This time cannot be booked any more. What you typed is kept: choose another time.")
    messages.warning(request, line)
    return redirect(slot.session)


def show(request, step, slot, form, status=200, **values):
    """A page of the booking, with its place in it."""
    number = {"book": 2, "book_sign_in": 2, "book_check": 3}[step]
    values |= {"slot": slot, "session": slot.session, "form": form, "number": number, "total": 3}
    return render(request, f"liaison/{step}.html", values, status=422 if form.errors else status)


@on_slot
def book(request, slot):
    """Step 2: what it is about, who comes, how to reach them."""
    form = BookForm(request.user, request.POST if request.method == "POST" else None, kept(request))
    if form.is_bound and form.is_valid():
        keep(request, form.cleaned_data)
        return redirect("book_check", slot.session_id, slot.pk)
    return show(request, "book", slot, form)


@on_slot
def book_check(request, slot):
    """Step 3: all of it on one page, then book. Needs a verified e-mail or phone; the words wait meanwhile."""
    form = BookForm(request.user, request.POST if request.method == "POST" else kept(request) or None)
    if not form.is_bound:
        return redirect("book", slot.session_id, slot.pk)
    if not form.is_valid():
        return show(request, "book", slot, form)
    if not is_verified(request.user):
        keep(request, form.cleaned_data)
        return show(request, "book_sign_in", slot, form)
    if request.method == "POST":
        return finish(request, slot, form)
    return show(request, "book_check", slot, form, answers=answers(form))


def finish(request, slot, form):
    """Book, or say what came between: nobody waits who was not asked whether they want to."""
    person = request.user
    try:
        made = workflow.book(slot, by=person, user=person, or_wait="wait" in request.POST, **form.cleaned_data)
    except workflow.AlreadyBooked as error:
        return already(request, error.appointment or slot.session)
    except workflow.Full:
        # A second press is told of the place that the first one took.
        if mine := own_appointment(person, slot.session):
            return already(request, mine)
        keep(request, form.cleaned_data)
        now = slot_of(slot.session_id, slot.pk)
        return show(request, "book_check", now, form, 409, answers=answers(form), just_filled=True)
    except workflow.Closed:
        return closed(request, slot)
    request.session.pop(KEPT, None)
    return redirect(made)


def answers(form) -> list[tuple]:
    """(question, answer) of what was typed; choices in their words."""
    pairs = []
    for field in form:
        value = form.cleaned_data[field.name]
        choices = {str(key): label for key, label in getattr(field.field, "choices", ())}
        pairs.append((field.label, choices.get(str(value), value)))
    return pairs
