"""Deputies, stations, the schedule, and what they are ordered by."""

from . import deputies, reference, stations  # noqa: F401  (registers them)
