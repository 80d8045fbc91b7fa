"""Stations for the tests, and what a page costs."""

from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from liaison.models import Station


def make_station(city, slug, **fields):
    """An open station, in 温泉街道 unless said otherwise."""
    values = {"name": f"联络站{slug}", "kind": "liaison_station", "division": city.street}
    return Station.objects.create(slug=slug, **values | fields)


def cost(client, path):
    """How many queries a page takes that nobody has asked for lately."""
    cache.clear()
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)
