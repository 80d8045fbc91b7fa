"""Where and when people meet their deputies."""

from .appointments import Appointment, AppointmentChange, new_appointment_code
from .deputies import Constituency, Delegation, Deputy, Term
from .divisions import Division, Field
from .duties import Duty, DutyChange
from .feeds import Feed
from .receptions import Reception
from .rules import NOTICE_DAYS, Mode, ReceptionRule, RotaPlace
from .schedule import Session, SessionChange, Slot
from .stations import Station, StationMember

__all__ = [
    "NOTICE_DAYS",
    "Appointment",
    "AppointmentChange",
    "Constituency",
    "Delegation",
    "Deputy",
    "Division",
    "Duty",
    "DutyChange",
    "Feed",
    "Field",
    "Mode",
    "Reception",
    "ReceptionRule",
    "RotaPlace",
    "Session",
    "SessionChange",
    "Slot",
    "Station",
    "StationMember",
    "Term",
    "new_appointment_code",
]
