"""One proposal as its pages show it: words, suggestions taken up, co-signers, departments, replies, history."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from fzportal.templatetags.ui import day

from ..standing import tag as case_tag
from . import standing, timeline


def reading(proposal, *, is_staff, reads_cases=False) -> dict:
    """Values both for everybody's page and for the desk's.

    ``is_staff``: also what is said among those at work; ``reads_cases``: also suggestions that are not published.
    """
    changes, replies = timeline.history(proposal), list(proposal.replies.select_related("department", "author"))
    released = [reply for reply in replies if reply.released_at]
    now = standing.standing(proposal, changes)
    return {
        "proposal": proposal,
        "tag": standing.tag(proposal),
        "standing": now,
        "timeline": timeline.timeline(proposal, changes, released, is_staff=is_staff, next_step=now.next_step),
        "released": released,
        "replies": replies if is_staff else released,
        "is_silent": proposal.status == proposal.Status.CLOSED,
        "carried": carried(proposal),
    } | taken_up(proposal, reads_cases)


def taken_up(proposal, reads_cases) -> dict:
    """The suggestions it takes up, each with its tag: ``suggestions`` this reader may open, ``unnamed`` in words."""
    found = list(proposal.bundle().select_related("public").defer("search").order_by("pk"))
    shown = [s for s in found if reads_cases or s.published_at]
    for suggestion in shown:
        suggestion.tag = case_tag(suggestion)
    hidden = len(found) - len(shown)
    text = ngettext("and %(n)s that is not published", "and %(n)s that are not published", hidden)
    return {"suggestions": shown, "unnamed": text % {"n": hidden} if hidden else ""}


def taken_up_into(suggestion):
    """The public proposal a suggestion is part of, or was answered through; None for all others."""
    proposal = suggestion.taken_up if suggestion.taken_up_id else None
    if proposal is None or not proposal.is_public:
        return None
    is_part = suggestion.status == "escalated" or proposal.answered_here.filter(suggestion=suggestion).exists()
    return proposal if is_part else None


def names_of_signers(proposal) -> str:
    """The deputies who signed it with its author."""
    signed = proposal.co_signers.filter(has_signed=True).select_related("deputy")
    return pgettext("between names", ", ").join(s.deputy.name for s in signed)


def carried(proposal) -> str:
    """Raised in an earlier term and still open while its deputy continues; else empty."""
    if proposal.is_open and proposal.deputy.term_id != proposal.term_id:
        return _("Carried over from %(term)s") % {"term": proposal.term}
    return ""


def facts(proposal) -> list[tuple]:
    """(term, value), as everybody may read them."""
    assisting = pgettext("between names", ", ").join(str(p.department) for p in proposal.parts.all())
    return [
        (_("Number"), proposal.number),
        (_("Raised by"), standing.deputy_word(proposal)),
        (_("Signed with"), names_of_signers(proposal)),
        (_("Term"), str(proposal.term)),
        (_("Category"), proposal.category),
        (_("Submitted on"), day(proposal.submitted_at) if proposal.submitted_at else ""),
        (_("Lead department"), proposal.department),
        (_("Assisting"), assisting),
        (_("Key proposal, supervised by"), proposal.supervisor),
    ]
