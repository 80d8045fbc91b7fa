"""Keyset paging: a page begins where the last row of the one before stood; nothing is skipped, repeated or counted.

A list names an ``Order``; the cursor in the address is opaque and says from which row in which direction to read on.
A cursor that cannot be read is taken as none: the first page.
"""

import base64
import binascii
import json
from typing import NamedTuple

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BooleanField, F, Func, Q, Value

SIZE = 20
CAP = 1000
PARAMETER = "page"


class Order(NamedTuple):
    """How a list is ordered. ``fields``: names or annotations, all in one direction, the last one unique.

    ``nulls``: the first field may be empty; such rows come last (ascending) as PostgreSQL puts them.
    """

    fields: tuple[str, ...]
    descending: bool = True
    nulls: bool = False

    def by(self, backwards: bool) -> list[str]:
        """For ``order_by``."""
        sign = "-" if self.descending != backwards else ""
        return [sign + name for name in self.fields]


class Page(NamedTuple):
    """Rows in the list's order, and the cursors of its neighbours ("" at an end)."""

    rows: list
    newer: str
    older: str

    def links(self, request) -> dict[str, str]:
        """``newer`` and ``older`` as addresses that keep everything else of this one, for ui/pagination.html."""
        return {name: _address(request, getattr(self, name)) for name in ("newer", "older")}


class Count(NamedTuple):
    """How many rows, counted up to a cap."""

    number: int
    is_capped: bool


class Beyond(Func):
    """``(a, b) < (x, y)``: one comparison that an index over (a, b) answers at once."""

    conditional = True
    output_field = BooleanField()

    def __init__(self, *expressions, sign="<", **extra):
        super().__init__(*expressions, **extra)
        self.sign = sign

    def as_sql(self, compiler, connection, **_context):
        parts = [compiler.compile(e) for e in self.source_expressions]
        half = len(parts) // 2
        row, bound = (", ".join(sql for sql, _params in side) for side in (parts[:half], parts[half:]))
        return f"(({row}) {self.sign} ({bound}))", [p for _sql, params in parts for p in params]


def page(rows, order: Order, cursor: str = "", size: int = SIZE) -> Page:
    """One page of ``rows`` (a queryset), read with one query."""
    backwards, bound = _read(rows, order, cursor)
    asked = rows.order_by(*order.by(backwards))
    if bound is not None:
        asked = asked.filter(_beyond(order, bound, backwards))
    found = list(asked[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page([], "", "")
    has_newer, has_older = (more, True) if backwards else (bound is not None, more)
    return Page(
        found, _write(order, found[0], True) if has_newer else "", _write(order, found[-1], False) if has_older else ""
    )


def count(rows, cap: int = CAP) -> Count:
    """How many ``rows``, giving up at ``cap``: "more than 1,000" costs the same in a town and in a province."""
    number = rows.order_by()[: cap + 1].count()
    return Count(min(number, cap), number > cap)


def _beyond(order, bound, backwards) -> Q:
    """Rows after the bound in the direction of reading."""
    sign = "<" if order.descending != backwards else ">"
    first, value = order.fields[0], bound[0].value
    if order.nulls and value is None:
        rest = Q(Beyond(*map(F, order.fields[1:]), *bound[1:], sign=sign), **{f"{first}__isnull": True})
        return rest | Q(**{f"{first}__isnull": False}) if _nulls_ahead(order, backwards) else rest
    reached = Q(Beyond(*map(F, order.fields), *bound, sign=sign))
    if order.nulls and not _nulls_ahead(order, backwards):
        reached |= Q(**{f"{first}__isnull": True})
    return reached


def _nulls_ahead(order, backwards) -> bool:
    """Whether rows without a value come first in the direction of reading: PostgreSQL sorts them after every value."""
    return order.descending != backwards


def _read(rows, order, cursor):
    """(backwards, bound as values of the order's fields or None)."""
    try:
        backwards, *texts = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        fields = [_field(rows, name) for name in order.fields]
        values = [Value(field.to_python(text), output_field=field) for field, text in zip(fields, texts, strict=True)]
    except (ValueError, TypeError, binascii.Error, ValidationError, OverflowError):
        return False, None
    if any(v.value is None for v in values[order.nulls :]) or any(
        isinstance(t, str) and not t.isprintable() for t in texts
    ):
        return False, None
    return bool(backwards), values


def _field(rows, name):
    annotation = rows.query.annotations.get(name)
    if annotation is not None:
        return annotation.output_field
    try:
        return rows.model._meta.get_field(name)
    except FieldDoesNotExist:
        raise ValueError(name) from None


def _write(order, row, backwards) -> str:
    values = [backwards, *(getattr(row, name) for name in order.fields)]
    text = json.dumps(values, cls=_Exact, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class _Exact(DjangoJSONEncoder):
    """Times to the microsecond: Django's own encoder cuts them to milliseconds."""

    def default(self, o):
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _address(request, cursor) -> str:
    if not cursor:
        return ""
    query = request.GET.copy()
    query[PARAMETER] = cursor
    return f"?{query.urlencode()}"
