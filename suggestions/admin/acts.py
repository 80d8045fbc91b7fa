"""What the office may do to one suggestion: each act with its form, its verb and when it is offered."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_office

from .. import workflow
from ..forms import office as forms
from ..forms import supervision as forms_of_supervision
from ..models import Suggestion
from ..permissions import may_see_contact, may_urge
from ..permissions.department import AT_WORK
from . import supervision
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
    # Whether its page shows the departments at work.
    shows_departments: bool = False


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


def may_involve(by, suggestion) -> bool:
    """While a department works on it."""
    return is_office(by) and suggestion.status in AT_WORK and suggestion.department_id is not None


def may_relieve(by, suggestion) -> bool:
    """Where somebody's opinion has not come."""
    return is_office(by) and suggestion.is_open and suggestion.assignments.missing().exists()


def may_decide_extension(by, suggestion) -> bool:
    """Where the lead asked for more time."""
    return is_office(by) and suggestion.extensions.filter(is_granted=None).exists()


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
    Act("assign", _("Assign"), forms.AssignForm, workflow.assign, _("Assigned."), move=(S.ASSIGNED, "assigned"),
        lead=_("One department leads and replies; others may assist it with an opinion."), shows_departments=True),
    Act("extension", _("Decide on more time"), forms.ExtensionForm, workflow.decide_extension, _("Decided."),
        may=may_decide_extension, shows_departments=True),
    Act("involve", _("Have one more department assist"), forms.InvolveForm, workflow.involve, _("Asked to assist."),
        may=may_involve, lead=_("It gives the lead a written opinion; the reply waits for it until it is due."),
        shows_departments=True),
    Act("relieve", _("Take a co-handler off"), forms.RelieveForm, workflow.relieve, _("Taken off the case."),
        may=may_relieve, lead=_("The lead waits for its opinion no more."), shows_departments=True),
    Act("urge", _("Urge"), forms.UrgeForm, workflow.urge, _("Urged."), may=may_urge,
        lead=_("Those who hold it and their head hear it; at most once in 5 working days."), shows_departments=True),
    Act("give-back", _("Give back"), forms.GiveBackForm, workflow.release, _("Given back to the pool."),
        move=(S.ACCEPTED, "given_back"), lead=_("The deputy loses the case; others may claim it.")),
    Act("send-back", _("Send back"), forms.SendBackForm, workflow.send_back, _("Sent back to the department."),
        move=(S.IN_PROGRESS, "sent_back"), lead=_("The reply goes back to whoever wrote it; its text is kept.")),
    Act("order-again", _("Order again"), forms_of_supervision.OrderAgainForm, workflow.order_again,
        _("Ordered again."), move=(S.IN_PROGRESS, "ordered_again"),
        lead=_("The lead handles it once more. The author, the lead and the deputy hear why.")),
    Act("close-over", _("Agree to closing"), forms_of_supervision.ProposedForm, workflow.close_over, _("Closed."),
        move=(S.CLOSED, "closed_over"),
        lead=_("As a second person you agree: the case is closed, the reason is published and told to the author.")),
    Act("supervisor", _("Name a supervisor"), forms_of_supervision.SupervisorForm, workflow.name_supervisor,
        _("The supervisor is named."), may=supervision.may_name_supervisor,
        lead=_("The supervisor, the author and the lead hear of it; the name is shown to colleagues only.")),
    Act("propose-closing", _("Propose closing"), forms_of_supervision.ProposeClosingForm, workflow.propose_closing,
        _("Proposed. A second person of the office decides."), may=supervision.may_propose_closing,
        lead=_("For what cannot be solved, whatever is tried. It is closed only if a second person agrees.")),
    Act("refuse-closing", _("Do not close"), forms_of_supervision.RefuseClosingForm, workflow.refuse_closing,
        _("The proposal is off; the case stays supervised."), may=supervision.may_refuse_closing,
        lead=_("The case stays supervised; another proposal can be made.")),
    Act("reopen", _("Reopen"), forms_of_supervision.ReopenForm, workflow.reopen, _("Reopened."),
        move=(S.IN_PROGRESS, "reopened"),
        lead=_("A promise was not kept: the lead handles the case again. The author hears why.")),
    Act("send-report-back", _("Send a report back"), forms_of_supervision.SendReportBackForm,
        supervision.send_report_back, _("The report went back to the department."), may=supervision.has_report,
        lead=_("The promise counts as not kept until the department reports it again.")),
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
