"""Replays real questions and replies: each case comes in and is answered at the file's own times, by the real verbs.

``make bench ARGS="--replay FILE"``; FILE: JSON lines with created_at, reply_at (the city's time) and words. What the
board then says is put beside what ``from_file`` counts without the portal. Nothing stays in the database.
"""

import time
from datetime import datetime, timedelta
from pathlib import Path

from chinese_calendar import is_workday
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from accounts.models import OfficeMember
from fzportal import reference
from fzportal.models import Holiday
from suggestions import statistics, workflow
from suggestions.intake import columns, rows, tables
from suggestions.intake.names import Names
from suggestions.models import Department, DepartmentMember
from tests.clock import settable

from . import from_file


def compare(path: Path) -> dict:
    """Replay ``path`` and put both counts side by side, year by year; ``is_equal`` says whether they agree."""
    begun = time.perf_counter()
    with transaction.atomic():
        left_out, answered = replay(path)
        board = {year: of_board(year) for year in statistics.years()}
        transaction.set_rollback(True)
    board = {year: found for year, found in sorted(board.items()) if found["answered"]}
    counted = from_file.by_year(path)
    return {
        "answered": answered, "left_out": left_out, "seconds": round(time.perf_counter() - begun),
        "board": board, "file": counted, "is_equal": board == counted,
    }  # fmt: skip


def replay(path: Path) -> tuple[dict[str, int], int]:
    """Bring every row in and have it answered; how many rows were left out and why, and how many were answered."""
    reference.load()
    answered, left_out = 0, {"rejected": 0, "no_times": 0}
    with path.open("rb") as file, settable(datetime(2004, 1, 5, tzinfo=timezone.get_current_timezone())) as clock:
        cast = staff()
        table = tables.open_table(file)
        desk = rows.Desk(
            columns=columns.guess(table.headings), source="replay", channel="system", names=Names(), now=latest()
        )  # fmt: skip
        write_calendar()
        for line in table.rows():
            pair = from_file.pair_of(line.cells)
            if pair is None:
                left_out["no_times"] += 1
                continue
            try:
                row = desk.read(line)
            except rows.Rejected:
                left_out["rejected"] += 1
                continue
            live_through(row, pair, clock, **cast)
            answered += 1
        clock.set(latest())
        statistics.refresh()
    return left_out, answered


def live_through(row, pair, clock, *, office, handler, approver, department):
    """One case: in, accepted, assigned and taken on when it was asked; handed in and released when it was answered."""
    clock.set(timezone.make_aware(pair.asked))
    [case] = workflow.take_in([(row.suggestion, row.contact)], by=office)
    workflow.accept(case, by=office)
    workflow.assign(case, by=office, department=department)
    workflow.take_on(case, by=handler)
    clock.set(timezone.make_aware(pair.answered))
    workflow.hand_in(case, by=handler, text="已答复。", result="A")
    workflow.release_reply(case, by=approver)


def staff() -> dict:
    """The office, and a department with two people."""
    office, handler, approver = (
        get_user_model().objects.create_user(email=f"{name}@replay.example")
        for name in ("office", "handler", "approver")
    )
    department = Department.objects.create(name="回放承办单位")
    OfficeMember.objects.create(user=office)
    DepartmentMember.objects.create(user=handler, department=department, role="handler")
    DepartmentMember.objects.create(user=approver, department=department, role="approver")
    return {"office": office, "handler": handler, "approver": approver, "department": department}


def write_calendar():
    """The working days of the file's years; the portal itself begins later."""
    first = timezone.localdate()
    days = (first + timedelta(days=n) for n in range((latest().date() - first).days))
    off = [Holiday(date=day, is_working=is_workday(day)) for day in days if is_workday(day) != (day.weekday() < 5)]
    Holiday.objects.bulk_create(off, ignore_conflicts=True)


def latest() -> datetime:
    """After every reply: the end of the calendar's years that the file may reach."""
    return timezone.make_aware(datetime(2026, 1, 1))


def of_board(year: int) -> dict:
    """What the board says of a year, under the names of ``from_file.summary``."""
    board = statistics.read(statistics.Slice(), year)
    answered = board.cell("answered")
    return {
        "answered": answered.number, "median": answered.median, "p90": answered.p90,
        "promised": board.cell("promised").number, "on_time": board.cell("on_time").number,
    }  # fmt: skip


def table(found: dict) -> str:
    """Both counts as Markdown: the board's figure, and the file's where it is another."""
    lines = [
        f"{found['answered']:,} cases replayed in {found['seconds']} s; left out: {found['left_out']}",
        "",
        "| year | answered | median | p90 | on time | with a promise |",
        "|---|---|---|---|---|---|",
    ]
    for year in sorted(found["board"] | found["file"]):
        board, counted = found["board"].get(year, {}), found["file"].get(year, {})
        cells = []
        for name in ("answered", "median", "p90", "on_time", "promised"):
            one, other = board.get(name), counted.get(name)
            cells.append(f"{one}" if one == other else f"{one} (file: {other})")
        lines.append(f"| {year} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", "Equal." if found["is_equal"] else "NOT EQUAL."])
