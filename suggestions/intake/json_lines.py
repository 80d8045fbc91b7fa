"""JSON lines: one object a line."""

import json

from django.utils.translation import gettext as _

from . import readers
from .readers import Line, Unreadable

SEEN_FOR_HEADINGS = 200


class JsonLines:
    """A table of JSON objects; the headings are the names met in the first lines."""

    def __init__(self, file):
        self.file = file
        self.encoding = readers.encoding_of(file)
        names = {}
        for line in self.rows():
            if line.number > SEEN_FOR_HEADINGS:
                break
            names |= dict.fromkeys(line.cells)
        if not names:
            raise Unreadable(_("No line of the file is a JSON object."))
        self.headings = list(names)

    def rows(self):
        """Every line that is not blank."""
        number, rest_of_long = 1, False
        for text in readers.text_lines(self.file, self.encoding):
            whole = text.endswith("\n")
            if rest_of_long or (not whole and len(text) >= readers.MAX_LINE):
                if not rest_of_long:
                    yield Line(number, {}, _("The line is longer than a million characters."))
                rest_of_long = not whole
            elif text.strip("\ufeff \t\r\n"):
                yield self._line(number, text.strip("\ufeff \t\r\n"))
            number += whole

    @staticmethod
    def _line(number, text):
        if readers.UNDECODED.search(text):
            return Line(number, {}, _("Damaged characters: not text in the encoding of the file."))
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return Line(number, {}, _("Not a complete JSON object."))
        if not isinstance(found, dict):
            return Line(number, {}, _("Not a JSON object."))
        return Line(number, found)
