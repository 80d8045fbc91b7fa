"""What `make run` runs with: the environment, `.env`, and what nobody said; checked before anything starts."""

import errno
import fcntl
import json
import os
import shutil
import socket
import sys
import time
from pathlib import Path

import environ

from . import undertaker
from .processes import Failure, is_root

BASE_DIR = Path(__file__).resolve().parents[2]
SPACE_NEEDED = 150 * 1024 * 1024
OLDEST_POSTGRES = 150000


def environment():
    """The children's environment. DEBUG unless denied; DEMO as well, but on a database of your own only when asked."""
    environ.Env.read_env(BASE_DIR / ".env")
    found = dict(os.environ)
    found["DEBUG"] = found.get("DEBUG") or "1"
    debug = found["DEBUG"].lower() in environ.Env.BOOLEAN_TRUE_STRINGS
    found["DEMO"] = found.get("DEMO") or ("1" if debug and not found.get("DATABASE_URL") else "0")
    found["PORT"] = found.get("PORT") or "8000"
    found["HOST"] = found.get("HOST") or "127.0.0.1"
    found["SITE_URL"] = found.get("SITE_URL") or f"http://localhost:{found['PORT']}"
    found["VAR_DIR"] = str(Path(found.get("VAR_DIR") or BASE_DIR / "var").resolve())
    found["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), found.get("PATH", os.defpath)])
    if is_root():
        # Celery's advice to production, a screenful of it; here everything else runs as root, too.
        found.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser:UserWarning")
    return found | {"PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "fzportal.settings"}


def take_folder(folder):
    """Lock ``folder`` for us alone and return the open lock file, or say why not.

    A run that was killed leaves an undertaker holding the lock until it has ended what was left: wait for it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "run.lock").open("a+")
    except OSError as error:
        raise Failure(f"Cannot write to {folder}: {error.strerror}.") from None
    deadline = time.monotonic() + 60
    while not _locked(lock):
        owner = _owner(folder)
        if owner:
            raise Failure(f"Already running in {folder} (process {owner}).")
        if time.monotonic() > deadline:
            raise Failure(f"{folder} is still in use by an earlier run that does not end.")
        time.sleep(0.2)
    if shutil.disk_usage(folder).free < SPACE_NEEDED:
        raise Failure(f"The disk is full: {folder} needs at least {SPACE_NEEDED >> 20} MB free.")
    owner = {"pid": os.getpid(), "birth": undertaker.birth(os.getpid())}
    (folder / "run.json").write_text(json.dumps(owner))
    return lock


def _locked(lock):
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _owner(folder):
    """The pid of the run that holds ``folder``; None when it has died or has not written its name yet."""
    try:
        owner = json.loads((folder / "run.json").read_text())
    except (OSError, ValueError):
        return None
    return owner["pid"] if undertaker.birth(owner["pid"]) == owner["birth"] else None


def running_urls(folder):
    """DATABASE_URL and REDIS_URL of the run that holds ``folder`` now; None when there is none."""
    if not _owner(folder):
        return None
    return json.loads((folder / "run.json").read_text()).get("urls")


def publish_urls(folder, urls):
    """Tell other terminals (``python -m fzportal.embedded do``) where the servers of this run are."""
    path = folder / "run.json"
    owner = json.loads(path.read_text())
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps(owner | {"urls": urls}))


def check_port(host, port):
    """Refuse a port that is no number, not ours to take, or taken."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Failure(f"PORT={port} is not a port number.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Failure(f"Port {port} is in use: choose another, for example PORT={int(port) + 1}.") from None
            raise Failure(f"Cannot listen on {host} port {port}: {error.strerror}.") from None


def check_database(url):
    """Connect once to the database of DATABASE_URL; say in one line what is wrong with it."""
    import psycopg

    try:
        settings = environ.Env.db_url_config(url)
    except ValueError as error:
        raise Failure(f"DATABASE_URL is not a database address: {error}.") from None
    if settings.get("ENGINE") != "django.db.backends.postgresql" or not settings["NAME"]:
        raise Failure("DATABASE_URL must look like postgres://user:password@host:5432/name.")
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    known = {key: settings[name] for key, name in named.items() if settings[name]} | settings.get("OPTIONS", {})
    try:
        with psycopg.connect(**{"connect_timeout": 5} | known) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        raise Failure(f"DATABASE_URL: {_one_line(error)}") from None
    if version < OLDEST_POSTGRES:
        raise Failure(f"DATABASE_URL: PostgreSQL {version // 10000} is too old, 15 or newer is needed.")


def check_redis(url):
    """Ping the server of REDIS_URL once; say in one line what is wrong with it."""
    import redis

    if not url.startswith(("redis://", "rediss://")):
        raise Failure("REDIS_URL must look like redis://:password@host:6379/0.")
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5, retry=None) as client:
            client.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        raise Failure(f"REDIS_URL: {_one_line(error)}") from None


def _one_line(error):
    """The telling part of a client library's message, which may run over many lines."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0]
