"""CSV with commas, semicolons or tabs, in UTF-8 (with or without its mark), UTF-16 or GB18030."""

import csv

from django.utils.translation import gettext as _

from . import readers
from .readers import Line, Unreadable

csv.field_size_limit(readers.MAX_LINE)


class Csv:
    """A table of comma-separated values; the first line with words holds the headings."""

    def __init__(self, file):
        self.file = file
        self.encoding = readers.encoding_of(file)
        self.delimiter = self._delimiter()
        self.headings = next((readers.named(cells) for _n, cells, problem in self._read() if not problem), None)
        if not self.headings:
            raise Unreadable(_("The file has no headings."))

    def _delimiter(self):
        lines = readers.text_lines(self.file, self.encoding)
        first = next((line for line in lines if line.strip()), "")
        lines.close()
        return max(",;\t", key=first.count)

    def _read(self):
        """(first line, cells, problem) of every row that is not blank, headings included."""
        lines = (line.replace("\x00", "") for line in readers.text_lines(self.file, self.encoding))
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        while True:
            begins = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                where = {"first": begins, "last": reader.line_num}
                yield begins, [], _("Lines %(first)s to %(last)s: a quotation mark is missing or too much.") % where
                continue
            if any(cell.strip() for cell in cells):
                yield begins, cells, ""

    def rows(self):
        """Every row under the headings."""
        rows = self._read()
        next(rows, None)
        for number, cells, problem in rows:
            if not problem and any(cell.strip() for cell in cells[len(self.headings) :]):
                problem = _("More cells than headings.")
            if not problem and readers.UNDECODED.search("".join(cells)):
                problem = _("Damaged characters: not text in the encoding of the file.")
            yield Line(number, {} if problem else dict(zip(self.headings, cells, strict=False)), problem)
