"""Tables as XLSX files: read with the line each row stands on and cleaned of what no database takes; written safely."""

from io import BytesIO
from zipfile import BadZipFile

import openpyxl
import tablib
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from import_export.formats.base_formats import XLSX
from openpyxl.utils.exceptions import InvalidFileException

from fzportal.forms import clean_line, clean_paragraphs

# The heading of the column that carries a row's line in the file.
LINE = "#"
# A file is checked while its sender waits: about 50 ms a row.
MOST_ROWS = 1000


class Unreadable(ValidationError):
    """The file is no table we can read; the message says why."""


class Sheet(XLSX):
    """The first sheet of a workbook. Empty rows are left out; every text is cleaned."""

    def create_dataset(self, in_stream):
        """A dataset whose last column, ``LINE``, is the row's line in the file. Raises Unreadable."""
        try:
            book = openpyxl.load_workbook(BytesIO(in_stream), read_only=True, data_only=True)
            lines = book.active.iter_rows(values_only=True)
            headings = [clean_line(h) if h is not None else "" for h in next(lines, ())]
            rows = self._rows(lines, headings)
        except (BadZipFile, InvalidFileException, KeyError, ValueError, AttributeError, OSError, EOFError) as error:
            raise Unreadable(
                _("This is no XLSX file, or it is damaged. Save the table as XLSX and choose it again.")
            ) from error
        if not rows:
            raise Unreadable(_("There is no row below the headings."))
        if len(rows) > MOST_ROWS:
            raise Unreadable(_("At most %(most)d rows at a time. Please split the file.") % {"most": MOST_ROWS})
        kept = [place for place, heading in enumerate(headings) if heading]
        named = [headings[place] for place in kept]
        if len(set(named)) < len(named):
            raise Unreadable(_("Two columns have the same heading."))
        dataset = tablib.Dataset(headers=[*named, LINE])
        for number, cells in rows:
            dataset.append([*(cells[place] for place in kept), number])
        return dataset

    def _rows(self, lines, headings):
        """(line in the file, cells) of rows that are not empty, one more than allowed at most."""
        found = []
        for number, cells in enumerate(lines, 2):
            cells = [clean(cell) for cell in cells] + [""] * (len(headings) - len(cells))
            if any(cell != "" for cell in cells):
                found.append((number, cells))
            if len(found) > MOST_ROWS:
                break
        return found

    def export_data(self, dataset, **kwargs):
        """Bytes; a text that begins like a formula is no formula in the file."""
        return super().export_data(dataset, escape=True, column_width=None, **kwargs)


def clean(cell):
    """A cell without NUL and what cannot be seen; numbers and dates as they are, nothing as ""."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return clean_paragraphs(cell) if "\n" in cell else clean_line(cell)
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell
