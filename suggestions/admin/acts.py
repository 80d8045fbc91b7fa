"""What the office may do to one suggestion: each act with its form, its verb and when it is offered."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_office

from .. import workflow
from ..forms import office as forms
from ..models import Suggestion
from ..permissions import may_see_contact
from .queues import PUBLISHABLE

S = Suggestion.Status


class Act(NamedTuple):
    """``move``: (target, event) of the table's row behind it; ``may``: asked where no move is behind it."""

    slug: str
    label: str
    form: type
    verb: Callable
    done: str
    move: tuple = ()
    may: Callable | None = None
    lead: str = ""


def may_redact(by, suggestion) -> bool:
    """The office, whatever the state: a public version may be prepared early and mended late."""
    return is_office(by) and suggestion.status != S.DRAFT


def may_publish(by, suggestion) -> bool:
    """Taken in; whether the author agreed is said on the page."""
    return is_office(by) and suggestion.status in PUBLISHABLE


def may_unpublish(by, suggestion) -> bool:
    """What is published."""
    return is_office(by) and suggestion.published_at is not None


def has_contact(by, suggestion) -> bool:
    """There is a contact, and one may ask for it."""
    return getattr(suggestion, "contact", None) is not None and may_see_contact(by, suggestion)


def may_classify(by, suggestion) -> bool:
    """While work is left to do."""
    return is_office(by) and suggestion.is_open


ACTS = (
    Act("accept", _("Accept"), forms.AcceptForm, workflow.accept, _("Accepted."), move=(S.ACCEPTED, "accepted"),
        lead=_("It is offered to the deputies of its division, field and station.")),
    Act("ask", _("Ask for more"), forms.AskForm, workflow.ask, _("The question was sent."),
        move=(S.NEEDS_INFO, "needs_info"),
        lead=_("The clock stands still until the author answers.")),
    Act("decline", _("Decline"), forms.DeclineForm, workflow.decline, _("Declined."), move=(S.DECLINED, "declined"),
        lead=_("The author is told why, who is responsible, and how to reach them.")),
    Act("merge", _("Merge"), forms.MergeForm, workflow.merge, _("Merged."), move=(S.MERGED, "merged"),
        lead=_("Supporters and followers move on; the author keeps this thread.")),
    Act("assign", _("Assign"), forms.AssignForm, workflow.assign, _("Assigned."), move=(S.ASSIGNED, "assigned")),
    Act("give-back", _("Give back"), forms.GiveBackForm, workflow.release, _("Given back to the pool."),
        move=(S.ACCEPTED, "given_back"), lead=_("The deputy loses the case; others may claim it.")),
    Act("send-back", _("Send back"), forms.SendBackForm, workflow.send_back, _("Sent back to the department."),
        move=(S.IN_PROGRESS, "sent_back"), lead=_("The reply goes back to whoever wrote it; its text is kept.")),
    Act("classify", _("Classify"), forms.ClassifyForm, workflow.classify, _("Classified."), may=may_classify,
        lead=_("Category and division decide which deputies see it.")),
    Act("redact", _("Redact for publication"), forms.RedactForm, workflow.redact, _("The public version is kept."),
        may=may_redact, lead=_("You edit a copy. The author's own words stay as they were written.")),
    Act("publish", _("Publish"), forms.PublishForm, workflow.publish, _("Published."), may=may_publish),
    Act("unpublish", _("Unpublish"), forms.UnpublishForm, workflow.unpublish, _("Taken off the public pages."),
        may=may_unpublish, lead=_("It is answered all the same.")),
    Act("contact", _("Look at the contact"), forms.ContactForm, workflow.view_contact, "", may=has_contact,
        lead=_("The author sees who looked, when and why.")),
)  # fmt: skip
BY_SLUG = {act.slug: act for act in ACTS}


def offered(suggestion, by) -> list[Act]:
    """What ``by`` may do now: the table's moves, and what needs none."""
    moves = {(m.target, m.name) for m in suggestion.moves_for(by)}
    return [a for a in ACTS if (a.move in moves if a.move else a.may(by, suggestion))]
