"""Files as tables, read row by row: CSV, XLSX and JSON lines. Memory does not grow with the file.

A row that cannot be read is still a ``Line``, with its problem: no row is lost without a reason. A file that cannot be
read at all raises ``Unreadable`` with a sentence for the person who brought it.
"""

import codecs
import io
import re
from typing import NamedTuple

from django.utils.translation import gettext as _

MAX_ROWS = 200_000
MAX_LINE = 1_000_000
SAMPLE = 8_000_000
# What a line of bytes that are not text looks like after decoding with "surrogateescape".
UNDECODED = re.compile("[\udc80-\udcff]")


class Unreadable(Exception):
    """The file as a whole cannot be taken in; the message says why and what to do."""


class Line(NamedTuple):
    """One row: where it begins in the file (1 is the first line), its cells by heading, why it could not be read."""

    number: int
    cells: dict
    problem: str = ""


def count(table) -> int:
    """How many rows the table has. Raises Unreadable when there are too many."""
    rows = 0
    for _line in table.rows():
        rows += 1
        if rows > MAX_ROWS:
            raise Unreadable(_("More than %(rows)s rows: split the file.") % {"rows": MAX_ROWS})
    return rows


def encoding_of(file) -> str:
    """UTF-8, UTF-16 (by its mark) or GB18030, by what most of the first 8 MB's lines are. Raises Unreadable."""
    file.seek(0)
    head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    file.seek(0)
    fits = {"utf-8": 0, "gb18030": 0}
    told = 0
    lines = file.read(SAMPLE).split(b"\n")
    if file.tell() == SAMPLE:
        # The last line of the sample may end in the middle of a character.
        lines = lines[:-1]
    for line in lines:
        if line.isascii():
            continue
        told += 1
        for encoding in fits:
            fits[encoding] += _decodes(line, encoding)
    file.seek(0)
    # Text in UTF-8 often passes as GB18030 too, hardly ever the other way round: UTF-8 wins unless most lines say no.
    for encoding, lines in fits.items():
        if lines * 2 >= told:
            return encoding
    raise Unreadable(_("The file is neither UTF-8 nor GB18030. Save it as “CSV UTF-8”."))


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def text_lines(file, encoding):
    """The lines of ``file`` as text, ends kept, none longer than ``MAX_LINE`` characters."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors="surrogateescape", newline="")
    try:
        while line := text.readline(MAX_LINE):
            yield line
    finally:
        # Otherwise the wrapper would close a file that is not its own.
        if not file.closed:
            text.detach()


def named(headings) -> list[str]:
    """Headings made usable: blank ones get a number, repeated ones a second."""
    names = []
    for position, heading in enumerate(headings, 1):
        name = " ".join(str(heading or "").replace("\x00", "").split()) or f"({position})"
        while name in names:
            name += " *"
        names.append(name[:80])
    return names
