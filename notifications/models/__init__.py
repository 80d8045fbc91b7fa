"""Who was told what, and how each wants to be told. Knows no other app's models by name."""

from .choices import IN_DIGESTS, QUIET_FROM, QUIET_UNTIL, Channel, Kind, Pace, Preference, QuietHours, Unsubscribed
from .news import Delivery, Digest, Notification

__all__ = [
    "IN_DIGESTS",
    "QUIET_FROM",
    "QUIET_UNTIL",
    "Channel",
    "Delivery",
    "Digest",
    "Kind",
    "Notification",
    "Pace",
    "Preference",
    "QuietHours",
    "Unsubscribed",
]
