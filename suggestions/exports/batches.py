"""A batch of suggestions with everything a file says of them, in four queries for any number of rows."""

from collections.abc import Callable
from typing import NamedTuple

from django.db.models import Prefetch
from django.utils import timezone

from liaison.models import Deputy, Division, Station

from ..models import Category, Commitment, Department, Rating, Reply


class Column(NamedTuple):
    """One column. ``name``: its key for programs; ``value(row)``: text, number, date, true or, in JSON, a list.

    ``type`` and ``meaning`` stand in the open data's dictionary; ``words``: what its codes mean.
    """

    name: str
    heading: str
    value: Callable
    width: int = 14
    type: str = "string"
    meaning: str = ""
    words: tuple = ()


class Names:
    """The small tables, read once for a file: what the keys of a row are called."""

    def __init__(self):
        self.categories = {c.pk: c for c in Category.objects.all()}
        self.divisions = {d.pk: d for d in Division.objects.select_related("parent")}
        self.departments = {d.pk: d for d in Department.objects.all()}
        self.stations = dict(Station.objects.values_list("pk", "name"))
        self.deputies = dict(Deputy.objects.values_list("pk", "name"))

    def put_on(self, row):
        """Hang them on a suggestion, so that reading them asks nothing."""
        row.category_name = str(self.categories.get(row.category_id, ""))
        division = self.divisions.get(row.division_id)
        row.division_place, row.division_code = (division.place, division.code) if division else ("", "")
        row.department_name = str(self.departments.get(row.department_id, ""))
        row.station_name = self.stations.get(row.station_id, "")
        row.deputy_name = self.deputies.get(row.deputy_id, "")


def read(rows, names) -> list:
    """The rows with ``answers`` (released replies, oldest first, with points), ``promises`` and names beside them."""
    answers = Reply.objects.released().select_related("rating").prefetch_related("points").order_by("released_at", "pk")
    promises = Commitment.objects.given().select_related("rating").order_by("due_on", "pk")
    found = list(
        rows.defer("search").prefetch_related(
            Prefetch("replies", answers, to_attr="answers"), Prefetch("commitments", promises, to_attr="promises")
        )
    )
    for row in found:
        names.put_on(row)
    return found


def latest(row):
    """Its newest released reply, or None."""
    return row.answers[-1] if row.answers else None


def rating_of(thing) -> Rating | None:
    """What the author said to a reply or to a promise kept."""
    return getattr(thing, "rating", None) if thing is not None else None


def grade(thing, of: str) -> str:
    """The word of a grade, ``of``: "attitude" or "result"; empty without a rating."""
    rating = rating_of(thing)
    return str(Rating.Grade(getattr(rating, of)).label) if rating else ""


def day_of(moment):
    """The day of a moment in the city, or None."""
    return timezone.localdate(moment) if moment else None


def reply_words(reply) -> str:
    """A reply's text, and after it the citizen's points with their answers."""
    if reply is None:
        return ""
    points = [f"{p.position}. {p.point}\n{p.answer}".rstrip() for p in reply.points.all()]
    return "\n\n".join([reply.text, *points])
