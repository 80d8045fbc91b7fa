"""The fixtures that other tests stand on do what they say."""

import os
import signal
import urllib.request

import pytest
import redis
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection

from fzportal.embedded import undertaker

# "The next test" is one only in the same process.
in_order = pytest.mark.xdist_group("in_order")


def client(valkey):
    return redis.Redis.from_url(valkey.url, socket_timeout=0.3, socket_connect_timeout=0.3)


@pytest.mark.django_db
def test_every_process_has_a_database_of_its_own_that_knows_chinese_letters():
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), datctype FROM pg_database WHERE datname = current_database()")
        assert cursor.fetchone() == (f"test_{worker}", "C.UTF-8")


@in_order
@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_may_delete_what_migrations_wrote():
    ContentType.objects.all().delete()
    assert ContentType.objects.count() == 0


@in_order
@pytest.mark.django_db(transaction=True)
def test_the_next_test_finds_what_migrations_wrote():
    assert ContentType.objects.filter(app_label="contenttypes").exists()


@in_order
@pytest.mark.django_db(transaction=True)
def test_what_a_transactional_test_adds_is_gone_however_much_it_is():
    ContentType.objects.bulk_create(ContentType(app_label="many", model=str(number)) for number in range(30_000))
    assert ContentType.objects.filter(app_label="many").count() == 30_000


@in_order
@pytest.mark.django_db(transaction=True)
def test_the_next_test_finds_none_of_it_and_may_add_rows():
    assert ContentType.objects.filter(app_label="many").count() == 0
    last = ContentType.objects.order_by("pk").last().pk
    assert ContentType.objects.create(app_label="one", model="more").pk > last


def test_settings_use_this_processs_valkey(valkey):
    assert valkey.url == settings.REDIS_URL == settings.CELERY_BROKER_URL
    assert client(valkey).ping() is True


@in_order
def test_the_cache_keeps_something():
    cache.set("one", 1)
    assert cache.get("one") == 1


@in_order
def test_the_cache_is_empty_in_the_next_test():
    assert cache.get("one") is None


@pytest.mark.fault
def test_a_stopped_valkey_refuses_and_comes_back_at_the_same_address(valkey):
    address = valkey.url
    valkey.stop()
    with pytest.raises(redis.ConnectionError):
        client(valkey).ping()
    valkey.start()
    assert valkey.url == address
    assert client(valkey).ping() is True


@pytest.mark.fault
def test_a_frozen_valkey_does_not_answer_until_it_is_thawed(valkey):
    valkey.freeze()
    with pytest.raises(redis.TimeoutError):
        client(valkey).ping()
    valkey.thaw()
    assert client(valkey).ping() is True


@pytest.mark.fault
def test_a_valkey_left_stopped_or_frozen(valkey):
    valkey.freeze()


@pytest.mark.fault
def test_runs_again_in_the_next_test(valkey):
    assert client(valkey).ping() is True


@pytest.mark.fault
def test_a_celery_worker_runs_until_it_is_killed_hard(celery_worker_process):
    worker = celery_worker_process.worker()
    born = undertaker.birth(worker.pid)
    assert born is not None
    worker.kill_hard()
    assert worker.returncode == -signal.SIGKILL
    assert undertaker.birth(worker.pid) != born


@pytest.mark.fault
def test_beat_and_a_worker_run_side_by_side(celery_worker_process):
    worker, beat = celery_worker_process.worker(concurrency=1), celery_worker_process.beat()
    assert (worker.poll(), beat.poll()) == (None, None)


def test_the_live_site_answers_with_its_health(live):
    with urllib.request.urlopen(f"{live}/healthz") as answer:
        assert (answer.status, answer.read()) == (200, b'{"status": "ok"}')


@pytest.mark.browser
def test_chromium_opens_the_live_site(page):
    assert page.goto("/healthz").json() == {"status": "ok"}
    assert page.viewport_size == {"width": 1280, "height": 900}


@pytest.mark.browser
def test_chromium_runs_no_scripts_when_told_so(new_page):
    page = new_page(375, javascript=False)
    page.set_content("<noscript>without</noscript><script>document.body.append('with')</script>")
    assert page.inner_text("body") == "without"
