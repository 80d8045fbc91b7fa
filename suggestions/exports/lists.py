"""What a file holds: which rows, who may see them at the moment it is made, and its columns."""

from typing import NamedTuple

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import F, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import queues
from ..models import Suggestion
from . import open_data
from .batches import Column, day_of, grade, latest


class Listing(NamedTuple):
    """``rows``: what was asked for, in its order; ``visible``: what may be seen, asked again for every batch."""

    label: str
    rows: QuerySet
    visible: QuerySet
    columns: tuple


# The author as shown and no contact; the station's list, which anybody may read, has the public title.
COLUMNS = (
    Column("number", _("Number"), lambda s: s.number, 13),
    Column("title", _("Title"), lambda s: s.shown_title, 44),
    Column("status", _("Status"), lambda s: s.get_status_display(), 12),
    Column("category", _("Category"), lambda s: s.category_name),
    Column("division", _("Division"), lambda s: s.division_place, 20),
    Column("station", _("Station"), lambda s: s.station_name, 24),
    Column("author", _("Author"), lambda s: str(s.author_name), 12),
    Column("channel", _("Channel"), lambda s: s.get_channel_display(), 10),
    Column("received", _("Received on"), lambda s: day_of(s.submitted_at), 12, "date"),
    Column("deputy", _("Deputy"), lambda s: s.deputy_name, 12),
    Column("department", _("Lead department"), lambda s: s.department_name, 22),
    Column("due", _("Due"), lambda s: day_of(s.due_at) if s.is_open else None, 12, "date"),
    Column("late", _("Days overdue"), lambda s: days_late(s), 10, "integer"),
    Column("answered", _("Answered on"), lambda s: day_of(s.answered_at), 12, "date"),
    Column("class", _("Class of the reply"), lambda s: latest(s).get_result_display() if latest(s) else "", 20),
    Column("attitude", _("Attitude"), lambda s: grade(latest(s), "attitude"), 12),
    Column("result", _("Result"), lambda s: grade(latest(s), "result"), 12),
    Column("promises", _("Commitments"), lambda s: len(s.promises), 10, "integer"),
    Column("supporters", _("Supporters"), lambda s: s.supporters, 10, "integer"),
    Column("published", _("Published on"), lambda s: day_of(s.published_at), 12, "date"),
)  # fmt: skip
# The queue of what anybody may read.
STATION = "station"


def days_late(suggestion):
    """Calendar days since the due date of what is open; None while it is kept."""
    if not suggestion.is_open or not suggestion.due_at:
        return None
    days = (timezone.localdate() - timezone.localdate(suggestion.due_at)).days
    return days if days > 0 else None


def find(kind: str, query: str, by, form: str = "csv") -> Listing | None:
    """The list ``kind`` with the filters of ``query`` for ``by``; None when it is not theirs.

    ``kind``: "office" (the admin's list), "queue" (one of the desk), "open" (the open data, in the format ``form``).
    """
    if kind == "open":
        return Listing(str(_("Open data")), open_data.rows(), open_data.rows(), open_data.columns(form))
    if by is None or not by.is_active:
        return None
    if kind == "office":
        return of_office(query, by)
    return of_queue(query, by) if kind == "queue" else None


def of_office(query, by) -> Listing | None:
    """The admin's list with its filters, search and order, whole."""
    if not by.is_office:
        return None
    request = HttpRequest()
    request.method, request.user = "GET", by
    request.path = request.path_info = reverse("admin:suggestions_suggestion_changelist")
    request.GET = QueryDict(query)
    try:
        rows = admin.site.get_model_admin(Suggestion).get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        return None
    return Listing(str(_("All suggestions")), rows, titled(Suggestion.objects.workable_by(by)), COLUMNS)


def of_queue(query, by) -> Listing | None:
    """A queue of the desk, in its order."""
    slug = QueryDict(query).get("queue", "")
    every = (queue for section in queues.sections_for(by) for queue in section.queues)
    queue = next((q for q in every if q.slug == slug), None)
    if queue is None:
        return None
    rows = queue.rows.order_by(F("due_at").asc(nulls_last=True), "pk")
    if slug == STATION:
        stations = by.scopes("officer")
        seen = titled(Suggestion.objects.published().filter(station__in=stations), is_public=True)
        return Listing(str(queue.label), rows, seen, COLUMNS)
    return Listing(str(queue.label), rows, titled(Suggestion.objects.workable_by(by)), COLUMNS)


def titled(rows, is_public=False):
    """``rows`` with ``shown_title`` and the author's public name at hand, without the long texts."""
    rows = rows.select_related("author").annotate(shown_title=F("public__title" if is_public else "title"))
    return rows.only(
        "number", "status", "shown_as", "category_id", "division_id", "station_id", "department_id", "deputy_id",
        "channel", "submitted_at", "due_at", "answered_at", "published_at", "supporters", "author__nickname",
        "author__name",
    )  # fmt: skip


def label_of(export) -> str:
    """What was taken out, in words; a queue by the name it had when it was asked for."""
    if export.kind == "queue":
        return _("Queue at the desk: %(name)s") % {"name": QueryDict(export.query).get("name", "")}
    return _("Open data") if export.kind == "open" else _("Suggestions in the administration")


def filters_of(export) -> str:
    """The filters and the words looked for, as the address has them."""
    if export.kind != "office":
        return ""
    return " · ".join(f"{name}={value}" for name, value in QueryDict(export.query).items())
