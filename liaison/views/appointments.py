"""``/appointments/<code>/``: what an appointment's holder reads and may do: accept, change, cancel, book again."""

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import CodeHolder
from fzportal import paging, throttle
from fzportal.paging import Order
from fzportal.templatetags.ui import when
from fzportal.workflow import MoveNotAllowed, Stale

from .. import ical, workflow
from ..forms.booking import AppointmentCodeForm, ChangeForm
from ..models import Appointment, Session, Slot
from ..reading import AHEAD, TONES, reading
from .booking import keep
from .held import PER_ADDRESS, held, private

DIGITS = re.compile(r"[0-9]{1,17}")
ANSWERS = ("GET", "HEAD", "POST")
PAST = Order(("id",))
OPEN_AT_ONCE = 50
# Times offered when somebody wants another one.
CHOICES = 40
# What is carried over to another booking; how to reach them only for who is signed in as themselves.
WORDS = ("topic", "about_number", "party", "name", "reminded_by")
CONTACT = ("phone", "email")


@private
@require_http_methods(ANSWERS)
def appointment_find(request):
    """For people who have the code on paper."""
    form = AppointmentCodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        throttle.once_more("appointment", throttle.address_of(request), *PER_ADDRESS)
        if form.is_valid():
            found = Appointment.objects.filter(code=form.cleaned_data["code"]).first()
            if found is not None:
                return redirect(found)
            form.add_error("code", _("There is no appointment with this code. Please check each letter and digit."))
    return render(request, "liaison/appointment_find.html", {"form": form}, status=422 if form.is_bound else 200)


def show(request, appointment, by, *, status=200, changed=""):
    """The appointment's page as it is now; with 409 one line says what came between."""
    values = reading(appointment, by) | {"changed": changed}
    return render(request, "liaison/appointment.html", values, status=status)


def stale(request, appointment, by):
    """409: somebody was faster, and the page says who did what."""
    now = Appointment.objects.with_parts().get(pk=appointment.pk)
    last = reading(now, by)["timeline"][-1]
    values = {"what": last.title, "who": last.role, "when": when(last.at)}
    line = _("This had changed when you sent it: %(what)s (%(who)s, %(when)s). Nothing was done.") % values
    return show(request, now, by, status=409, changed=line)


def done(request, appointment, by, verb, said):
    """Say a verb, then back to the page; a stale one shows the page as it is now."""
    try:
        verb(appointment, by=by)
    except Stale:
        return stale(request, appointment, by)
    except MoveNotAllowed as error:
        raise PermissionDenied from error
    messages.success(request, said)
    return redirect(appointment)


@require_safe
@held
def appointment_detail(request, appointment, by):
    """When, where, the code, what one may do, and what came of it."""
    return show(request, appointment, by)


@require_http_methods(ANSWERS)
@held
def appointment_cancel(request, appointment, by):
    """Cancel, after being asked once."""
    if request.method == "POST":
        return done(request, appointment, by, workflow.cancel, _("Your appointment is cancelled. Thank you."))
    if appointment.status not in AHEAD:
        return nothing_to_do(request, appointment)
    return render(request, "liaison/appointment_cancel.html", {"appointment": appointment})


def nothing_to_do(request, appointment):
    """An old link."""
    messages.info(request, _("There is nothing to do here at the moment."))
    return redirect(appointment)


@require_http_methods(ANSWERS)
@held
def appointment_change(request, appointment, by):
    """Another time of this session or of a later one at the same station."""
    if request.method == "GET" and appointment.status not in AHEAD:
        return nothing_to_do(request, appointment)
    form = ChangeForm(free_slots(appointment), request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return offer_times(request, appointment, form, 422 if form.is_bound else 200)
    slot = get_object_or_404(Slot.objects.select_related("session"), pk=form.cleaned_data["slot"])
    try:
        return done(
            request, appointment, by, lambda held, by: workflow.change_slot(held, slot, by=by),
            _("Changed. Your code stays the same."),
        )  # fmt: skip
    except workflow.AlreadyBooked:
        taken = _("You already have another appointment at that session. Please choose another time.")
    except (workflow.Full, workflow.Closed):
        taken = _("Somebody was faster: that time is gone. Your old time is still yours. Please choose another one.")
    return offer_times(request, appointment, ChangeForm(free_slots(appointment)), 409, taken)


def free_slots(appointment) -> list:
    """Slots with a place left, of this session and those after it at the same station."""
    now = timezone.now()
    sessions = Session.objects.announced().filter(station=appointment.session.station_id)
    later = sessions.upcoming(now).filter(starts_at__gte=appointment.session.starts_at)
    rows = Slot.objects.free(now).filter(session__in=later.order_by()).exclude(pk=appointment.slot_id)
    return list(rows.order_by("starts_at", "pk")[:CHOICES])


def offer_times(request, appointment, form, status, taken=""):
    """The page on which another time is chosen."""
    values = {"appointment": appointment, "form": form, "taken": taken}
    return render(request, "liaison/appointment_change.html", values, status=status)


@require_safe
@held
def appointment_ics(request, appointment, by):
    """The appointment for a calendar program."""
    calendar = ical.calendar_of(_("Appointment with deputies"), [ical.appointment_event(appointment)])
    response = HttpResponse(calendar, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response


@require_POST
@held
def appointment_accept(request, appointment, by):
    """Take the place that was offered."""
    return done(request, appointment, by, workflow.accept_offer, _("The place is yours."))


@require_POST
@held
def appointment_confirm(request, appointment, by):
    """What was written down at the reception is right."""
    record = getattr(appointment, "reception", None)
    if record is None:
        raise Http404
    return done(
        request, appointment, by, lambda _held, by: workflow.confirm_record(record, by=by),
        _("Thank you for confirming the record."),
    )  # fmt: skip


@require_POST
@held
def appointment_again(request, appointment, by):
    """Book another session with what was typed for this one."""
    chosen = request.POST.get("session", "")
    session = get_object_or_404(Session.objects.announced(), pk=int(chosen) if DIGITS.fullmatch(chosen) else 0)
    names = WORDS if isinstance(by, CodeHolder) else WORDS + CONTACT
    keep(request, {name: getattr(appointment, name) for name in names})
    return redirect(session)


@login_required
@never_cache
@require_safe
def my_appointments(request):
    """Mine: what lies ahead first, by its day; then what is past, the newest first."""
    mine = Appointment.objects.of_user(request.user).with_parts()
    cursor = request.GET.get(paging.PARAMETER, "")
    ahead = [] if cursor else list(mine.open().order_by("slot__starts_at", "pk")[:OPEN_AT_ONCE])
    page = paging.page(mine.exclude(status__in=Appointment.OPEN), PAST, cursor)
    for row in [*ahead, *page.rows]:
        row.tone = TONES[row.status]
    values = {"ahead": ahead, "past": page.rows, **page.links(request)}
    return render(request, "liaison/my_appointments.html", values)
