"""What the stations have left undone, for the first page of the admin: how much, and since when the oldest."""

from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Appointment, Reception

CAP = 1000


class Tile(NamedTuple):
    """``days``: age of the oldest in whole days, None when nothing waits."""

    label: str
    url: str
    number: int
    is_capped: bool
    days: int | None
    is_alarm: bool = True


def unrecorded(now=None):
    """The keys of visitors checked in at a session that is over, about whom nothing is written down."""
    rows = Appointment.objects.unrecorded().filter(session__ends_at__lt=now or timezone.now())
    return rows.order_by().values("pk")


def unraised():
    """The keys of records that are to become a suggestion and have not."""
    return Reception.objects.unraised().order_by().values("pk")


def tiles(now=None) -> list[Tile]:
    """Sessions with visitors and no record; records that are no suggestion yet."""
    now = now or timezone.now()
    sessions = unrecorded(now).values_list("session", "session__ends_at").distinct()
    records = unraised().values_list("pk", "recorded_at")
    return [
        tile(_("Sessions with visitors and no record"), "appointment", sessions.order_by("session__ends_at"), now),
        tile(_("Receptions not yet a suggestion"), "reception", records.order_by("recorded_at"), now),
    ]


def tile(label, model, rows, now) -> Tile:
    """``rows``: (key, since), the oldest first."""
    found = list(rows[: CAP + 1])
    days = max((now - found[0][1]).days, 0) if found else None
    url = reverse(f"admin:liaison_{model}_changelist") + "?missing=yes"
    return Tile(label, url, min(len(found), CAP), len(found) > CAP, days)
