"""The open data: what everybody may read of every published suggestion, and the dictionary that explains it.

Only the public version's words; nothing of the author, not even the name shown; no free text of a rating.
"""

from django.utils.translation import gettext_lazy as _

from ..models import Commitment, Rating, Reply, Suggestion
from .batches import Column, day_of, latest, rating_of, reply_words

FORMATS = ("csv", "jsonl")
GRADES = tuple((str(value), label) for value, label in Rating.Grade.choices)
KEPT = Commitment.Status.FULFILLED
# How a promise stands for the public.
SHOWN = (Commitment.Status.PROMISED, KEPT, Commitment.Status.MISSED)


def rows():
    """Every published suggestion, in the order of publication's own key."""
    return Suggestion.objects.published().select_related("public").only(
        "number", "status", "category_id", "division_id", "station_id", "department_id", "deputy_id", "submitted_at",
        "published_at", "answered_at", "due_at", "supporters", "public__title", "public__situation",
        "public__proposal", "public__place",
    ).order_by("pk")  # fmt: skip


def columns(form: str) -> tuple[Column, ...]:
    """The columns of a format, headed by their names for programs."""
    return tuple(column._replace(heading=column.name) for column in described(form))


def described(form: str) -> tuple[Column, ...]:
    """What both formats have, then replies and commitments, flat or as lists; headed in words."""
    return (*COMMON, *(FLAT if form == "csv" else NESTED))


def reply_record(reply) -> dict:
    """A reply as an object."""
    rating = rating_of(reply)
    return {
        "class": reply.result,
        "text": reply.text,
        "points": [{"point": p.point, "answer": p.answer} for p in reply.points.all()],
        "by": "department" if reply.department_id else "deputy",
        "replied_on": day_of(reply.released_at),
        "attitude": rating.attitude if rating else None,
        "result": rating.result if rating else None,
    }


def promise_record(promise) -> dict:
    """A commitment as an object; what was done stands there once the promise is kept."""
    rating = rating_of(promise)
    is_kept = promise.status == KEPT
    return {
        "what": promise.what,
        "due_on": promise.due_on,
        "status": public_status(promise),
        "kept_on": day_of(promise.fulfilled_at) if is_kept else None,
        "report": promise.report if is_kept else "",
        "attitude": rating.attitude if rating else None,
        "result": rating.result if rating else None,
    }


def public_status(promise) -> str:
    """A report that nobody has confirmed yet changes nothing for the public."""
    return Commitment.Status.PROMISED if promise.status == Commitment.Status.REPORTED else promise.status


def promise_line(promise) -> str:
    """ "2026-12-31 fulfilled: the menu is published every week"."""
    return f"{promise.due_on} {public_status(promise)}: {promise.what}"


def given(row, of):
    """A grade of the newest reply, as a number."""
    rating = rating_of(latest(row))
    return getattr(rating, of) if rating else None


COMMON = (
    Column("number", _("Number"), lambda s: s.number, meaning=_("The number of the suggestion; never given twice.")),
    Column("title", _("Title"), lambda s: s.public.title, meaning=_("The title of the public version.")),
    Column("situation", _("Situation"), lambda s: s.public.situation,
           meaning=_("What it is about, in the words of the public version.")),
    Column("proposal", _("Proposal"), lambda s: s.public.proposal,
           meaning=_("What is proposed, in the words of the public version.")),
    Column("place", _("Place"), lambda s: s.public.place, meaning=_("Where, in the words of the public version.")),
    Column("category", _("Theme"), lambda s: s.category_name, meaning=_("The theme the office chose.")),
    Column("division", _("Division"), lambda s: s.division_place,
           meaning=_("The district or county, and the street or township.")),
    Column("division_code", _("Code of the division"), lambda s: s.division_code,
           meaning=_("The national code of the division.")),
    Column("station", _("Station"), lambda s: s.station_name,
           meaning=_("The liaison station it was addressed to or said at.")),
    Column("department", _("Department"), lambda s: s.department_name, meaning=_("The department that leads.")),
    Column("status", _("Status"), lambda s: s.status, meaning=_("Where it stands."),
           words=tuple(pair for pair in Suggestion.Status.choices if pair[0] != "draft")),
    Column("status_name", _("Status in words"), lambda s: s.get_status_display(), meaning=_("The same in Chinese.")),
    Column("received_on", _("Received on"), lambda s: day_of(s.submitted_at), type="date",
           meaning=_("The day it was received.")),
    Column("published_on", _("Published on"), lambda s: day_of(s.published_at), type="date",
           meaning=_("The day it was published.")),
    Column("answered_on", _("Answered on"), lambda s: day_of(s.answered_at), type="date",
           meaning=_("The day of the last reply; empty before the first.")),
    Column("due_on", _("Due"), lambda s: day_of(s.due_at) if s.is_open else None, type="date",
           meaning=_("The day the running promise ends; empty when nothing is due.")),
    Column("supporters", _("Supporters"), lambda s: s.supporters, type="integer",
           meaning=_("How many people support it.")),
)  # fmt: skip
FLAT = (
    Column("replies", _("Replies"), lambda s: len(s.answers), type="integer",
           meaning=_("How many replies were released. The columns that follow are those of the newest.")),
    Column("reply_class", _("Class of the reply"), lambda s: latest(s).result if latest(s) else "",
           meaning=_("How far the matter is solved."), words=tuple(Reply.Class.choices)),
    Column("reply_by", _("Replied by"), lambda s: reply_record(latest(s))["by"] if latest(s) else "",
           meaning=_("Who replied."), words=(("department", _("Department")), ("deputy", _("Deputy")))),
    Column("reply_text", _("Reply"), lambda s: reply_words(latest(s)),
           meaning=_("The reply, and below it the answers point by point.")),
    Column("rating_attitude", _("Attitude"), lambda s: given(s, "attitude"), type="integer",
           meaning=_("The author's grade for the attitude; empty without a rating."), words=GRADES),
    Column("rating_result", _("Result"), lambda s: given(s, "result"), type="integer",
           meaning=_("The author's grade for the result; empty without a rating."), words=GRADES),
    Column("commitments", _("Commitments"), lambda s: "\n".join(promise_line(p) for p in s.promises),
           meaning=_("What was promised, one a line: the day, how it stands, what."),
           words=tuple((status.value, status.label) for status in SHOWN)),
)  # fmt: skip
NESTED = (
    Column("replies", _("Replies"), lambda s: [reply_record(r) for r in s.answers], type="array",
           meaning=_("Every released reply, oldest first: class, text, points with their answers, by whom, the day, "
                     "and the author's grades.")),
    Column("commitments", _("Commitments"), lambda s: [promise_record(p) for p in s.promises], type="array",
           meaning=_("Every promise: what, by when, how it stands, when it was kept and what was done, and the "
                     "author's grades.")),
)  # fmt: skip
