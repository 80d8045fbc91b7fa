"""A family of processes: started together, ended together, whatever ends the one who started them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from . import undertaker


class Failure(Exception):
    """The start cannot go on; the text is the one line a person reads."""


class Family:
    """Processes in the order of their start. Use as a context manager: leaving it ends them, last one first.

    An undertaker outlives us and does the same if we are killed before we can.
    """

    def __init__(self, lock=None):
        """``lock``: an open file whose lock must outlive us until the undertaker is done."""
        self.members = []
        self.undertaker = subprocess.Popen(
            [sys.executable, "-I", undertaker.__file__],
            stdin=subprocess.PIPE, start_new_session=True, text=True, pass_fds=[lock.fileno()] if lock else [],
        )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.end()

    def start(self, name, argv, *, stop=signal.SIGTERM, patience=20.0, echo=False, **options):
        """Start ``argv`` in a session of its own, so that a Ctrl-C in the terminal reaches us alone."""
        if echo:
            options.update(stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        process = subprocess.Popen(argv, start_new_session=True, stdin=subprocess.DEVNULL, **options)
        process.name, process.stop, process.patience = name, stop, patience
        self.members.append(process)
        self.tell({"pid": process.pid, "birth": undertaker.birth(process.pid), "signal": int(stop)})
        if echo:
            threading.Thread(target=_echo, args=(process,), daemon=True).start()
        return process

    def remove_at_end(self, folder):
        """Have a temporary folder deleted after the last process, also if we are killed."""
        self.tell({"remove": str(folder)})

    def tell(self, item):
        self.undertaker.stdin.write(json.dumps(item) + "\n")
        self.undertaker.stdin.flush()

    def first_dead(self):
        """The first member that ended by itself, or None."""
        return next((process for process in self.members if process.poll() is not None), None)

    def end_one(self, process):
        """End one member: its own stop signal, patience, then the whole group."""
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.send_signal(process.stop)
            try:
                process.wait(process.patience)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        undertaker.sweep_group(process.pid)
        if process in self.members:
            self.members.remove(process)

    def end(self):
        """End every member, last started first, then let the undertaker see to the folders."""
        for process in reversed(list(self.members)):
            self.end_one(process)
        if not self.undertaker.stdin.closed:
            self.undertaker.stdin.close()
            self.undertaker.wait()


def _echo(process):
    """Copy a member's output to ours, each line with its name before it."""
    for line in process.stdout:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.buffer.write(f"{process.name:>8} | ".encode() + line)
            sys.stdout.buffer.flush()


def end_leftover(pid, mark, stop):
    """End a server of an earlier, killed run; only if its command line still carries ``mark`` (our own folder)."""
    if str(mark) in undertaker.command(pid):
        undertaker.end(pid, undertaker.birth(pid), stop)


def read_pid(path):
    """The number in a pid file's first line, or None."""
    try:
        return int(Path(path).read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def last_line(path):
    """The last line a server wrote to its log, for the one line a person reads."""
    try:
        lines = Path(path).read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "error" in line.lower()]
    return (telling or lines or [""])[-1].strip()


def is_root():
    return os.geteuid() == 0
