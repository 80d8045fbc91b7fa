import os
import subprocess
import sys


def start(**env):
    command = [sys.executable, "-c", "import fzportal.settings"]
    keep = {k: v for k, v in os.environ.items() if k not in ("DEBUG", "DEMO")}
    return subprocess.run(command, env=keep | env, capture_output=True, text=True)


def test_the_demo_is_refused_when_debug_is_off():
    refused = start(DEMO="1", DEBUG="0", SECRET_KEY="x" * 60)
    assert refused.returncode != 0
    assert "DEMO signs anybody in as anybody" in refused.stderr


def test_the_demo_starts_together_with_debug():
    assert start(DEMO="1", DEBUG="1").returncode == 0
