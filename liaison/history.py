"""What staff read of the history of sessions, duties and appointments: a line per event, and who was faster."""

from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fzportal.templatetags.ui import when

from .models import DutyChange

TITLES = {
    # a session
    "announced": _("Announced"),
    "session_off": _("Session cancelled"),
    "held": _("Session closed"),
    "session_moved": _("Moved to another time"),
    "session_kept": _("Stays on a day off"),
    "announce_soon": _("Reminder: not announced yet"),
    "lacks_deputies": _("Reminder: no deputy is on duty"),
    "records_missing": _("Reminder: receptions are not written down"),
    # a duty
    "duty_asked": _("Asked to receive people"),
    "duty_confirmed": _("Confirmed"),
    "duty_declined": _("Cannot come"),
    "duty_released": _("Somebody else comes instead"),
    "duty_dropped": _("Taken off the list"),
    "duty_session_off": _("Released, the session was cancelled"),
    "duty_moved": _("Told of the new time"),
    "duty_reminder": _("Reminded of the next day"),
    # an appointment
    "booked": _("Booked"),
    "waitlisted": _("Put on the waiting list"),
    "walked_in": _("Walked in"),
    "offered": _("A place was offered"),
    "lapsed": _("The offer lapsed"),
    "not_reached": _("Not reached"),
    "rebooked": _("Changed to another time"),
    "cancelled": _("Cancelled by the visitor"),
    "cancelled_by_station": _("Cancelled by the station"),
    "session_cancelled": _("Session cancelled"),
    "checked_in": _("Checked in"),
    "check_in_undone": _("Check-in undone"),
    "called_in": _("Called in"),
    "no_show": _("Did not come"),
    "left": _("Left before being received"),
    "came_late": _("Came after all"),
    "received": _("Received, written down"),
    "contact_viewed": _("The contact was looked at"),
}
TONES = {"session_off": "late", "duty_declined": "wait", "announce_soon": "wait", "lacks_deputies": "late",
         "records_missing": "wait", "session_moved": "wait"}  # fmt: skip


class Line(NamedTuple):
    """A line of templates/ui/timeline.html."""

    title: str
    at: object
    role: str = ""
    note: str = ""
    tone: str = "done"


def of_session(session) -> list[Line]:
    """The session's own lines and those of its duties, oldest first. Staff read every note."""
    own = [(change, "") for change in session.changes.select_related("by")]
    duties = DutyChange.objects.filter(subject__session=session).select_related("by", "subject__deputy")
    every = own + [(change, change.subject.deputy.name) for change in duties]
    every.sort(key=lambda pair: (pair[0].at, pair[0].pk))
    return [line(change, about) for change, about in every]


def line(change, about="") -> Line:
    """One line; ``about`` names whose duty it was."""
    title = str(TITLES.get(change.event, change.event))
    title = f"{about} · {title}" if about else title
    return Line(title, change.at, who(change), change.note, TONES.get(change.event, "done"))


def who(change) -> str:
    """Who it was: the role, and among staff the name."""
    words = {
        "visitor": gettext("The visitor"),
        "office": gettext("The congress office"),
        "officer": gettext("The station"),
        "deputy": gettext("A deputy"),
        "clock": gettext("The portal, by itself"),
    }
    role = words.get(change.role, "")
    if change.by is None or change.role in ("clock", "visitor"):
        return role
    return f"{role} · {change.by.get_full_name()}"


def faster(obj) -> str:
    """The last change of ``obj`` in one line: who did what and when, while this person was looking."""
    change = obj.changes.select_related("by").last()
    if change is None:
        return gettext("This has changed since you opened the page. Nothing was changed by you.")
    values = {"what": TITLES.get(change.event, change.event), "who": who(change), "when": when(change.at)}
    return gettext("%(what)s (%(who)s, %(when)s). Nothing was changed by you.") % values
