"""Sessions with their slots and visitors, as the counter's pages show them."""

from typing import NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from liaison import desk
from liaison.forms.counter import ContactForm
from liaison.models import Appointment, Session
from liaison.permissions import is_staff_of, may_see_contact

from .table import APPOINTMENT_ACTS, offered

A = Appointment.Status
TONES = {
    A.BOOKED: "calm", A.WAITLISTED: "wait", A.OFFERED: "wait", A.CHECKED_IN: "info", A.SERVED: "done",
    A.NO_SHOW: "calm", A.CANCELLED: "calm",
}  # fmt: skip
SESSION_TONES = {"planned": "wait", "announced": "info", "held": "done", "cancelled": "calm"}


class Drawn(NamedTuple):
    """An act with its form and the form's name; ``is_open``: it was sent and did not pass."""

    act: object
    form: object
    is_open: bool


class Row(NamedTuple):
    """An appointment with what may be done about it."""

    appointment: Appointment
    tone: str
    acts: list
    more: list
    record_url: str
    contact: object
    contact_form: object
    is_open: bool


class Part(NamedTuple):
    """A slot with its visitors, who waits for it last."""

    slot: object
    rows: list
    is_full: bool


class Block(NamedTuple):
    """A session of the day."""

    session: Session
    tone: str
    parts: list
    cancelled: list
    coming: int
    is_staff: bool
    may_walk_in: bool
    may_book: bool


class Bound(NamedTuple):
    """A form that was sent and did not pass, or a contact just looked at: ``key`` says where on the page."""

    key: str = ""
    form: object = None
    contact: object = None


def loaded(sessions):
    """``sessions`` with what the blocks read, in a constant number of queries."""
    return list(sessions.with_parts().prefetch_related("slots"))


def blocks(user, sessions, *, bound, search=""):
    """A block for each of ``sessions`` (from ``loaded``); with ``search`` only whom it finds."""
    visits = Appointment.objects.filter(session__in=[s.pk for s in sessions]).exclude(status=A.NEW)
    by_slot, cancelled = {}, {}
    session_of = {s.pk: s for s in sessions}
    slot_of = {slot.pk: slot for s in sessions for slot in s.slots.all()}
    for visit in sorted(visits.select_related("with_deputy"), key=in_turn):
        # The rows already read: what may be done follows without another query.
        visit.session, visit.slot = session_of[visit.session_id], slot_of[visit.slot_id]
        if search and not desk.is_match(visit, search):
            continue
        if visit.status == A.CANCELLED:
            cancelled.setdefault(visit.session_id, []).append(visit)
        else:
            by_slot.setdefault(visit.slot_id, []).append(row(visit, user, bound))
    return [block(s, user, by_slot, cancelled.get(s.pk, []), search) for s in sessions]


def in_turn(visit) -> tuple:
    """Who has a place comes before who waits for one."""
    return visit.status == A.WAITLISTED, visit.place_in_line or 0, visit.pk


def block(session, user, by_slot, cancelled, search) -> Block:
    """One session; its empty slots are left out of a search."""
    parts = [Part(slot, by_slot.get(slot.pk, []), not slot.free) for slot in session.slots.all()]
    is_staff = is_staff_of(user, session)
    return Block(
        session=session,
        tone=SESSION_TONES[session.status],
        parts=[part for part in parts if part.rows or not search],
        cancelled=cancelled,
        coming=sum(len(part.rows) for part in parts),
        is_staff=is_staff,
        may_walk_in=is_staff and session.is_open,
        may_book=is_staff and session.is_open,
    )


def row(visit, user, bound) -> Row:
    """One visitor."""
    drawn = [draw_act(act, visit, user, bound, f"a{visit.pk}") for act in offered(APPOINTMENT_ACTS, visit, user)]
    key = f"a{visit.pk}-contact"
    has_contact = bool(visit.phone or visit.email) and may_see_contact(user, visit)
    shown = bound.contact if bound.key == key else None
    form = bound.form if bound.key == key and bound.form else ContactForm(subject=visit, by=user, key=key)
    more = [one for one in drawn if not one.act.is_direct]
    return Row(
        appointment=visit,
        tone=TONES[visit.status],
        acts=[one for one in drawn if one.act.is_direct],
        more=more,
        record_url=record_url(visit) if any(one.act.slug == "call-in" for one in drawn) else "",
        contact=shown,
        contact_form=form if has_contact else None,
        is_open=bound.key.startswith(f"a{visit.pk}-") and not any(one.is_open and one.act.is_direct for one in drawn),
    )


def draw_act(act, obj, user, bound, name, deputies=()) -> Drawn:
    """An act's form, or the one that was sent in its place."""
    key = f"{name}-{act.slug}"
    if bound.key == key and bound.form:
        return Drawn(act, bound.form, True)
    return Drawn(act, act.form(subject=obj, by=user, key=key, deputies=deputies), False)


def record_url(visit) -> str:
    """Where the talk is written down."""
    try:
        return reverse("reception_record", args=[visit.pk])
    except NoReverseMatch:
        return ""


def contact_of(visit) -> list:
    """As pairs for templates/ui/facts.html."""
    return [(_("Phone"), visit.phone), (_("E-mail"), visit.email)]
