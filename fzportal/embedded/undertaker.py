"""Ends what a dead process left behind: run as ``python undertaker.py``, told over standard input.

Each line is a JSON object: ``{"pid": 12, "birth": "...", "signal": 2}`` is a process to end, ``{"remove": "/path"}`` a
folder to delete. When standard input closes, because its owner left or was killed, everything still alive is ended
in reverse order. Standard library only, no imports of ours: it must start fast and never fail.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path


def birth(pid):
    """A text that differs between two processes that had the same pid; None when there is no such process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
    except ProcessLookupError:
        return None
    found = subprocess.run(["ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True).stdout
    return None if not found.strip() or found.lstrip().startswith("Z") else found.strip().partition(" ")[2].strip()


def command(pid):
    """The command line of a process as one string, empty when there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if Path("/proc/self/stat").exists():
            return ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout


def end(pid, born, how, patience=20.0):
    """Send ``how``, wait up to ``patience`` seconds, then kill; never touches a pid that changed its owner."""
    deadline = time.monotonic() + patience
    if birth(pid) == born:
        os.kill(pid, how)
    while birth(pid) == born and time.monotonic() < deadline:
        time.sleep(0.05)
    if birth(pid) == born:
        os.kill(pid, signal.SIGKILL)


def sweep_group(pgid):
    """Kill what is left of a process group whose leader has ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pgid, signal.SIGKILL)


def main():
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    charge = [json.loads(line) for line in sys.stdin if line.strip()]
    for item in reversed(charge):
        try:
            if "remove" in item:
                shutil.rmtree(item["remove"], ignore_errors=True)
            elif birth(item["pid"]) == item["birth"]:
                end(item["pid"], item["birth"], item["signal"])
                sweep_group(item["pid"])
        except OSError:
            continue


if __name__ == "__main__":
    main()
