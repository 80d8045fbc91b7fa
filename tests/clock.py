"""A clock that can be set: what the portal takes for now, in verbs, in the defaults of fields, in today's date."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.utils import timezone


class Clock:
    """Stands where ``django.utils.timezone`` looks for ``datetime``: every ``timezone.now()`` asks it, however named.

    The database and the drivers keep the real time; nothing of the portal asks them for it.
    """

    def __init__(self, moment):
        self.moment = moment

    def now(self, tz=None):
        """The moment set, in ``tz``."""
        return self.moment.astimezone(tz)

    def advance(self, **span):
        """Go forward: ``days=3``, ``hours=2``."""
        self.moment += timedelta(**span)

    def set(self, moment):
        """Go to ``moment``, an aware time."""
        self.moment = moment


class _Kind(type):
    """Django asks ``isinstance(value, datetime)`` of the same name."""

    def __instancecheck__(cls, value):
        return isinstance(value, datetime)


@contextmanager
def settable(moment=None):
    """Put a ``Clock`` in place of the real one while the block lasts; ``moment``: where it stands first."""
    clock = Clock(moment or datetime.now(UTC))
    kept = timezone.datetime
    timezone.datetime = _Kind("datetime", (), {"now": staticmethod(clock.now)})
    try:
        yield clock
    finally:
        timezone.datetime = kept
