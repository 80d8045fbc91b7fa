"""What may be attached, decided by content and never by name or claimed type.

``examine`` takes an uploaded file and gives what is stored: images drawn anew from their pixels (nothing else of the
file survives: no EXIF, no place, no code behind the picture), PDFs unchanged after a check. It raises ``Refused``,
whose message is for the person.
"""

import logging
from io import BytesIO
from pathlib import PurePath
from typing import NamedTuple

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.utils.translation import gettext_lazy as _
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from fzportal import images
from fzportal.forms import clean_line
from fzportal.images import DAMAGED, JPEG, PNG, WEBP, Refused

logger = logging.getLogger(__name__)

MAX_PDF_OBJECTS = 50_000
# Writers leave a line end or two behind a PDF's end mark; more than this is another file riding along.
MAX_PDF_TAIL = 1024
NAME_LENGTH = 80

PDF = "application/pdf"
ACCEPTED = (JPEG, PNG, WEBP, PDF)
ENDINGS = {JPEG: ".jpg", PNG: ".png", WEBP: ".webp", PDF: ".pdf"}
# Keys of a PDF that do something when it is opened or read, or that carry another file.
ACTIVE = {"/JavaScript", "/JS", "/Launch", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR"}
CARRIED = {"/EmbeddedFile", "/EmbeddedFiles", "/EF"}


class CarefulUploadHandler(TemporaryFileUploadHandler):
    """Takes in no more of a file than may be attached, so that nobody fills the disk; a full one is told, not raised.

    ``file.size`` is what was sent; ``file.is_lost`` when it could not be written.
    """

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.file.is_lost = False

    def receive_data_chunk(self, raw_data, start):
        if start > settings.ATTACHMENT_MAX_BYTES or self.file.is_lost:
            return
        try:
            self.file.write(raw_data)
            self.file.flush()
        except OSError:
            logger.exception("An upload could not be written")
            self.file.is_lost = True


class Found(NamedTuple):
    """What is stored: the bytes, the type we found, a name that ends accordingly, and the size of a picture."""

    content: bytes
    content_type: str
    name: str
    width: int | None = None
    height: int | None = None


def examine(file) -> Found:
    """Check an uploaded file (``.size``, ``.name``, ``.read()``) and give what may be stored. Raises Refused."""
    if file.size > settings.ATTACHMENT_MAX_BYTES:
        limit = settings.ATTACHMENT_MAX_BYTES // 1024 // 1024
        raise Refused(_("The file is larger than %(limit)d MB. Please make it smaller.") % {"limit": limit})
    data = file.read()
    if not data:
        raise Refused(_("The file is empty."))
    content_type = type_of(data)
    name = named(file.name, content_type)
    if content_type == PDF:
        check_pdf(data)
        return Found(data, PDF, name)
    drawn = images.redraw(data, content_type)
    return Found(drawn.content, content_type, name, drawn.width, drawn.height)


def type_of(data: bytes) -> str:
    """The type the first bytes tell. Raises Refused for every other."""
    if picture := images.type_of(data):
        return picture
    if data.startswith(b"%PDF-"):
        return PDF
    raise Refused(_("Only JPEG, PNG and WebP pictures and PDF files can be attached."))


def named(name: str, content_type: str) -> str:
    """The name people see: without folders and invisible characters, ending as its content demands."""
    stem = PurePath(clean_line(name or "").replace("\\", "/")).stem.strip(". ")
    return (stem[:NAME_LENGTH] or "file") + ENDINGS[content_type]


def check_pdf(data: bytes):
    """Refuse a PDF that is locked, damaged, does things by itself, carries files, or has something behind its end."""
    tail = len(data) - data.rfind(b"%%EOF")
    if b"%%EOF" not in data or tail > MAX_PDF_TAIL:
        raise Refused(DAMAGED)
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted:
            raise Refused(_("The PDF is locked with a password. Please save it without one and choose it again."))
        keys = pdf_keys(reader)
        pages = len(reader.pages)
    except Refused:
        raise
    # pypdf raises its own errors and, for hostile files, almost any other.
    except Exception as error:
        raise Refused(DAMAGED) from error
    if pages == 0:
        raise Refused(DAMAGED)
    if keys & ACTIVE:
        raise Refused(_("The PDF contains a program or opens something by itself. Please print it to a new PDF first."))
    if keys & CARRIED:
        raise Refused(_("The PDF carries other files inside. Please take them out, or print it to a new PDF first."))


def pdf_keys(reader) -> set[str]:
    """Every key, and every name that stands as a value, in all objects of the PDF, reached by a page or not."""
    numbers = {(n, g) for g, table in reader.xref.items() for n in table} | {(n, 0) for n in reader.xref_objStm}
    if len(numbers) > MAX_PDF_OBJECTS:
        raise Refused(_("The PDF is too complicated to check. Please print it to a new PDF first."))
    waiting = [reader.trailer, *(reader.get_object(IndirectObject(n, g, reader)) for n, g in sorted(numbers) if n)]
    found: set[str] = set()
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, DictionaryObject):
            found.update(thing.keys())
            waiting.extend(dict.values(thing))
        elif isinstance(thing, ArrayObject):
            waiting.extend(list.__iter__(thing))
        elif isinstance(thing, NameObject):
            found.add(str(thing))
    return found
