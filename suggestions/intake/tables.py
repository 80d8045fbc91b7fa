"""Opens a file as the kind of table it is, found by looking inside, not by its name."""

import codecs

from django.utils.translation import gettext as _

from .csv_file import Csv
from .json_lines import JsonLines
from .readers import Unreadable
from .sheets import Sheet


def open_table(file):
    """The table in a binary ``file``: an object with ``headings`` (list of str) and ``rows()`` (iterates ``Line``).

    Raises Unreadable with a sentence for the person who brought the file.
    """
    file.seek(0)
    head = file.read(64)
    file.seek(0)
    if not head.strip():
        raise Unreadable(_("The file is empty."))
    if head.startswith(b"PK\x03\x04"):
        return Sheet(file)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(_("This is an old or a protected Excel file. Save it as .xlsx without a password."))
    first = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if first == b"{":
        return JsonLines(file)
    if first == b"[":
        raise Unreadable(_("This is a JSON list. Write one object per line (JSONL)."))
    return Csv(file)
