"""An appointment's history as its visitor reads it: a line per event, oldest first."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from fzportal.workflow import Reader

TITLES = {
    "booked": _("Booked"),
    "waitlisted": _("Put on the waiting list"),
    "walked_in": _("Came without an appointment and checked in"),
    "offered": _("A place became free and was offered to you"),
    "lapsed": _("The offer was not accepted in time"),
    "not_reached": _("No place became free"),
    "rebooked": _("Changed to another time"),
    "moved": _("The station moved the session"),
    "cancelled": _("Cancelled"),
    "cancelled_by_station": _("Cancelled by the station"),
    "session_cancelled": _("The session was cancelled"),
    "reminder_day": _("Reminder: a day before"),
    "reminder_hour": _("Reminder: an hour before"),
    "contact_viewed": _("Your contact was looked at"),
    "checked_in": _("Checked in"),
    "check_in_undone": _("The check-in was undone"),
    "came_late": _("Came later and checked in"),
    "no_show": _("Did not come"),
    "left": _("Left before being received"),
    "received": _("Received; the record is written"),
    "record_confirmed": _("The visitor confirmed the record"),
}
# Who sits with whom is seen in the room.
FOR_STAFF = ("called_in",)
TONES = {
    "offered": "wait", "waitlisted": "wait", "lapsed": "calm", "not_reached": "calm", "cancelled": "calm",
    "cancelled_by_station": "late", "session_cancelled": "late", "no_show": "calm", "left": "calm", "moved": "wait",
}  # fmt: skip
ROLES = {
    "visitor": _("You"),
    "officer": _("The station"),
    "office": _("The congress office"),
    "deputy": _("A deputy"),
    "clock": _("The portal, by itself"),
}


class Item(NamedTuple):
    """A line of templates/ui/timeline.html."""

    title: str
    at: object
    role: str
    note: str
    tone: str


def timeline(changes) -> list[Item]:
    """``changes`` of one appointment, oldest first; notes only where they are meant for the visitor."""
    return [
        Item(
            title=TITLES.get(change.event, change.event),
            at=change.at,
            role=ROLES.get(change.role, ""),
            note="" if change.read == Reader.STAFF else change.note,
            tone=TONES.get(change.event, "done"),
        )
        for change in changes
        if change.event not in FOR_STAFF
    ]
