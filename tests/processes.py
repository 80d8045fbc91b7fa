"""Celery as a process of its own, for tests that kill it, stop its broker, or watch a message arrive."""

import os
import signal
import sys
import time

WORKER = ("worker", "--without-mingle", "--without-gossip", "--loglevel", "INFO")
BEAT = ("beat", "--pidfile=", "--loglevel", "INFO")
READY = {"worker": " ready.", "beat": "beat: Starting"}


class CeleryProcesses:
    """Starts workers and beats in ``folder`` with ``env``; ``end()`` ends those still alive."""

    def __init__(self, family, env, folder):
        self.family, self.env, self.folder, self.started = family, env, folder, []

    def worker(self, concurrency=2, wait=True):
        return self._start("worker", [*WORKER, "--concurrency", str(concurrency)], wait)

    def beat(self, wait=True):
        return self._start("beat", [*BEAT, "--schedule", str(self.folder / "beat")], wait)

    def end(self):
        for process in reversed(self.started):
            self.family.end_one(process)

    def _start(self, name, arguments, wait):
        log = self.folder / f"{name}-{len(self.started)}.log"
        with log.open("wb") as output:
            argv = [sys.executable, "-m", "celery", "--quiet", "--app", "fzportal", *arguments]
            process = self.family.start(name, argv, patience=8.0, stdout=output, stderr=output, env=self.env)
        process.log = log
        process.kill_hard = lambda: _kill_hard(process)
        self.started.append(process)
        if wait:
            _wait(process, READY[name])
        return process


def _wait(process, word, seconds=30.0):
    deadline = time.monotonic() + seconds
    while word not in process.log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"Celery did not start:\n{process.log.read_text(errors='replace')}")
        time.sleep(0.05)


def _kill_hard(process):
    """SIGKILL to the process and its children at once, as when a machine loses power."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
