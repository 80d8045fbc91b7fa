"""A station's counter in the middle of a session: what the tests of the desk stand on."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from liaison import workflow
from liaison.models import Station, StationMember
from tests.cast import person

PERSONAS = ("officer", "other_officer", "deputy", "other_deputy", "office", "citizen", "anonymous")
LOGIN = "login"


def begin(session, minutes=20):
    """Bring ``session`` to now: it began so many minutes ago, in slots of a quarter of an hour."""
    workflow.move_session(session, by=None, starts_at=timezone.now() - timedelta(minutes=minutes))
    return session


def make_other_officer(city):
    """Works at another station."""
    station = Station.objects.create(
        slug="other", name="三叉街街道代表联络站", kind="liaison_station", division=city.cangshan
    )
    user = person("", "陈联络", "other-officer@example.com")
    StationMember.objects.create(user=user, station=station)
    return user


def answers(client, request, path, data=None, personas=PERSONAS, method="post"):
    """persona -> status of asking ``path``; what one persona changes the next does not find."""
    found = {}
    for persona in personas:
        client.logout()
        if persona != "anonymous":
            client.force_login(request.getfixturevalue(persona))
        with transaction.atomic():
            response = getattr(client, method)(path, data or {})
            is_login = response.status_code == 302 and response.url.startswith("/accounts/login")
            found[persona] = LOGIN if is_login else response.status_code
            transaction.set_rollback(True)
    return found
