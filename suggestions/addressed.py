"""Whom a citizen writes to: ``?deputy=<pk>`` or ``?station=<slug>`` in the address of a QR code or a button."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy, pgettext

from liaison.models import Deputy, Station

NO_DEPUTY = gettext_lazy("This deputy is not in office any more. Your suggestion goes to the deputies concerned.")
NO_STATION = gettext_lazy("This station is not open any more. Your suggestion goes to the deputies concerned.")


class Addressee(NamedTuple):
    """At most one of the two; ``line`` says kindly why the one asked for cannot be written to."""

    deputy: Deputy | None = None
    station: Station | None = None
    line: str = ""

    @property
    def words(self) -> dict:
        """What the draft keeps."""
        return {"addressed_to": self.deputy, "station": self.station}

    @property
    def name(self) -> str:
        """In words; empty for nobody in particular."""
        if self.deputy is not None:
            return pgettext("addressee", "Deputy %(name)s") % {"name": self.deputy.name}
        return str(self.station or "")


def asked(query) -> Addressee:
    """The one an address names. Whoever holds office no more, and whoever never was, is left out with a line."""
    if "deputy" in query:
        pk = query["deputy"]
        is_key = pk.isascii() and pk.isdecimal() and len(pk) < 10
        found = Deputy.objects.current().filter(pk=pk).first() if is_key else None
        return Addressee(deputy=found, line="" if found else str(NO_DEPUTY))
    if "station" in query:
        found = Station.objects.open().filter(slug=query["station"].replace("\0", "")).first()
        return Addressee(station=found, line="" if found else str(NO_STATION))
    return Addressee()


def of(draft) -> Addressee:
    """The one a draft is written to."""
    return Addressee(draft.addressed_to, None if draft.addressed_to_id else draft.station)
