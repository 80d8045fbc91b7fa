"""Makes ``.venv`` and keeps it as the requirements files say: ``python3 fzportal/bootstrap.py [dev]``.

Runs on the system's Python with its standard library alone, and on old Pythons far enough to say that they are old.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(HERE, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed")
SPACE_NEEDED = 500 * 1024 * 1024
NO_SERVERS = (
    "There are no PostgreSQL and Valkey wheels for this platform: install both servers yourself "
    "and set DATABASE_URL and REDIS_URL (see .env.example)."
)


def fail(text):
    sys.stderr.write("fzportal: " + text + "\n")
    sys.exit(1)


def servers_are_named():
    """Are DATABASE_URL and REDIS_URL both set, in the environment or in .env?"""
    said = {name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    path = os.path.join(HERE, ".env")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as lines:
            said.update(
                re.findall(r"^\s*(?:export\s+)?(DATABASE_URL|REDIS_URL)\s*=\s*['\"]?[^\s'\"]", lines.read(), re.M)
            )
    return len(said) == 2


def wanted(groups):
    """{requirements file: digest of its text, of this Python and of this place}, in the order of installation."""
    names = ["requirements.txt"]
    if "dev" in groups:
        names.append("requirements-dev.txt")
    if "dev" in groups or not servers_are_named():
        names.append("requirements-embedded.txt")
    found = {}
    for name in names:
        with open(os.path.join(HERE, name), "rb") as file:
            found[name] = hashlib.sha256(file.read() + (sys.version + HERE).encode()).hexdigest()
    return found


def installed():
    """What the stamp file says is installed, in the same shape."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            return dict(line.split() for line in file)
    except (OSError, ValueError):
        return {}


def make_venv():
    if os.path.exists(PYTHON) and subprocess.call([PYTHON, "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0:
        return
    if not importlib.util.find_spec("ensurepip"):
        fail("This Python cannot make virtual environments: install its venv package (Debian: python3-venv).")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode:
        said = made.stdout + made.stderr
        explain(said)
        last = (said.strip().splitlines() or ["no word"])[-1]
        fail(f"Cannot make {VENV}: {last}")


def check_space():
    """Ask before pip does: half an installation is a worse message than none."""
    free = shutil.disk_usage(HERE).free
    if not os.path.exists(STAMP) and free < SPACE_NEEDED:
        fail(f"The disk is full: {VENV} needs {SPACE_NEEDED >> 20} MB, {free >> 20} MB are free.")


def install(names):
    for name in names:
        print(f"Installing {name} …", flush=True)
        argv = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
                "--only-binary", ":all:", "-r", os.path.join(HERE, name)]  # fmt: skip
        done = subprocess.run(argv, capture_output=True, text=True, errors="replace")
        if done.returncode == 0:
            continue
        explain(done.stderr)
        missing = re.search(r"No matching distribution found for (\S+)", done.stderr)
        if missing and name == "requirements-embedded.txt":
            fail(NO_SERVERS)
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")]
        last = (lines or ["no word"])[-1]
        fail(f"pip could not install {name}: {last}")


def explain(said):
    """One line for the troubles that have a name."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        fail(f"The disk is full: {VENV} needs {SPACE_NEEDED >> 20} MB.")
    if "Permission denied" in said:
        fail(f"Cannot write to {VENV}: permission denied.")
    if re.search(
        r"Failed to establish a new connection|Temporary failure in name resolution|Network is unreachable", said
    ):
        fail("The package index cannot be reached: is this machine connected?")


def compile_translations():
    """Message catalogues for Django, without gettext: Babel writes the .mo beside each newer .po."""
    root = os.path.join(HERE, "locale")
    for language in sorted(os.listdir(root)) if os.path.isdir(root) else []:
        folder = os.path.join(root, language, "LC_MESSAGES")
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            source, target = os.path.join(folder, name), os.path.join(folder, name[:-3] + ".mo")
            if not name.endswith(".po"):
                continue
            if os.path.exists(target) and os.path.getmtime(target) >= os.path.getmtime(source):
                continue
            argv = [PYTHON, "-m", "babel.messages.frontend", "--quiet", "compile", "-i", source, "-o", target]
            if subprocess.call([*argv, "-l", language]):
                fail(f"The translations in {source} cannot be compiled.")


def main(groups):
    if sys.version_info < (3, 11):  # noqa: UP036  (the system's Python, not ours)
        this = sys.version.split()[0]
        fail(f"Python 3.11 or newer is needed, this is {this}: try `make PYTHON=python3.12 …`.")
    asked, there = wanted(groups), installed()
    missing = [name for name, digest in asked.items() if there.get(name) != digest]
    if missing:
        check_space()
        make_venv()
        install(missing)
        with open(STAMP, "w", encoding="utf-8") as file:
            file.writelines(f"{name} {digest}\n" for name, digest in {**there, **asked}.items())
    compile_translations()


def stop(number, frame):
    """Raised, so that subprocess.run ends the pip it waits for."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        fail("Stopped. The next start goes on from here.")
