"""Makes a file batch by batch. Which rows it will hold is written down first; a killed run goes on at its last part.

Beside the file, under ``exports/work/<pk>/``: "rows" (the keys, 8 bytes each) and a part for every PART rows, named
after where it begins and how many rows it holds. A row that may no longer be seen when its batch is read is left out.
"""

import logging
import tempfile
import time
from array import array
from datetime import timedelta
from typing import NamedTuple

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage as storage
from django.db import InterfaceError, OperationalError, reset_queries, transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ..models import Export
from ..models.figures import export_path
from . import lists
from .batches import Names, read
from .formats import FORMATS, MOST_ROWS

logger = logging.getLogger("suggestions.exports")
BATCH = 1000
PART = 5000
# Longer than a part or the counting of a large list takes; what a killed run keeps the file waiting.
LEASE = timedelta(seconds=120)
State = Export.State


class Overtaken(Exception):
    """Somebody else works on this file: its lease ran out here."""


class Part(NamedTuple):
    """A piece of a file in the storage."""

    path: str
    begin: int
    rows: int

    def open(self):
        return storage.open(self.path, "rb")

    @property
    def size(self):
        return storage.size(self.path)


@transaction.atomic
def claim(now=None):
    """The oldest file that waits, or whose worker died, leased to the caller; None while another is being made.

    What somebody waits for comes before the open data.
    """
    now = now or timezone.now()
    if Export.objects.filter(state=State.RUNNING, lease_until__gte=now).exists():
        return None
    waiting = Export.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now))
    waiting = waiting.filter(state__in=(State.WAITING, State.RUNNING))
    waiting = waiting.order_by(F("requested_by").asc(nulls_last=True), "pk")
    export = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    if export is not None:
        export.state, export.lease_until = State.RUNNING, now + LEASE
        export.save(update_fields=["state", "lease_until"])
    return export


def work(export, *, seconds=None):
    """Go on with a claimed file until it is done or ``seconds`` are over; then it is free to be claimed again."""
    try:
        with translation.override(settings.LANGUAGE_CODE):
            is_done = make(export, seconds)
        if not is_done:
            hold(export, lease_until=None)
    except Overtaken:
        logger.warning("Export %s is in other hands", export.pk)
    except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
        # The database is away, or the time is over: it goes on from here once the lease has ended.
        raise
    except Exception as error:
        # Left running it would be taken up first for ever, and no other file would have its turn.
        logger.exception("Export %s failed", export.pk)
        said = _("An unexpected error stopped it (%(kind)s). Please ask for the list again.")
        fail(export, said % {"kind": type(error).__name__})


def make(export, seconds) -> bool:
    """Every part from where the file stands, then the whole; False when the time is over first."""
    began = time.monotonic()
    listing = lists.find(export.kind, export.query, export.requested_by, export.format)
    if listing is None:
        fail(export, _("This list is no longer yours to see."))
        return True
    if not export.total:
        note_rows(export, listing.rows)
    if export.format == Export.Format.XLSX and export.total > MOST_ROWS:
        fail(export, _("A sheet of XLSX ends at 1,048,576 rows. Please narrow the list, or choose CSV."))
        return True
    names = Names()
    while export.done < export.total:
        write_part(export, listing, names)
        # With DEBUG on Django keeps every statement, texts included.
        reset_queries()
        if seconds is not None and time.monotonic() - began > seconds:
            return False
    finish(export, listing)
    return True


def note_rows(export, rows):
    """Write down the keys of the rows, in the list's order."""
    keys = array("q", rows.values_list("pk", flat=True).iterator(chunk_size=10_000))
    write_anew(f"{folder(export)}/rows", keys.tobytes())
    hold(export, total=len(keys))


def write_part(export, listing, names):
    """Write the next PART rows, as many of them as may be seen now."""
    begin = export.done
    with storage.open(f"{folder(export)}/rows", "rb") as file:
        file.seek(begin * 8)
        keys = array("q", file.read(PART * 8)).tolist()
    before = sum(part.rows for part in parts(export) if part.begin < begin)
    pieces, rows = [], 0
    for at in range(0, len(keys), BATCH):
        cells = cells_of(listing, keys[at : at + BATCH], names)
        pieces.append(FORMATS[export.format].rows(listing.columns, cells, before + rows + 1))
        rows += len(cells)
    for part in parts(export):
        if part.begin >= begin:
            storage.delete(part.path)
    write_anew(f"{folder(export)}/{begin:08}-{rows}", b"".join(pieces))
    hold(export, done=begin + len(keys))


def cells_of(listing, keys, names) -> list[list]:
    """The rows behind ``keys`` that may be seen now, in their order, as cells."""
    found = {row.pk: row for row in read(listing.visible.filter(pk__in=keys), names)}
    seen = [found[key] for key in keys if key in found]
    return [[column.value(row) for column in listing.columns] for row in seen]


def finish(export, listing):
    """Put the parts together. Its name is noted before the file is written, so that a killed run leaves no orphan."""
    if export.file:
        storage.delete(export.file.name)
    export.file.name = export_path(export, "")
    hold(export, file=export.file.name)
    written = parts(export)
    with tempfile.TemporaryFile() as out:
        FORMATS[export.format].whole(listing.columns, leased(export, written), out)
        size = out.tell()
        out.seek(0)
        hold(export)
        export.file.name = storage.save(export.file.name, File(out))
    rows = sum(part.rows for part in written)
    hold(
        export, state=State.DONE, file=export.file.name, size=size, total=rows, done=rows, finished_at=timezone.now(),
        lease_until=None,
    )  # fmt: skip
    clear(export)


def leased(export, written):
    """The parts, with the lease drawn out at each."""
    for part in written:
        yield part
        hold(export)


def at_once(listing, form, out) -> int:
    """A short list written to ``out`` right away; how many rows."""
    keys = list(listing.rows.values_list("pk", flat=True))
    with translation.override(settings.LANGUAGE_CODE):
        names, pieces, rows = Names(), [], 0
        for at in range(0, len(keys), BATCH):
            cells = cells_of(listing, keys[at : at + BATCH], names)
            pieces.append(ContentFile(FORMATS[form].rows(listing.columns, cells, rows + 1)))
            rows += len(cells)
        FORMATS[form].whole(listing.columns, pieces, out)
    return rows


def parts(export) -> list[Part]:
    """What is written so far, in order."""
    try:
        names = storage.listdir(folder(export))[1]
    except FileNotFoundError:
        return []
    found = (name.partition("-") for name in sorted(names) if "-" in name)
    return [Part(f"{folder(export)}/{begin}-{rows}", int(begin), int(rows)) for begin, _dash, rows in found]


def folder(export) -> str:
    """Where its parts lie."""
    return f"exports/work/{export.pk}"


def write_anew(path, content):
    """Write a file of that very name, also over what a killed run left half written."""
    storage.delete(path)
    storage.save(path, ContentFile(content))


def hold(export, **fields):
    """Write ``fields`` and draw the lease out. Raises Overtaken when the file is not in our hands any more."""
    fields.setdefault("lease_until", timezone.now() + LEASE)
    ours = Export.objects.filter(pk=export.pk, state=State.RUNNING, lease_until=export.lease_until)
    if not ours.update(**fields):
        raise Overtaken
    for name, value in fields.items():
        setattr(export, name, value)


def fail(export, error):
    """Write why there is no file."""
    said = {"state": State.FAILED, "error": error[:300], "lease_until": None, "finished_at": timezone.now()}
    Export.objects.filter(pk=export.pk).exclude(state=State.DONE).update(**said)
    clear(export)


def clear(export):
    """Delete the parts."""
    for part in parts(export):
        storage.delete(part.path)
    storage.delete(f"{folder(export)}/rows")
    storage.delete(folder(export))
