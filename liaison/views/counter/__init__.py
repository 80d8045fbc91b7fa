"""The desk of stations and of deputies on duty."""

from .acts import desk_appointment_act, desk_appointment_contact
from .day import desk_station, desk_station_day
from .duties import desk_duties, desk_duty_act
from .sessions import desk_plan, desk_session, desk_session_act, desk_session_print
from .visits import desk_book, desk_walk_in

__all__ = [
    "desk_appointment_act",
    "desk_appointment_contact",
    "desk_book",
    "desk_duties",
    "desk_duty_act",
    "desk_plan",
    "desk_session",
    "desk_session_act",
    "desk_session_print",
    "desk_station",
    "desk_station_day",
    "desk_walk_in",
]
