"""``python -m bench.exports KIND FORMAT``: makes one file in this process and prints rows, bytes, seconds and memory.

A process of its own, so that the peak of its memory is the file's alone.
"""

import json
import os
import resource
import subprocess
import sys
import time

KINDS = (("open", "csv"), ("open", "jsonl"), ("office", "csv"), ("office", "xlsx"))


def measure() -> dict:
    """ "open csv" -> {rows, mb, seconds, peak_mb, base_mb}: every file, each in a process."""
    found = {}
    for kind, form in KINDS:
        command = [sys.executable, "-m", "bench.exports", kind, form]
        ended = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
        found[f"{kind} {form}"] = json.loads(ended.stdout.splitlines()[-1])
    return found


def make(kind, form) -> dict:
    """Make the file as the worker does, in one go. ``base_mb``: memory before the first row."""
    from django.contrib.auth import get_user_model

    from accounts.models import OfficeMember
    from suggestions.exports import making
    from suggestions.models import Export

    user = None
    if kind == "office":
        user, _made = get_user_model().objects.get_or_create(email="office@bench.example")
        OfficeMember.objects.get_or_create(user=user)
    Export.objects.filter(state__in=("waiting", "running")).delete()
    export = Export.objects.create(kind=kind, query="queue=all", format=form, requested_by=user)
    base, begun = memory(), time.perf_counter()
    making.work(making.claim())
    seconds = time.perf_counter() - begun
    export.refresh_from_db()
    if export.state != "done":
        raise RuntimeError(export.error)
    export.file.delete(save=False)
    return {
        "rows": export.total, "mb": round(export.size / 2**20, 1), "seconds": round(seconds, 1),
        "rows_per_second": round(export.total / seconds), "base_mb": base, "peak_mb": memory(),
    }  # fmt: skip


def memory() -> int:
    """The most this process has held so far, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def table(found: dict) -> list[str]:
    """The figures as lines of Markdown."""
    lines = ["| file | rows | MB | seconds | rows/s | peak MB (before) |", "|---|---|---|---|---|---|"]
    return lines + [
        f"| {name} | {row['rows']:,} | {row['mb']} | {row['seconds']} | {row['rows_per_second']:,} "
        f"| {row['peak_mb']} ({row['base_mb']}) |"
        for name, row in found.items()
    ]


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    django.setup()
    print(json.dumps(make(*sys.argv[1:3])))
