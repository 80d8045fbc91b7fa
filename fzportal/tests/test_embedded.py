"""`make run` as a person meets it: real processes, in a folder and on a port of their own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from fzportal.embedded import undertaker
from fzportal.embedded.valkey import free_port

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads Linux's list of processes"),
]


class Portal:
    """One `run` in ``folder``; what it prints goes to a file."""

    def __init__(self, folder, **said):
        self.folder, self.port = folder / "var", free_port()
        unsaid = {"DATABASE_URL": "", "REDIS_URL": "", "CACHE_URL": "", "SITE_URL": "", "DEMO": "0"}
        small = {"WEB_WORKERS": "1", "WORKER_CONCURRENCY": "1"}
        self.env = os.environ | unsaid | small | {"VAR_DIR": str(self.folder), "PORT": str(self.port)} | said
        self.out, self.process = folder / "out.txt", None

    def start(self):
        argv = [sys.executable, "-m", "fzportal.embedded", "run"]
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(argv, env=self.env, stdout=out, stderr=out, start_new_session=True)
        return self

    def started(self, seconds=60):
        deadline = time.monotonic() + seconds
        while "The portal is at" not in self.words():
            assert self.process.poll() is None and time.monotonic() < deadline, self.words()
            time.sleep(0.1)
        return self

    def refused(self):
        """Start, expect it to give up; its last words and exit code."""
        code = self.start().process.wait(60)
        return code, self.words().splitlines()[-1].removeprefix("fzportal: ")

    def words(self):
        return self.out.read_text(errors="replace")

    def healthz(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
            return answer.status

    def alive(self):
        """Command lines of all processes that carry our folder in their environment, wherever they hang."""
        mark, found = f"VAR_DIR={self.folder}\0".encode(), {}
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes():
                    found[int(entry.name)] = undertaker.command(entry.name)
        return found

    def pid_of(self, word):
        return min(pid for pid, command in self.alive().items() if word in command)

    def gone(self, seconds=40):
        """Wait until nothing of ours is left; what is left after that."""
        deadline = time.monotonic() + seconds
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.alive()

    def do(self, *argv):
        argv = [sys.executable, "-m", "fzportal.embedded", "do", *argv]
        return subprocess.run(argv, env=self.env, capture_output=True, text=True, timeout=90)


@pytest.fixture
def portal(tmp_path):
    portal = Portal(tmp_path)
    yield portal
    if portal.process and portal.process.poll() is None:
        portal.process.terminate()
        portal.process.wait(60)
    assert portal.gone() == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_every_process_it_started_and_postgresql_cleanly(portal, number):
    portal.start().started()
    assert portal.healthz() == 200
    names = ["embedded run", "undertaker", "bin/postgres", "valkey-server", "granian", "celery --quiet", "beat"]
    assert [name for name in names if not any(name in command for command in portal.alive().values())] == []
    portal.process.send_signal(number)
    assert portal.process.wait(60) == 0
    assert portal.alive() == {}
    assert "database system is shut down" in (portal.folder / "postgres" / "postgres.log").read_text()


@pytest.mark.parametrize("name", ["bin/postgres -D", "celery --quiet --app fzportal beat"])
def test_when_one_process_dies_all_end_and_the_exit_code_says_so(portal, name):
    portal.start().started()
    os.kill(portal.pid_of(name), signal.SIGKILL)
    assert portal.process.wait(60) == 1
    assert portal.gone() == {}
    assert " ended by itself (" in portal.words().splitlines()[-1]


def test_a_killed_run_leaves_nothing_and_the_next_one_keeps_the_data(portal):
    portal.start().started()
    assert portal.do(sys.executable, "-c", WRITE).returncode == 0
    portal.process.kill()
    portal.process.wait()
    portal.start().started()
    assert portal.do(sys.executable, "-c", READ).stdout == "kept\n"


def test_servers_that_lost_even_their_undertaker_are_ended_by_the_next_run(portal):
    portal.start().started()
    servers = [portal.pid_of("bin/postgres -D"), portal.pid_of("valkey-server")]
    births = [undertaker.birth(pid) for pid in servers]
    os.kill(portal.pid_of("undertaker"), signal.SIGKILL)
    others = [pid for pid, command in portal.alive().items() if "granian" in command or "celery" in command]
    for pid in [portal.process.pid, *others]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    portal.process.wait()
    assert [undertaker.birth(pid) for pid in servers] == births
    portal.start().started()
    assert [undertaker.birth(pid) for pid in servers] != births
    assert portal.healthz() == 200


def test_a_second_run_in_the_same_folder_is_refused_and_harms_nothing(portal, tmp_path):
    portal.start().started()
    second = Portal(tmp_path)
    second.out = tmp_path / "second.txt"
    assert second.refused() == (1, f"Already running in {portal.folder} (process {portal.process.pid}).")
    assert portal.healthz() == 200


def test_a_port_in_use_is_named_before_anything_starts(portal):
    with socket.create_server(("127.0.0.1", portal.port)):
        code, said = portal.refused()
    assert (code, said) == (1, f"Port {portal.port} is in use: choose another, for example PORT={portal.port + 1}.")
    assert not (portal.folder / "postgres").exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"PORT": "eighty"}, "PORT=eighty is not a port number."),
        ({"DATABASE_URL": "mysql://a/b"}, "DATABASE_URL must look like postgres://user:password@host:5432/name."),
        ({"DATABASE_URL": "postgres://a@127.0.0.1:1/b"}, "DATABASE_URL: connection failed: "),
        ({"DATABASE_URL": "postgres://a@127.0.0.1:x/b"}, "DATABASE_URL is not a database address: "),
        ({"REDIS_URL": "memory://"}, "REDIS_URL must look like redis://:password@host:6379/0."),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "REDIS_URL: Error 111 connecting to 127.0.0.1:1. Connection refused."),
        ({"DEBUG": "0", "DEMO": "1"}, "migrate failed: "),
    ],
    ids=lambda value: next(iter(value.items()), "")[1] if isinstance(value, dict) else "",
)
def test_a_wrong_setting_is_one_clear_line_and_starts_nothing(tmp_path, said, words):
    portal = Portal(tmp_path, **said)
    code, line = portal.refused()
    assert (code, line[: len(words)]) == (1, words)
    assert portal.alive() == {}


def test_a_wrong_password_of_the_broker_is_one_clear_line(tmp_path, valkey):
    wrong = f"redis://:wrong@127.0.0.1:{valkey.port}/0"
    code, line = Portal(tmp_path, REDIS_URL=wrong).refused()
    assert (code, line[:11]) == (1, "REDIS_URL: ")
    assert "password" in line


def test_named_servers_are_used_and_none_is_started(tmp_path, valkey, transactional_db):
    portal = Portal(tmp_path, DATABASE_URL=os.environ["DATABASE_URL"], REDIS_URL=valkey.url)
    portal.start().started()
    try:
        assert [c for c in portal.alive().values() if "bin/postgres" in c or "valkey-server" in c] == []
        assert portal.healthz() == 200
    finally:
        portal.process.terminate()
    assert portal.process.wait(60) == 0
    assert portal.alive() == {}
    assert psycopg.connect(os.environ["DATABASE_URL"]).execute("SELECT 1").fetchone() == (1,)


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "var").write_text("a file, not a folder")
    assert Portal(tmp_path).refused() == (1, f"Cannot write to {tmp_path / 'var'}: File exists.")


CONNECT = "import os, psycopg; c = psycopg.connect(os.environ['DATABASE_URL'], autocommit=True); "
WRITE = CONNECT + "c.execute('CREATE TABLE note AS SELECT %s AS word', ['kept'])"
READ = CONNECT + "print(c.execute('SELECT word FROM note').fetchone()[0])"
