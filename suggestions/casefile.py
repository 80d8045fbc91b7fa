"""The whole case for paper: everything those who work on it may read, in the order it happened. Never the contact."""

from django.utils.translation import gettext as _

from fzportal.templatetags.ui import day

from . import origin, reading, standing, timeline
from .models import Consent, ContactView


def contents(suggestion, reader) -> dict:
    """Values for templates/desk/file.html; ``reader`` works on the case. About twenty queries, whatever it holds."""
    changes = timeline.history(suggestion)
    return {
        "case": suggestion,
        "tag": standing.tag(suggestion),
        "standing": standing.standing(suggestion, reader, changes),
        "public": reading.words(suggestion) if reading.own_words(suggestion) else None,
        "files": list(suggestion.attachments.all()),
        "talk": origin.talk(suggestion, reader),
        "history": history(suggestion, reader, changes),
        "departments": list(suggestion.assignments.select_related("department").order_by("at", "pk")),
        "extensions": list(suggestion.extensions.select_related("department")),
        "replies": replies(suggestion),
        "promises": promises(suggestion),
        "supervisions": list(suggestion.supervisions.select_related("supervisor", "closing_by", "consented_by")),
        "spoken": list(suggestion.contacts_made.select_related("department")),
        "consents": [(c.get_kind_display(), c.given_at, c.withdrawn_at) for c in consents(suggestion)],
        "looks": looks(suggestion),
    }


def history(suggestion, reader, changes) -> list[tuple]:
    """(line of the timeline, due date where that line set another)."""
    due, before = {}, None
    for change in changes:
        if change.due_at != before:
            due[change.at] = day(change.due_at) if change.due_at else _("nothing is due")
        before = change.due_at
    return [(line, due.get(line.at, "")) for line in timeline.lines(suggestion, reader, changes)]


def replies(suggestion) -> list:
    """Released ones and those under review, with points, evidence and what the author said; no drafts."""
    found = suggestion.replies.exclude(handed_in_at=None, released_at=None)
    found = found.select_related("department", "deputy", "rating").prefetch_related("points", "evidence")
    return with_rating(found.order_by("pk"))


def promises(suggestion) -> list:
    """What was announced, with how it stands."""
    found = suggestion.commitments.given().select_related("department", "rating").prefetch_related("evidence")
    return with_rating(found)


def with_rating(rows) -> list:
    """``rows`` with ``rated``: the rating or None."""
    rows = list(rows)
    for row in rows:
        row.rated = row.rating if timeline.rated(row) else None
    return rows


def consents(suggestion):
    """What the author agreed to, and took back."""
    return Consent.objects.filter(suggestion=suggestion).order_by("pk")


def looks(suggestion) -> list:
    """Who looked at the contact, by role, when and why; oldest first."""
    found = list(ContactView.objects.filter(contact__suggestion=suggestion).order_by("pk"))
    for look in found:
        look.role_word = timeline.role_word(look.role)
    return found
