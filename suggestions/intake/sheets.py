"""XLSX through openpyxl's read-only mode. The archive is looked at before anything is unpacked."""

import zipfile

import openpyxl
from django.utils.translation import gettext as _

from . import readers
from .readers import Line, Unreadable

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 400 * 1024 * 1024
# openpyxl keeps the shared texts in memory, all of them.
MAX_SHARED = 80 * 1024 * 1024
MAX_COLUMNS = 200


class Formula:
    """A cell that holds a formula: what it showed on the screen is not in the file for certain."""


class Sheet:
    """The first sheet of a workbook; its first row with words holds the headings."""

    def __init__(self, file):
        check_archive(file)
        try:
            book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
            self.sheet = book.worksheets[0]
            # Some programs write a wrong extent: read what is there instead.
            self.sheet.reset_dimensions()
            headings = next((cells for _n, cells in self._read()), None)
        except Exception as error:  # openpyxl lets through whatever a broken file makes its parsers raise
            raise Unreadable(_("The Excel file is damaged and cannot be read.")) from error
        if not headings:
            raise Unreadable(_("The file has no headings."))
        while headings and headings[-1] in (None, ""):
            headings.pop()
        self.headings = readers.named("" if h is Formula else h for h in headings)

    def _read(self):
        for number, row in enumerate(self.sheet.iter_rows(max_col=MAX_COLUMNS), 1):
            cells = [Formula if cell.data_type in "fe" else cell.value for cell in row]
            if any(value not in (None, "") for value in cells):
                yield number, cells

    def rows(self):
        """Every row under the headings; a broken end of the sheet is the last one's problem."""
        number, rows = 1, self._read()
        try:
            next(rows, None)
            for number, cells in rows:
                extra = [value for value in cells[len(self.headings) :] if value not in (None, "")]
                problem = _("More cells than headings.") if extra else ""
                yield Line(number, {} if problem else dict(zip(self.headings, cells, strict=False)), problem)
        except GeneratorExit:
            raise
        except Exception:
            yield Line(number + 1, {}, _("The sheet is damaged from here on."))


def check_archive(file):
    """Refuse what is too large, packed too tightly to be a table, or defines XML entities. Raises Unreadable."""
    file.seek(0, 2)
    if file.tell() > MAX_BYTES:
        raise Unreadable(_("Excel files may have up to 50 MB: split it, or save it as CSV."))
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            shared = sum(p.file_size for p in parts if "sharedstrings" in p.filename.lower())
            if len(parts) > 2000 or shared > MAX_SHARED or sum(p.file_size for p in parts) > MAX_UNPACKED:
                raise Unreadable(_("Unpacked, this Excel file is too large: save it as CSV."))
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.open(part).read(2000):
                    raise Unreadable(_("The Excel file is damaged and cannot be read."))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise Unreadable(_("The Excel file is damaged and cannot be read.")) from error
    file.seek(0)
