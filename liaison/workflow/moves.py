"""The three tables: every way the status of a session, of a duty and of an appointment may change. Read them aloud."""

from django.utils.translation import gettext_lazy as _

from fzportal.workflow import Clock, Move, Reader

from ..models import Appointment, Duty, Session
from ..permissions import (
    is_clock,
    is_office,
    is_office_once_begun,
    is_officer,
    is_officer_once_begun,
    is_on_duty,
    is_own_duty,
    is_visitor,
)

S, D, A = Session.Status, Duty.Status, Appointment.Status
AUTHOR, PUBLIC = Reader.AUTHOR, Reader.PUBLIC
STOP, KEEP = Clock.STOP, Clock.KEEP
STAFF = (is_officer, is_office)
STAFF_ONCE_BEGUN = (is_officer_once_begun, is_office_once_begun)


def rows(source, target, label, actors, tell=(), **more):
    """The same move for several kinds of actor."""
    return tuple(Move(source, target, label, who, tell, **more) for who in actors)


SESSION_MOVES = (
    #     from          to              button              who                     tell
    *rows(S.PLANNED,    S.ANNOUNCED,    _("Announce"),      (*STAFF, is_clock),     ("officers",), event="announced"),
    *rows(S.PLANNED,    S.CANCELLED,    _("Cancel"),        (*STAFF, is_clock),     ("officers",), note=True,
          read=PUBLIC, event="session_off"),
    # Whoever has a place or is on duty hears through their own appointment or duty.
    *rows(S.ANNOUNCED,  S.CANCELLED,    _("Cancel"),        (*STAFF, is_clock),     ("officers",), note=True,
          read=PUBLIC, event="session_off"),
    *rows(S.ANNOUNCED,  S.HELD,         _("Close the session"), (*STAFF_ONCE_BEGUN, is_clock), event="held"),
)  # fmt: skip

SESSION_NEWS = {
    "session_moved": ("officers",),
    # Not announced, and the days of notice begin soon.
    "announce_soon": ("officers",),
    "lacks_deputies": ("officers", "office"),
    "records_missing": ("officers",),
}

DUTY_MOVES = (
    #     from          to              button              who                             tell
    *rows(D.PROPOSED,   D.ASKED,        _("Ask"),           (*STAFF, is_clock),             ("deputy",),
          event="duty_asked"),
    *rows(D.PROPOSED,   D.CONFIRMED,    _("Confirm"),       (is_own_duty, *STAFF),          event="duty_confirmed"),
    *rows(D.ASKED,      D.CONFIRMED,    _("Confirm"),       (is_own_duty, *STAFF),          ("officers",), clock=STOP,
          event="duty_confirmed"),
    *(
        row for s in (D.PROPOSED, D.ASKED, D.CONFIRMED) for row in
        rows(s,         D.DECLINED,     _("Cannot come"),   (is_own_duty, *STAFF),          ("officers",), note=True,
             clock=STOP, event="duty_declined")
    ),
    # Somebody else comes instead.
    *(
        row for s in (D.ASKED, D.CONFIRMED) for row in
        rows(s,         D.RELEASED,     _("Release"),       STAFF,                          ("deputy",), clock=STOP,
             event="duty_released")
    ),
    *rows(D.PROPOSED,   D.RELEASED,     _("Release"),       (*STAFF, is_clock),             clock=STOP,
          event="duty_dropped"),
    *(
        row for s in (D.ASKED, D.CONFIRMED) for row in
        rows(s,         D.RELEASED,     _("Release"),       (is_clock,),                    ("deputy",), clock=STOP,
             event="duty_session_off")
    ),
)  # fmt: skip

DUTY_NEWS = {"duty_moved": ("deputy",), "duty_reminder": ("deputy",)}

# Still before the visit.
AHEAD = (A.WAITLISTED, A.OFFERED, A.BOOKED)

APPOINTMENT_MOVES = (
    #     from          to              button                  who                     tell
    *rows(A.NEW,        A.BOOKED,       _("Book"),              (is_visitor, *STAFF),   ("visitor",), event="booked"),
    *rows(A.NEW,        A.WAITLISTED,   _("Join the waiting list"), (is_visitor, *STAFF), ("visitor",),
          event="waitlisted"),
    *rows(A.NEW,        A.CHECKED_IN,   _("Walk in"),           STAFF,                  event="walked_in"),
    # A freed place is offered to the first in line, until a deadline.
    *rows(A.WAITLISTED, A.OFFERED,      _("Offer the place"),   (is_clock,),            ("visitor",), event="offered"),
    *rows(A.OFFERED,    A.BOOKED,       _("Take the place"),    (is_visitor, *STAFF),   ("visitor",), clock=STOP,
          event="booked"),
    *rows(A.OFFERED,    A.CANCELLED,    _("Offer lapsed"),      (is_clock,),            ("visitor",), clock=STOP,
          event="lapsed"),
    *rows(A.WAITLISTED, A.CANCELLED,    _("Not reached"),       (is_clock,),            ("visitor",),
          event="not_reached"),
    # Into another slot; from a booked one it is a line of history without a move.
    *(
        row for s in (A.WAITLISTED, A.OFFERED) for row in
        rows(s,         A.BOOKED,       _("Change the time"),   (is_visitor, *STAFF),   ("visitor",), clock=STOP,
             event="rebooked")
    ),
    *(
        row for s in AHEAD for row in (
            *rows(s,    A.CANCELLED,    _("Cancel"),            (is_visitor,),          ("visitor",), clock=STOP,
                  event="cancelled"),
            *rows(s,    A.CANCELLED,    _("Cancel"),            STAFF,                  ("visitor",), note=True,
                  read=AUTHOR, clock=STOP, event="cancelled_by_station"),
            *rows(s,    A.CANCELLED,    _("Session cancelled"), (is_clock,),            ("visitor",), read=AUTHOR,
                  clock=STOP, event="session_cancelled"),
        )
    ),
    # At the station.
    *(
        row for s in AHEAD for row in
        rows(s,         A.CHECKED_IN,   _("Check in"),          (*STAFF, is_on_duty),   clock=STOP, event="checked_in")
    ),
    *rows(A.CHECKED_IN, A.BOOKED,       _("Undo the check-in"), STAFF,                  event="check_in_undone"),
    *rows(A.BOOKED,     A.NO_SHOW,      _("Did not come"),      (*STAFF_ONCE_BEGUN, is_clock), event="no_show"),
    *rows(A.CHECKED_IN, A.NO_SHOW,      _("Left before being received"), STAFF,         event="left"),
    *rows(A.NO_SHOW,    A.CHECKED_IN,   _("Came after all"),    (*STAFF, is_on_duty),   event="came_late"),
    *rows(A.CHECKED_IN, A.SERVED,       _("Record the reception"), (*STAFF, is_on_duty), ("visitor",),
          event="received"),
)  # fmt: skip

APPOINTMENT_NEWS = {
    "moved": ("visitor",),
    "rebooked": ("visitor",),
    "reminder_day": ("visitor",),
    "reminder_hour": ("visitor",),
    "called_in": (),
    # Who looked at the visitor's contact and why: theirs to read, no news.
    "contact_viewed": (),
}
