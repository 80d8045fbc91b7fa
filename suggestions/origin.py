"""Where a suggestion comes from and whom it is addressed to: a talk at a station, a deputy or station chosen."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fzportal.templatetags.ui import day, span
from liaison.models import Reception
from liaison.permissions import receives

from . import addressed
from .permissions import works_on


def talk(suggestion, reader) -> dict | None:
    """The talk at a station it came from, for the desk: facts, and the recorder's notes for those who work on it."""
    if suggestion.reception_id is None:
        return None
    reception = Reception.objects.with_parts().get(pk=suggestion.reception_id)
    appointment, slot = reception.appointment, reception.appointment.slot
    facts = [
        (_("Station"), appointment.session.station),
        (_("When"), f"{day(slot.starts_at)} {span(slot.starts_at, slot.ends_at)}"),
        (_("Deputies present"), pgettext("between names", ", ").join(str(d) for d in reception.deputies.all())),
        (_("What was answered on the spot"), reception.answer),
    ]
    record = reverse("reception_record", args=[appointment.pk]) if receives(reader, appointment) else ""
    return {"facts": facts, "notes": reception.notes if works_on(reader, suggestion) else "", "url": record}


def addressee(suggestion) -> str:
    """Whom it is written to, in words; empty when to nobody in particular."""
    # A station it was said at is where it began, not whom it is written to.
    return addressed.of(suggestion).name if suggestion.reception_id is None else ""
