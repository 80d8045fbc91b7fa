"""The two commands: ``run`` starts the whole portal, ``do`` runs one command with the servers there."""

import errno
import http.client
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import settled
from .postgres import Postgres
from .processes import Failure, Family, last_line
from .settled import BASE_DIR
from .valkey import Valkey

DATABASE = "fzportal"
USAGE = "usage: python -m fzportal.embedded run | do COMMAND [ARGUMENT ...]"
# Celery gives running tasks ten seconds (CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT) on top of a warm shutdown.
PATIENCE = 25.0


class Stop(BaseException):
    """Somebody asked us to end: Ctrl-C, SIGTERM or a closed terminal."""


def main(arguments):
    """Returns the exit code. A known trouble is one line on standard error."""
    if arguments[:1] == ["run"]:
        act = run
    elif arguments[:1] == ["do"] and arguments[1:]:
        act = lambda: do(arguments[1:])  # noqa: E731
    else:
        print(USAGE, file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        return act()
    except Stop:
        return 0
    except Failure as failure:
        print(f"fzportal: {failure}", file=sys.stderr)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f"fzportal: The disk is full ({error.filename}).", file=sys.stderr)
    return 1


def _stop(number, frame):
    """Once: while everything ends, further signals are not heard; each member has its patience and then is killed."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Stop


def run():
    """Servers, migrations, demo city, web, worker, beat; until a signal, or until one of them ends by itself."""
    env = settled.environment()
    folder = Path(env["VAR_DIR"])
    lock = settled.take_folder(folder)
    settled.check_port(env["HOST"], env["PORT"])
    with Family(lock) as family:
        say("Starting …")
        start_servers(family, folder, env)
        prepare(family, folder, env)
        for name, command in procfile(BASE_DIR / "Procfile"):
            family.start(
                name, ["/bin/sh", "-c", f"exec {command}"], patience=PATIENCE, echo=True, env=env, cwd=BASE_DIR
            )
        wait_until_healthy(family, env)
        greet(env)
        dead = watch(family)
        raise Failure(f"{dead.name} ended by itself ({_how(dead, folder)}); everything else was stopped.")


def do(argv):
    """Run ``argv`` with the servers of the run that holds the folder, or with servers started for it alone."""
    env = settled.environment()
    folder = Path(env["VAR_DIR"])
    urls = settled.running_urls(folder)
    if urls:
        return subprocess.run(argv, env=env | urls, cwd=BASE_DIR).returncode
    with Family(settled.take_folder(folder)) as family:
        start_servers(family, folder, env)
        return subprocess.run(argv, env=env, cwd=BASE_DIR).returncode


def start_servers(family, folder, env):
    """Use the servers that are named, start those that are not, and write both addresses into ``env``."""
    if env.get("DATABASE_URL"):
        settled.check_database(env["DATABASE_URL"])
    if env.get("REDIS_URL"):
        settled.check_redis(env["REDIS_URL"])
    if not env.get("DATABASE_URL"):
        server = Postgres(folder / "postgres", family).start()
        server.ensure_database(DATABASE)
        env["DATABASE_URL"] = server.url(DATABASE)
    if not env.get("REDIS_URL"):
        env["REDIS_URL"] = Valkey(folder / "valkey", family).start().url
    settled.publish_urls(folder, {name: env[name] for name in ("DATABASE_URL", "REDIS_URL")})


def prepare(family, folder, env):
    """Bring the database and the files to where the processes expect them."""
    (folder / "static").mkdir(exist_ok=True)
    manage(family, folder, env, "migrate", "--noinput")
    manage(family, folder, env, "seed")
    if env["DEBUG"].lower() not in ("1", "true", "yes", "on"):
        manage(family, folder, env, "collectstatic", "--noinput")


def manage(family, folder, env, *arguments):
    """One management command, its output kept in a file; a failure becomes its last line."""
    log = folder / f"{arguments[0]}.log"
    with log.open("wb") as output:
        process = family.start(
            arguments[0], [sys.executable, "manage.py", *arguments], stdout=output, stderr=output, env=env, cwd=BASE_DIR
        )
        process.wait()
    family.end_one(process)
    if process.returncode:
        lines = log.read_text(errors="replace").strip().splitlines()
        raise Failure(f"{arguments[0]} failed: {(lines or ['no word'])[-1]} (more in {log})")


def procfile(path):
    """(name, command) for each line of a Procfile."""
    lines = (re.match(r"([\w-]+):\s*(.+)$", line) for line in path.read_text().splitlines())
    return [line.groups() for line in lines if line]


def wait_until_healthy(family, env, seconds=90.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        dead = family.first_dead()
        if dead:
            raise Failure(f"{dead.name} ended by itself ({_how(dead, Path(env['VAR_DIR']))}); its words are above.")
        if _answers(env["HOST"], int(env["PORT"])):
            return
        time.sleep(0.1)
    raise Failure(f"The web server did not answer /healthz within {seconds:.0f} s.")


def _answers(host, port):
    """Does /healthz answer? A redirect to https (DEBUG off) is an answer too."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status in (200, 301)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def greet(env):
    say(f"\n  The portal is at  {env['SITE_URL']}/")
    if env["DEMO"] == "1":
        say(f"  Demo sign-ins at  {env['SITE_URL']}/demo/  (演示数据)")
    say("  Ctrl-C stops it.\n")


def watch(family):
    """The first member that ends by itself."""
    while not family.first_dead():
        time.sleep(0.2)
    return family.first_dead()


def _how(process, folder):
    logs = {"postgres": folder / "postgres" / "postgres.log", "valkey": folder / "valkey" / "valkey.log"}
    word = last_line(logs[process.name]) if process.name in logs else ""
    return f"exit code {process.returncode}" + (f": {word}" if word else "")


def say(text):
    print(text, flush=True)
