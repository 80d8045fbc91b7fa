"""The cache may vanish without any page failing (a real server is stopped and frozen here)."""

import time

import pytest
from django.core.cache import caches
from django.test import override_settings

from fzportal.cache import ForgivingRedisCache


@pytest.fixture
def cache(valkey):
    """A cache of its own on the test's server, with the time-outs of the settings."""
    options = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    cache = ForgivingRedisCache(valkey.url, {"KEY_PREFIX": "test", "OPTIONS": options})
    cache.local.clear()
    yield cache
    ForgivingRedisCache._closed_until.clear()


@pytest.fixture
def short_pause(monkeypatch):
    monkeypatch.setattr("fzportal.cache.PAUSE_SECONDS", 0.3)


def test_while_the_server_runs_values_live_there(cache):
    cache.set("a", {"b": 1}, 60)
    cache.local.clear()
    assert cache.get("a") == {"b": 1}
    assert cache.redis.get("a") == {"b": 1}


def test_with_the_server_stopped_every_operation_answers_from_memory(cache, valkey):
    valkey.stop()
    assert cache.get("a", "nothing") == "nothing"
    cache.set("a", 1)
    assert cache.incr("a") == 2
    assert cache.add("a", 5) is False
    cache.set_many({"b": 2, "c": 3})
    assert cache.get_many(["a", "b", "c"]) == {"a": 2, "b": 2, "c": 3}
    assert cache.has_key("a") is True
    assert cache.touch("a", 10) is True
    assert cache.delete("a") is True
    cache.delete_many(["b"])
    assert cache.get_or_set("d", lambda: 4) == 4
    cache.clear()
    assert cache.get("d") is None


def test_a_frozen_server_costs_one_time_out_and_not_one_per_call(cache, valkey):
    cache.set("a", 1)
    valkey.freeze()
    start = time.monotonic()
    for _call in range(50):
        cache.get("a")
    took = time.monotonic() - start
    assert 0.4 < took < 1.2


def test_after_the_pause_a_server_that_is_back_is_used_again(cache, valkey, short_pause):
    cache.set("kept", "there")
    valkey.freeze()
    assert cache.get("kept") is None
    valkey.thaw()
    assert cache.get("kept") is None
    time.sleep(0.35)
    assert cache.get("kept") == "there"


def test_a_missing_key_is_still_an_error_to_count_up(cache):
    with pytest.raises(ValueError, match="not found"):
        cache.incr("missing")


@pytest.mark.django_db
def test_pages_answer_and_sign_in_is_tried_with_the_server_frozen(client, valkey):
    location = {"BACKEND": "fzportal.cache.ForgivingRedisCache", "LOCATION": valkey.url}
    options = {"OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}}
    with override_settings(CACHES={"default": location | options}):
        valkey.freeze()
        start = time.monotonic()
        answers = [client.get("/about/").status_code, client.post("/accounts/login/", {"login": "a@b.cn"}).status_code]
        took = time.monotonic() - start
        caches.close_all()
    ForgivingRedisCache._closed_until.clear()
    assert answers[0] == 200
    assert answers[1] < 500
    assert took < 3
