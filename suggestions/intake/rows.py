"""One row of a file becomes one suggestion, or a reason why it does not."""

import hashlib
import json
import unicodedata
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from openpyxl.utils.datetime import from_excel

from fzportal.forms import PhoneField, clean_line, clean_paragraphs

from ..models import Suggestion
from .sheets import Formula

TITLE, TEXT, TITLE_FROM_TEXT = 200, 20_000, 30
EARLIEST = 1949
PHONE = PhoneField(required=False)


class Rejected(Exception):
    """This row is not taken in; the message says why."""


class Row(NamedTuple):
    """What a line gave: the suggestion to be made, its contact (may be empty), remarks for the office."""

    line: int
    suggestion: Suggestion
    contact: dict
    remarks: list


class Desk:
    """Cleans the rows of one file. ``columns``: heading -> field name; ``places`` and ``themes`` as in ``names``."""

    def __init__(self, *, columns, source, channel, names, now=None):
        self.columns, self.source, self.channel, self.names = columns, source, channel, names
        self.now = now or timezone.now()
        self.seen = {}

    def read(self, line) -> Row:
        """The row of a line. Raises Rejected."""
        if line.problem:
            raise Rejected(line.problem)
        cells = {name: text_of(line.cells.get(heading)) for heading, name in self.columns.items()}
        remarks = []
        title, situation = self.words(cells, remarks)
        suggestion = Suggestion(
            title=title,
            situation=situation,
            proposal=long_text(cells, "proposal"),
            place=clean_line(cells.get("place", ""))[:120],
            category_id=self.theme(cells, remarks),
            division_id=self.division(cells, remarks),
            channel=self.channel,
            source=self.source,
            external_id=self.external_id(cells),
            created_at=self.moment(cells),
        )
        suggestion.submitted_at = suggestion.created_at
        contact = contact_of(cells)
        self.once(suggestion.external_id, line.number)
        return Row(line.number, suggestion, contact, remarks)

    def words(self, cells, remarks):
        """(title, situation). No word is lost: a long title stands whole at the head of the text."""
        title, situation = clean_line(cells.get("title", "")), long_text(cells, "situation")
        if not title:
            first = clean_line(situation or long_text(cells, "proposal"))
            if not first:
                raise Rejected(_("Neither a title nor a text."))
            return first[:TITLE_FROM_TEXT], situation
        if len(title) <= TITLE:
            return title, situation
        if len(title) + len(situation) + 2 > TEXT:
            raise Rejected(_("Longer than %(limit)s characters.") % {"limit": TEXT})
        remarks.append(_("Taken in: the title was too long and stands whole at the head of the text."))
        return title[: TITLE - 1] + "…", f"{title}\n\n{situation}".rstrip()

    def external_id(self, cells):
        """The number there; a row without one is known by its words, so that it too comes in only once."""
        given = clean_line(cells.get("external_id", ""))
        if len(given) > 80:
            raise Rejected(_("The number there is longer than 80 characters."))
        if given:
            return given
        return "#" + hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()[:32]

    def once(self, external_id, number):
        """Refuse the second row of the same number in one file."""
        key = hashlib.blake2b(external_id.encode(), digest_size=8).digest()
        first = self.seen.setdefault(key, number)
        if first != number:
            raise Rejected(_("The same number as an earlier row of this file."))

    def theme(self, cells, remarks):
        """The category's pk, or None for the office to choose."""
        given = clean_line(cells.get("category", ""))
        if given and self.names.theme(given) is None:
            remarks.append(_("Taken in without a category: the name in the file is not known."))
        return self.names.theme(given)

    def division(self, cells, remarks):
        """The division's pk; the whole city when none is named or known."""
        given = clean_line(cells.get("division", ""))
        if given and self.names.place(given) is None:
            remarks.append(_("Taken in for the whole city: the division in the file is not known."))
        return self.names.place(given) or self.names.city

    def moment(self, cells):
        """When it was said there; now when the file does not tell."""
        given = unicodedata.normalize("NFKC", clean_line(cells.get("created_at", "")))
        if not given:
            return self.now
        moment = moment_of(given)
        # A year lost on the way (0001, 1900): PostgreSQL would keep what Python cannot read back.
        if moment is None or moment.year < EARLIEST:
            raise Rejected(_("The date is not understood."))
        if moment > self.now + timedelta(days=1):
            raise Rejected(_("The date lies in the future."))
        return moment


def text_of(value) -> str:
    """A cell as text. Raises Rejected for formulas and for lists inside a cell."""
    if value is None:
        return ""
    if value is Formula:
        raise Rejected(_("A cell holds a formula: paste its value instead."))
    if isinstance(value, (dict, list)):
        raise Rejected(_("A cell holds a list instead of a text."))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def long_text(cells, name) -> str:
    """A text of several lines, cleaned. Raises Rejected beyond 20,000 characters."""
    text = clean_paragraphs(cells.get(name, ""))
    if len(text) > TEXT:
        raise Rejected(_("Longer than %(limit)s characters.") % {"limit": TEXT})
    return text


def contact_of(cells) -> dict:
    """name, phone (E.164) and email where given. Raises Rejected: what nobody can use is mended, not dropped."""
    name, email = clean_line(cells.get("name", "")), clean_line(cells.get("email", ""))
    if len(name) > 40:
        raise Rejected(_("The name is longer than 40 characters."))
    try:
        phone = PHONE.clean(cells.get("phone", ""))
    except ValidationError as error:
        raise Rejected(_("The phone number is not understood.")) from error
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        raise Rejected(_("The e-mail address is not understood.")) from error
    found = {"name": name, "phone": phone, "email": email}
    return found if any(found.values()) else {}


def moment_of(text: str):
    """An aware time from what other systems write: 2019-11-27T17:14:11, 2019/11/27 17:14, 2019年11月27日, 43796.7."""
    text = text.replace("年", "-").replace("月", "-").replace("日", " ").replace("/", "-").replace(".", "-", 2).strip()
    try:
        if (number := text.replace("-", ".", 1)).replace(".", "", 1).isdigit() and 20_000 < float(number) < 80_000:
            moment = from_excel(float(number))
        else:
            moment = parse_datetime(text) or (day := parse_date(text)) and datetime(day.year, day.month, day.day)
    except (ValueError, OverflowError):
        return None
    if moment is None or not isinstance(moment, datetime):
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
