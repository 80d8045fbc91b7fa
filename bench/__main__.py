"""``python -m bench [--rows 100000] [--stations 2000] [--rounds 100] [--out FILE]``: load, measure, print.

Run through ``make bench``, which brings PostgreSQL and Valkey of its own under ``var/bench``.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import django
from aiosmtpd.controller import Controller
from django.core.management import call_command

from bench import exports

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
PORT, SMTP_PORT = 18080, 12525


def main():
    """Load once, ask every page, tell ten thousand; a table on the screen and JSON in a file."""
    options = arguments()
    os.environ["BENCH_SMTP_PORT"] = str(SMTP_PORT)
    django.setup()
    call_command("migrate", verbosity=0)
    from bench import load, replay, schedule

    if options.replay:
        print(replay.table(replay.compare(options.replay)))
        return

    begun = time.perf_counter()
    cast = load.load(options.rows, options.followers) | schedule.load(options.stations)
    loading = time.perf_counter() - begun
    from bench import measure, rooms, telling
    from suggestions import statistics

    begun = time.perf_counter()
    statistics.refresh()
    counting = time.perf_counter() - begun

    server = serve()
    try:
        found = measure.pages(PORT, rooms.rooms(cast), options.rounds)
    finally:
        server.terminate()
        server.wait(30)
    counts = {"rows": options.rows, "stations": options.stations, "counting_seconds": round(counting, 1)}
    report = counts | {"loading_seconds": round(loading), "machine": machine(), "pages": found}
    report["exports"] = exports.measure()
    report["telling"] = with_sink(lambda: telling.tell(cast["famous"], dict(os.environ)))
    options.out.write_text(json.dumps(report, ensure_ascii=False, indent=1))
    print(table(report))


def arguments():
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--stations", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--followers", type=int, default=10_000)
    parser.add_argument("--replay", type=Path, help="a file of questions and replies to live through instead")
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("VAR_DIR", "var")) / "bench.json")
    return parser.parse_args()


def machine() -> str:
    """What the figures were measured on."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def serve():
    """The portal under granian as in the Procfile; ready when the bare page answers."""
    from bench import measure

    command = ["granian", "--interface", "wsgi", "--port", str(PORT), "--workers", "2", "--blocking-threads", "16"]
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / command[0]), *command[1:], "fzportal.wsgi:application"]
    )
    for _n in range(100):
        try:
            measure.ask(PORT, ["/bare/"], "", 1)
            return process
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


class Sink:
    """Takes every message and keeps none."""

    async def handle_DATA(self, server, session, envelope):
        return "250 OK"


def with_sink(act):
    """Run ``act`` with a local SMTP server listening."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=SMTP_PORT)
    controller.start()
    try:
        return act()
    finally:
        controller.stop()


def table(report: dict) -> str:
    """The report as Markdown."""
    lines = [
        f"{report['rows']:,} suggestions, {report['stations']:,} stations, {report['machine']}",
        "",
        "| page | queries | p50 × bare, 1 client | p95 ms | p50 × bare, 16 clients | p95 ms | pages/s |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, row in report["pages"].items():
        one, many = row["one"], row["sixteen"]
        lines.append(
            f"| {name} | {row['queries']} | {one['ratio']} | {one['p95_ms']} | {many['ratio']} | {many['p95_ms']} "
            f"| {many['per_second']} |"
        )
    lines += ["", *exports.table(report["exports"])]
    told = report["telling"]
    lines += ["", f"{told['mails_sent']:,} mails in {told['seconds']} s: {told['mails_per_second']} a second."]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
