"""What load balancers and `make run` ask."""

import json

import pytest
from django.db import connection


@pytest.fixture
def no_database():
    """A database that refuses, as it does while it restarts."""
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = "no_such_database"
    yield
    connection.close()
    connection.settings_dict["NAME"] = name


def answer(client, path):
    response = client.get(path)
    return response.status_code, json.loads(response.content)


def test_healthz_asks_nobody(client):
    assert answer(client, "/healthz") == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_with_database_and_broker(client):
    assert answer(client, "/readyz") == (200, {"database": True, "broker": True})


@pytest.mark.django_db
@pytest.mark.fault
def test_ready_without_broker_because_pages_do_without_it(client, valkey):
    valkey.stop()
    assert answer(client, "/readyz") == (200, {"database": True, "broker": False})


@pytest.mark.django_db(transaction=True)
def test_not_ready_without_database_and_healthy_all_the_same(client, no_database):
    assert answer(client, "/readyz") == (503, {"database": False, "broker": True})
    assert answer(client, "/healthz") == (200, {"status": "ok"})


def test_neither_may_be_written_to_or_kept_by_a_cache(client):
    assert client.post("/healthz").status_code == client.post("/readyz").status_code == 405
    assert "no-store" in client.get("/healthz")["Cache-Control"]
