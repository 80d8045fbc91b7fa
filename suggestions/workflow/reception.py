"""What somebody said at a station goes on as a suggestion, on the same way as one sent online."""

from django.db import transaction
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed, lock, move
from liaison.permissions import receives

from .. import search
from ..models import Consent, Contact, NumberSeries, Suggestion
from .deputy import claim

S = Suggestion.Status


@transaction.atomic
def raise_from_reception(reception, *, by, title, proposal="", category, division, place="", is_claimed=False):
    """Make a reception's suggestion, its situation the visitor's own words, and return it.

    ``is_claimed``: ``by`` is a deputy who was present and takes it. The reception is its own one-time key: a second
    call returns the first one's suggestion. Raises MoveNotAllowed.
    """
    lock(reception)
    appointment = reception.appointment
    made = Suggestion.objects.filter(reception=reception).first()
    if made is not None:
        return made
    if reception.outcome != reception.Outcome.SUGGESTION or not receives(by, appointment) or not title:
        raise MoveNotAllowed(appointment, appointment.status, by)
    now = timezone.now()
    [number] = NumberSeries.take(timezone.localdate(now).year)
    suggestion = Suggestion.objects.create(
        reception=reception, channel=Suggestion.Channel.STATION, station=appointment.session.station,
        author=appointment.user, title=title, situation=reception.own_words, proposal=proposal, category=category,
        division=division, place=place, number=number, submitted_at=now, is_demo=appointment.session.is_demo,
    )  # fmt: skip
    keep_person(suggestion, appointment)
    move(suggestion, S.SUBMITTED, by=by, event="recorded", now=now)
    search.index(suggestion)
    if is_claimed:
        claim(suggestion, by=by)
    return suggestion


def keep_person(suggestion, appointment):
    """Contact and consents, as they were given at the counter."""
    person, reception = appointment.user, suggestion.reception
    name, phone, email = appointment.name, appointment.phone, appointment.email
    if person is not None:
        name, phone, email = name or person.name, phone or person.phone or "", email or person.email or ""
    Contact.objects.create(suggestion=suggestion, name=name, phone=phone, email=email)
    given = {Consent.Kind.PUBLISH: reception.may_publish, Consent.Kind.PASS_CONTACT: reception.may_pass_contact}
    for kind in (kind for kind, is_given in given.items() if is_given):
        Consent.objects.create(
            suggestion=suggestion, kind=kind, version=reception.consent_version, given_at=reception.recorded_at
        )
