"""Until when a freed place is kept for the first in line: by day, as long as the slot leaves time."""

from datetime import datetime

import pytest
from django.utils import timezone

from liaison.models import Slot
from liaison.workflow.appointments import offer_until

ZONE = timezone.get_default_timezone()


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("freed", "begins", "until"),
    [
        (at(2, 10), at(20, 9), at(3, 10)),  # a day
        (at(2, 23), at(20, 9), at(4, 9)),  # nobody is asked to answer at eleven in the evening
        (at(2, 3, 46), at(20, 9), at(3, 9)),  # nor before eight
        (at(2, 20, 59), at(20, 9), at(3, 20, 59)),
        (at(2, 10), at(2, 15), at(2, 13)),  # settled two hours before
        (at(2, 14), at(2, 15), at(2, 14, 30)),  # half an hour at least
        (at(2, 14, 50), at(2, 15), at(2, 15)),  # never beyond the beginning
    ],
)
def test_an_offer_is_kept_by_day_and_settled_before_the_slot(freed, begins, until):
    assert offer_until(Slot(starts_at=begins), freed) == until
