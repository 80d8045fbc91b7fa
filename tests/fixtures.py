"""Fixtures that need real servers: the database's copy, Valkey, Celery processes, a live site, Chromium."""

import os

import pytest
import redis

from . import database
from .chromium import Chromium
from .processes import CeleryProcesses
from .servers import FAMILY, VALKEY


def pytest_collection_modifyitems(items):
    """Under xdist the browser's tests share one process and so do the faults: two browsers would starve each other."""
    for item in items:
        for name in ("browser", "fault"):
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.xdist_group(name))
                break


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """In place of pytest-django's: migrations run once, and what they wrote outlives transactional tests."""
    from django.db import connection
    from django.test import TransactionTestCase

    with django_db_blocker.unblock():
        database.make_copy(connection)
        TransactionTestCase._fixture_teardown = lambda case: database.mend()
        yield
        connection.close()


@pytest.fixture(autouse=True)
def _forget_the_cache(request):
    """No test sees another's rate limits or queued ticks."""
    with redis.Redis.from_url(request.config.stash[VALKEY].url) as client:
        client.flushall()


@pytest.fixture
def valkey(request):
    """This process's Valkey server: ``.stop() .start() .freeze() .thaw() .url``; running again after the test."""
    server = request.config.stash[VALKEY]
    yield server
    if server.process.poll() is None:
        server.thaw()
    else:
        server.start()


@pytest.fixture
def live(live_server, settings):
    """The whole site in a thread of this process, on the test database, with static files: its address as text."""
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def celery_worker_process(request, transactional_db, settings, tmp_path):
    """Real Celery processes on the test database and Valkey: ``.worker()``, ``.beat()``; ended after the test.

    Each returns a process with ``.pid``, ``.log`` and ``.kill_hard()``; their mail lands in ``settings.OUTBOX_DIR``.
    """
    family = request.config.stash[FAMILY]
    env = os.environ | {"SITE_URL": settings.SITE_URL, "PYTHONUNBUFFERED": "1"}
    processes = CeleryProcesses(family, env, tmp_path)
    yield processes
    processes.end()


@pytest.fixture(scope="session")
def browser():
    """One Chromium per test process; skipped, or failed under CI, where there is none (see tests/chromium.py)."""
    # Playwright keeps an event loop in this thread, and Django would take our ORM calls for asynchronous ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with Chromium() as chromium:
        yield chromium


@pytest.fixture
def new_page(browser, live):
    """``new_page(width=1280, javascript=True, elder=False)``: a page in a fresh profile, at home on the live site."""
    contexts = []

    def make(width=1280, *, height=900, javascript=True, elder=False):
        context = browser.new_context(
            base_url=live, viewport={"width": width, "height": height}, java_script_enabled=javascript, locale="zh-CN"
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        if elder:
            context.add_cookies([{"name": "mode", "value": "elder", "url": live}])
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page):
    """A page 1280 px wide with JavaScript."""
    return new_page()
