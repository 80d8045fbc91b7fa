"""What `manage.py check` refuses."""

import psycopg
import pytest
from django.db import connection

from fzportal import checks


def ids(found):
    return [message.id for message in found]


@pytest.mark.parametrize(("debug", "demo", "found"), [(0, 1, ["fzportal.E001"]), (1, 1, []), (0, 0, []), (1, 0, [])])
def test_a_demo_without_debug_is_an_error(settings, debug, demo, found):
    settings.DEBUG, settings.DEMO = bool(debug), bool(demo)
    assert ids(checks.check_demo(None)) == found


@pytest.mark.parametrize(
    ("debug", "url", "found"),
    [
        (False, "http://localhost:8000", ["fzportal.W001"]),
        (False, "http://127.0.0.1", ["fzportal.W001"]),
        (False, "http://[::1]:8000/", ["fzportal.W001"]),
        (False, "portal.example", ["fzportal.W001"]),
        (False, "https://portal.example", []),
        (True, "http://localhost:8000", []),
    ],
)
def test_messages_may_not_link_to_localhost_in_public(settings, debug, url, found):
    settings.DEBUG, settings.SITE_URL = debug, url
    assert ids(checks.check_site_url(None)) == found


@pytest.mark.parametrize(
    ("url", "found"),
    [("redis://a/0", []), ("rediss://a/0", []), ("amqp://a", ["fzportal.E002"]), ("", ["fzportal.E002"])],
)
def test_the_broker_must_speak_redis(settings, url, found):
    settings.CELERY_BROKER_URL = url
    assert ids(checks.check_broker(None)) == found


@pytest.mark.parametrize(
    ("debug", "backend", "found"),
    [(False, "ConsoleSms", ["fzportal.W002"]), (False, "HttpGatewaySms", []), (True, "ConsoleSms", [])],
)
def test_no_sms_is_printed_in_public(settings, debug, backend, found):
    settings.DEBUG, settings.SMS_BACKEND = debug, f"notifications.channels.{backend}"
    assert ids(checks.check_sms(None)) == found


@pytest.fixture
def database_without_letters(transactional_db):
    """The test's connection, for once on a database made with LC_CTYPE = C."""
    name, options = connection.settings_dict["NAME"], connection.get_connection_params()
    at = {key: options[key] for key in ("host", "user") if key in options}
    with psycopg.connect(dbname="postgres", autocommit=True, **at) as server:
        server.execute("DROP DATABASE IF EXISTS without_letters")
        server.execute("CREATE DATABASE without_letters TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    connection.close()
    connection.settings_dict["NAME"] = "without_letters"
    yield
    connection.close()
    connection.settings_dict["NAME"] = name


def test_a_database_that_takes_chinese_for_punctuation_is_an_error(database_without_letters):
    assert ids(checks.check_letters(None, databases=["default"])) == ["fzportal.E003"]


@pytest.mark.django_db
def test_our_own_database_knows_letters():
    assert ids(checks.check_letters(None, databases=["default"])) == []
