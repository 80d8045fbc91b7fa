"""Deputies, stations, the schedule, and what they are ordered by."""

from . import deputies, receptions, reference, rules, sessions, stations  # noqa: F401  (registers them)
