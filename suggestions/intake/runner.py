"""Takes a file in, batch by batch. A batch is one transaction with the place reached: a killed run goes on there."""

import logging
import time
from datetime import timedelta
from itertools import islice

from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, InterfaceError, OperationalError, reset_queries, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import workflow
from ..models import ImportRow, ImportRun, Suggestion
from . import columns, readers, rows, tables
from .names import Names

logger = logging.getLogger("suggestions.intake")
BATCH = 200
# Longer than counting the largest file takes; what a killed run keeps the next one waiting.
LEASE = timedelta(seconds=60)
State = ImportRun.State


class Overtaken(Exception):
    """Somebody else works on this run: its lease ran out here. Nothing of the batch was kept."""


@transaction.atomic
def claim():
    """The oldest run that waits, or whose worker died, leased to the caller; None while another one is at work."""
    now = timezone.now()
    if ImportRun.objects.filter(state=State.RUNNING, lease_until__gte=now).exists():
        return None
    waiting = ImportRun.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now)).exclude(columns={})
    waiting = waiting.filter(state__in=[State.WAITING, State.RUNNING]).order_by("pk")
    run = waiting.select_for_update(skip_locked=True).first()
    if run is not None:
        run.state, run.lease_until = State.RUNNING, now + LEASE
        run.save(update_fields=["state", "lease_until"])
    return run


def work(run, *, seconds=None, heard=None):
    """Go on with a claimed ``run`` until its file ends or ``seconds`` are over; ``heard(run)`` after every batch.

    The run says how it ended: done, failed with a sentence, or (time over) still running and free to be claimed.
    """
    try:
        with run.file.open("rb") as file:
            table = tables.open_table(file)
            columns.check(run.columns, table.headings)
            if not run.total:
                run.total = readers.count(table)
                run.save(update_fields=["total"])
            finished = take_all(run, table, seconds, heard)
        end(run, State.DONE) if finished else release(run)
    except readers.Unreadable as error:
        end(run, State.FAILED, str(error))
    except FileNotFoundError:
        end(run, State.FAILED, _("The file is no longer there."))
    except Overtaken:
        logger.warning("Import %s is in other hands", run.pk)
    except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
        # The database is away, or the time is over: the run goes on from here once its lease has ended.
        raise
    except Exception as error:
        # Left running it would be taken up first for ever, and no other file would have its turn.
        logger.exception("Import %s failed", run.pk)
        said = _("An unexpected error stopped the import (%(kind)s). Nothing is taken twice: import the file again.")
        end(run, State.FAILED, said % {"kind": type(error).__name__})


def take_all(run, table, seconds, heard) -> bool:
    """Every batch from where the run stands; False when the time is over first."""
    began = time.monotonic()
    desk = rows.Desk(
        columns=run.columns, source=run.source, channel=run.channel, names=Names(), now=run.created_at
    )  # fmt: skip
    lines = table.rows()
    for line in islice(lines, run.done):
        # Rows taken before the interruption are read again for their numbers alone.
        read(desk, line)
    while batch := list(islice(lines, BATCH)):
        take_batch(run, desk, batch)
        if heard:
            heard(run)
        # With DEBUG on Django keeps every statement, texts included.
        reset_queries()
        if seconds is not None and time.monotonic() - began > seconds:
            return False
    return True


def read(desk, line):
    """(row, None) or (None, why not as an unsaved ``ImportRow``)."""
    try:
        return desk.read(line), None
    except rows.Rejected as error:
        heading = {name: heading for heading, name in desk.columns.items()}
        shown = {
            name: rows.clean_line(line.cells.get(heading.get(name)) or "")[:size]
            for name, size in (("external_id", 80), ("title", 200))
        }
        return None, ImportRow(line=line.number, reason=str(error)[:300], **shown)


def take_batch(run, desk, batch):
    """Read and store a batch of lines; on a collision with another import at the same moment, once more."""
    found = [read(desk, line) for line in batch]
    good, faults = [row for row, _fault in found if row], [fault for _row, fault in found if fault]
    for attempt in range(3):
        try:
            return store(run, good, faults, len(batch))
        except IntegrityError:
            if attempt == 2:
                raise
            for row in good:
                # The rollback took the row back; its new key must not stay.
                row.suggestion.pk = None
    return None


@transaction.atomic
def store(run, good, faults, lines):
    """Write a batch with the place reached. Raises Overtaken when the run is not where we left it."""
    now = timezone.now()
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if (held.state, held.done) != (State.RUNNING, run.done):
        raise Overtaken
    ids = [row.suggestion.external_id for row in good]
    there = Suggestion.objects.filter(source=run.source, external_id__in=ids)
    known = set(there.values_list("external_id", flat=True))
    new = [row for row in good if row.suggestion.external_id not in known]
    if not run.is_dry:
        workflow.take_in([(row.suggestion, row.contact) for row in new], by=run.by)
    looks = [
        ImportRow(line=r.line, external_id=r.suggestion.external_id, title=r.suggestion.title, reason=remark)
        for r in new for remark in r.remarks
    ]  # fmt: skip
    for row in [*faults, *looks]:
        row.run, row.pk = run, None
    ImportRow.objects.bulk_create([*faults, *looks])
    held.done, held.taken, held.known = held.done + lines, held.taken + len(new), held.known + len(known)
    held.rejected, held.lease_until = held.rejected + len(faults), now + LEASE
    held.save(update_fields=["done", "taken", "known", "rejected", "lease_until"])
    run.done, run.taken, run.known, run.rejected = held.done, held.taken, held.known, held.rejected


def end(run, state, error=""):
    """Write how the run ended."""
    run.state, run.error, run.lease_until, run.finished_at = state, error[:300], None, timezone.now()
    run.save(update_fields=["state", "error", "lease_until", "finished_at"])


def release(run):
    """Let the next tick go on."""
    run.lease_until = None
    run.save(update_fields=["lease_until"])
