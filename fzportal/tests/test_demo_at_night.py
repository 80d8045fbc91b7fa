"""The demo city, loaded when no office is open."""

from datetime import datetime

import pytest
from django.utils import timezone

from fzportal import demo, reference
from liaison.models import Session


@pytest.mark.parametrize("moment", [datetime(2026, 11, 22, 23, 40)])
def test_the_demo_city_loads_on_a_sunday_night(db, monkeypatch, moment):
    now = timezone.make_aware(moment)
    monkeypatch.setattr(timezone, "now", lambda: now)
    reference.load()
    demo.load()
    today = Session.objects.filter(station__slug="wenquan-activity-room", starts_at__date=now.date())
    assert today.filter(rule=None).count() == 1
    assert Session.objects.announced().filter(starts_at__gt=now).exists()
