"""What stands in one cell: each kind is read forgivingly, written one way, and refuses with a reason.

``clean`` raises ValueError with the text for the person; ``render`` gives what the export writes.
"""

import re
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override
from import_export.widgets import ManyToManyWidget, Widget

SEPARATORS = re.compile(r"[、,，;；\n]+")


def text_of(value) -> str:
    """A cell as text: 83300000 typed as a number is a phone all the same."""
    return "" if value is None else str(value).strip()


class Text(Widget):
    """One line or several."""

    def clean(self, value, row=None, **kwargs):
        return text_of(value)

    def render(self, value, obj=None, **kwargs):
        return value or ""


class Number(Widget):
    """A whole number, or with ``kind=float`` any."""

    def __init__(self, kind=int):
        super().__init__()
        self.kind = kind

    def clean(self, value, row=None, **kwargs):
        text = text_of(value)
        try:
            return self.kind(text) if text else None
        except ValueError:
            raise ValueError(_("“%(value)s” is not a number.") % {"value": text}) from None

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else value


class Day(Widget):
    """A date: a date cell, or 2026-01-31, 2026/1/31, 2026年1月31日."""

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date) or text_of(value) == "":
            return value or None
        found = re.fullmatch(r"(\d{4})\D(\d{1,2})\D(\d{1,2})日?", text_of(value))
        try:
            return date(*map(int, found.groups()))
        except (AttributeError, ValueError):
            raise ValueError(_("“%(value)s” is not a date. Write it as 2026-01-31.") % {"value": value}) from None

    def render(self, value, obj=None, **kwargs):
        return f"{value:%Y-%m-%d}" if value else ""


class Clock(Widget):
    """A time of day: a time cell, or 9:00, 09：00."""

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, datetime):
            return value.time()
        if isinstance(value, time) or text_of(value) == "":
            return value if isinstance(value, time) else None
        found = re.fullmatch(r"(\d{1,2})[:：](\d{2})(?:[:：]00)?", text_of(value))
        try:
            return time(*map(int, found.groups()))
        except (AttributeError, ValueError):
            raise ValueError(_("“%(value)s” is not a time. Write it as 09:00.") % {"value": value}) from None

    def render(self, value, obj=None, **kwargs):
        return f"{value:%H:%M}" if value else ""


class Tick(Widget):
    """是 or 否."""

    WORDS = {"是": True, "否": False, "1": True, "0": False, "true": True, "false": False, "y": True, "n": False}

    def clean(self, value, row=None, **kwargs):
        text = text_of(value).lower()
        if text and text not in self.WORDS:
            raise ValueError(_("“%(value)s”: write 是 or 否.") % {"value": text})
        return self.WORDS.get(text)

    def render(self, value, obj=None, **kwargs):
        return "是" if value else "否"


class Choice(Widget):
    """One of a model's choices, by its Chinese word, whatever the page's language, or by its code."""

    def __init__(self, choices):
        super().__init__()
        self.choices = choices

    def words(self) -> dict[str, str]:
        """code -> Chinese word."""
        with override("zh-hans"):
            return {code: str(label) for code, label in self.choices.choices}

    def clean(self, value, row=None, **kwargs):
        text, words = text_of(value), self.words()
        found = next((code for code, word in words.items() if text in (code, word)), None)
        if text and found is None:
            allowed = "、".join(words.values())
            raise ValueError(_("“%(value)s” is none of: %(allowed)s.") % {"value": text, "allowed": allowed})
        return found

    def render(self, value, obj=None, **kwargs):
        return self.words().get(value, "")


class Named(Widget):
    """A row of another table by a key people know. The table is read once per import."""

    def __init__(self, queryset, key, missing):
        super().__init__()
        self.queryset, self.key, self.missing, self.rows = queryset, key, missing, None

    def known(self) -> dict:
        """key -> row."""
        if self.rows is None:
            self.rows = {self.name(row): row for row in self.queryset.all()}
        return self.rows

    def name(self, row) -> str:
        """The key of a row as text."""
        return str(getattr(row, self.key))

    def clean(self, value, row=None, **kwargs):
        text = text_of(value)
        return self.find(text) if text else None

    def find(self, text):
        """The row called so. Raises ValueError."""
        if text not in self.known():
            raise ValueError(self.missing % {"value": text})
        return self.known()[text]

    def render(self, value, obj=None, **kwargs):
        return self.name(value) if value is not None else ""


class ManyNamed(ManyToManyWidget):
    """Several rows of another table, by what ``one`` (a ``Named``) finds, joined by 、."""

    def __init__(self, one):
        super().__init__(one.queryset.model, separator="、")
        self.one = one

    def clean(self, value, row=None, **kwargs):
        found, wrong = {}, []
        for part in filter(None, map(str.strip, SEPARATORS.split(text_of(value)))):
            try:
                found[self.one.find(part).pk] = self.one.find(part)
            except ValueError as error:
                wrong.append(str(error))
        if wrong:
            raise ValueError(" ".join(wrong))
        return list(found.values())

    def render(self, value, obj=None, **kwargs):
        return self.separator.join(self.one.name(row) for row in value.all()) if value is not None else ""


def checked(validator):
    """``validator``, which raises ValidationError, as a text that raises ValueError."""

    class Checked(Text):
        def clean(self, value, row=None, **kwargs):
            text = text_of(value)
            try:
                return validator(text) if text else ""
            except ValidationError as error:
                raise ValueError(" ".join(error.messages)) from error

    return Checked()
