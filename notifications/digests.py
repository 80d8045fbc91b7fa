"""The digest: when it comes, one row for each case, and its words.

Daily at 18:00, weekly on Mondays at 18:00, in the portal's time zone.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone

from . import messages
from .models import Pace

HOUR = 18
MONDAY = 0


class Row(NamedTuple):
    """What a digest says of one case: its latest news, a call to act before a fact, and how much there is besides."""

    said: messages.Message
    is_call: bool
    others: int
    due_at: datetime | None
    at: datetime


def next_time(pace, now) -> datetime:
    """When the next digest of this pace goes out after ``now``."""
    at = timezone.localtime(now).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if at <= now:
        at += timedelta(days=1)
    return at + timedelta(days=(MONDAY - at.weekday()) % 7) if pace == Pace.WEEKLY else at


def rows(news) -> list[Row]:
    """One row per case from (change, audience, message) triples: calls to act first, the earliest due on top."""
    cases = {}
    for change, audience, said in news:
        case = change.subject.case
        cases.setdefault((case._meta.label, case.pk), []).append((change.is_call_for(audience), change, said))
    found = []
    for told in cases.values():
        is_call, change, said = max(told, key=lambda one: (one[0], one[1].at, one[1].pk))
        found.append(Row(said, is_call, len(told) - 1, change.due_at if is_call else None, change.at))
    return sorted(found, key=urgency)


def urgency(row):
    """Calls before facts; of calls the one due first, of facts the latest."""
    due = row.due_at.timestamp() if row.due_at else float("inf")
    return (not row.is_call, due, -row.at.timestamp())


def message(found) -> messages.Message:
    """The digest of ``found`` in words, in the active language."""
    calls = [row for row in found if row.is_call]
    values = {"rows": found, "calls": calls, "facts": [row for row in found if not row.is_call]}
    return messages.drawn("messages/digest.txt", values, messages.absolute(reverse("my_inbox")))
