"""Throw-away servers for the tests, started before Django reads its settings (``-p tests.servers``).

One PostgreSQL for the whole run, started by the first process; in every process that runs tests a database and a Valkey
of its own, so that one may stop its broker without the others noticing. What a killed run leaves, its undertaker ends.
"""

import os
import tempfile
from pathlib import Path

import pytest

from fzportal.embedded import Failure, Family, Postgres, Valkey

FAMILY = pytest.StashKey[Family]()
VALKEY = pytest.StashKey[Valkey]()
POSTGRES = "FZPORTAL_TEST_POSTGRES"  # where the first process tells the others its server's address

# What a developer's .env or shell says must not decide whether tests pass.
ENVIRONMENT = {
    "DEBUG": "1",
    "DEMO": "1",
    "SITE_URL": "http://testserver",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "CSRF_TRUSTED_ORIGINS": "",
    "TRUSTED_PROXY_COUNT": "0",
    "SECURE_SSL_REDIRECT": "0",
    "CONN_MAX_AGE": "0",
    "EMAIL_URL": "smtp://localhost:25",
    "SMS_BACKEND": "notifications.channels.ConsoleSms",
    "LOG_LEVEL": "INFO",
}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    """A wrapper runs before pytest-django's own hook, which reads the settings."""
    try:
        _start(early_config)
    except Failure as failure:
        raise pytest.UsageError(str(failure)) from None
    return (yield)


def _start(config):
    family = config.stash[FAMILY] = Family()
    config.add_cleanup(family.end)
    folder = Path(tempfile.mkdtemp(prefix="fzportal-test-", dir="/tmp"))
    family.remove_at_end(folder)
    (folder / "static").mkdir()
    os.environ.update(ENVIRONMENT, VAR_DIR=str(folder))
    os.environ.pop("CACHE_URL", None)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not worker:
        server = Postgres(folder / "postgres", family, durable=False).start()
        os.environ[POSTGRES] = server.url("{database}")
    os.environ["DATABASE_URL"] = database_url(f"test_{worker or 'alone'}")
    if worker or not getattr(config.known_args_namespace, "numprocesses", None):
        config.stash[VALKEY] = Valkey(folder / "valkey", family).start()
        os.environ["REDIS_URL"] = config.stash[VALKEY].url


def database_url(name):
    return os.environ[POSTGRES].format(database=name)
