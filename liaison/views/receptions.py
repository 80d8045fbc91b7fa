"""A talk at the counter is written down: one page, read only once it is written."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from fzportal.templatetags.ui import day, span, when
from fzportal.workflow import MoveNotAllowed, Stale
from liaison import desk, workflow
from liaison.forms.receptions import NoteForm, ReceptionForm
from liaison.models import Appointment, Reception

A = Appointment.Status


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reception_record(request, pk):
    """The form, or the record once there is one; 409 for whoever was slower, with the record and their words."""
    appointment = at_the_desk(request, pk)
    form = ReceptionForm(appointment, request.POST if request.method == "POST" else None)
    if hasattr(appointment, "reception"):
        return recorded(request, appointment, form)
    if appointment.status == A.CANCELLED:
        return stale(request, appointment, form)
    if not form.is_valid():
        return write(request, appointment, form, status=422 if form.is_bound else 200)
    try:
        reception = workflow.take_down(appointment, by=request.user, **form.cleaned_data)
    except workflow.Full:
        form.add_error(None, _("Every place of this time is taken. Take the visitor in at another time as a walk-in."))
        return write(request, appointment, form, status=422)
    except workflow.AlreadyBooked as refusal:
        form.add_error(None, desk.instead(refusal.appointment))
        return write(request, appointment, form, status=422)
    except Stale:
        return stale(request, at_the_desk(request, pk), form)
    except MoveNotAllowed as refused:
        raise PermissionDenied from refused
    return onwards(request, reception)


def at_the_desk(request, pk) -> Appointment:
    """An appointment of a session this person works on; 404 for all others."""
    return get_object_or_404(Appointment.objects.received_by(request.user).with_parts(), pk=pk)


def onwards(request, reception):
    """To the suggestion that is to be made of it, else to the record."""
    messages.success(request, _("The reception has been recorded."))
    if reception.outcome == Reception.Outcome.SUGGESTION:
        return redirect("reception_suggestion", reception.pk)
    return redirect("reception_record", reception.appointment_id)


def stale(request, appointment, form):
    """Somebody was faster: their record, or the words as they were typed beside what the appointment is now."""
    if hasattr(appointment, "reception"):
        return recorded(request, appointment, form)
    line = _("This appointment is now: %(state)s.") % {"state": appointment.get_status_display()}
    return write(request, appointment, form, status=409, change_line=line)


def recorded(request, appointment, form):
    """The record on GET; on POST the record of whoever was faster, with the words that were not saved."""
    if not form.is_bound:
        return read(request, appointment)
    reception = appointment.reception
    line = _("%(who)s recorded this reception on %(when)s. Yours was not saved.") % {
        "who": reception.recorded_by.get_full_name(), "when": when(reception.recorded_at),
    }  # fmt: skip
    return read(request, appointment, status=409, change_line=line, kept=form.typed)


@require_POST
@login_required
def reception_note(request, pk):
    """Add a note to a record."""
    appointment = get_object_or_404(
        Appointment.objects.received_by(request.user).with_parts().filter(reception__isnull=False), pk=pk
    )
    form = NoteForm(request.POST)
    if not form.is_valid():
        return read(request, appointment, form=form, status=422)
    workflow.add_note(appointment.reception, by=request.user, text=form.cleaned_data["text"])
    messages.success(request, _("The note has been added."))
    return redirect("reception_record", pk)


def write(request, appointment, form, *, status, **extra):
    """The empty or unfinished record."""
    values = {
        "appointment": appointment, "form": form, "about": about(appointment),
        "is_checked_in": appointment.status == A.CHECKED_IN,
    }  # fmt: skip
    return render(request, "desk/reception_form.html", values | extra, status=status)


def read(request, appointment, *, form=None, status=200, **extra):
    """The record as it stands."""
    reception = Reception.objects.with_parts().get(appointment=appointment)
    values = {
        "appointment": appointment, "reception": reception, "about": about(appointment), "facts": facts(reception),
        "form": form or NoteForm(), "suggestion": getattr(reception, "suggestion", None),
        "is_unraised": Reception.objects.unraised().filter(pk=reception.pk).exists(),
    }  # fmt: skip
    return render(request, "desk/reception.html", values | extra, status=status)


def about(appointment) -> list[tuple]:
    """(term, value): who came, when, about what."""
    slot = appointment.slot
    return [
        (_("Visitor"), appointment.name or (appointment.user and appointment.user.get_full_name())),
        (_("Appointment"), appointment.spoken_code),
        (_("Session"), f"{appointment.session.station} · {day(slot.starts_at)} {span(slot.starts_at, slot.ends_at)}"),
        (_("How many came"), appointment.party if appointment.party > 1 else ""),
        (_("Came about"), appointment.topic),
        (_("About the suggestion"), appointment.about_number),
    ]


def facts(reception) -> list[tuple]:
    """(term, value) of a record beside the words."""
    agreed = {True: _("agreed"), False: _("not agreed")}
    return [
        (_("Outcome"), reception.get_outcome_display()),
        (_("Transferred to"), reception.transferred_to),
        (_("Deputies present"), pgettext("between names", ", ").join(str(d) for d in reception.deputies.all())),
        (_("Read back and confirmed"), when(reception.confirmed_at) or _("not confirmed")),
        (_("Consent to publish"), agreed[reception.may_publish]),
        (_("Consent to pass on the contact"), agreed[reception.may_pass_contact]),
        (_("Wording of the consents"), reception.consent_version),
        (_("Recorded"), f"{reception.recorded_by.get_full_name()} · {when(reception.recorded_at)}"),
    ]
