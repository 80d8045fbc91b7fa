"""Rows of a form that grow: fields ``name_0``, ``name_1`` …; one empty row stands ready, empty ones are left out."""

import re
from collections.abc import Callable
from typing import NamedTuple


class Rows(NamedTuple):
    """``fields``: (name, row's number counted from 1) -> field, in order; the first names the rows."""

    fields: dict[str, Callable]
    most: int

    @property
    def name(self) -> str:
        """The first field's."""
        return next(iter(self.fields))

    def count(self, data, kept: int) -> int:
        """How many rows to draw: those sent or ``kept``, and an empty one."""
        if data is not None:
            kept = 1 + max((self._number(key) for key in data if data.get(key)), default=-1)
        return min(kept + 1, self.most)

    def _number(self, key) -> int:
        found = re.fullmatch(f"(?:{'|'.join(self.fields)})_([0-9]{{1,3}})", key)
        return int(found[1]) if found else -1

    def add_to(self, form, count):
        """Give the form its fields."""
        for n in range(count):
            for name, field in self.fields.items():
                form.fields[f"{name}_{n}"] = field(n + 1)

    def initial(self, rows) -> dict:
        """Stored ``rows`` (tuples in the order of the fields) as initial values."""
        return {
            f"{name}_{n}": value for n, row in enumerate(rows) for name, value in zip(self.fields, row, strict=True)
        }

    def bound(self, form) -> list[list]:
        """The rows of bound fields, for the page."""
        count = sum(1 for name in form.fields if self._number(name) >= 0) // len(self.fields)
        return [[form[f"{name}_{n}"] for name in self.fields] for n in range(count)]

    def values(self, form) -> list[tuple[int, tuple]]:
        """(number, values) of the rows with anything in them, after cleaning."""
        drawn = range(len(self.bound(form)))
        rows = [(n, tuple(form.cleaned_data.get(f"{name}_{n}") for name in self.fields)) for n in drawn]
        return [(n, row) for n, row in rows if any(row)]
