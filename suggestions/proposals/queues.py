"""What waits with proposals, by role, oldest due first."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .. import queues
from ..models import CoSigner, Proposal, ProposalPart
from ..queues import Queue, Section

P = Proposal.Status


def sections_for(user) -> list[Section]:
    """The roles of ``user`` that work on proposals, each with its queues. The office works in the admin."""
    found = []
    if deputies := user.scopes("deputy"):
        found.append(Section(_("As a deputy"), _deputys(deputies)))
    if departments := user.scopes("handler") | user.scopes("approver"):
        found.append(Section(_("For the department"), _departments(departments)))
    return found


def _deputys(deputies) -> tuple[Queue, ...]:
    asked = CoSigner.objects.filter(deputy__in=deputies, has_signed=None).values("proposal")
    signed = CoSigner.objects.filter(deputy__in=deputies, has_signed=True).values("proposal")
    mine, rows = Proposal.objects.filter(deputy__in=deputies), Proposal.objects
    return (
        Queue("mine", _("My proposals"), mine.open(), _("You have no proposal under way.")),
        Queue("to-sign", _("To sign"), rows.filter(pk__in=asked, status=P.DRAFT), _("Nobody asks you to sign.")),
        Queue("to-evaluate", _("To evaluate"), mine.filter(status=P.REPLIED), _("No reply waits to be evaluated.")),
        Queue("signed", _("Signed with others"), rows.filter(pk__in=signed).open(), _("You follow none of others.")),
        Queue("ended", _("Ended"), mine.filter(status__in=Proposal.ENDS), _("None has ended yet.")),
    )


def _departments(departments) -> tuple[Queue, ...]:
    led = Proposal.objects.filter(department__in=departments)
    at_work = Q(status__in=(P.ASSIGNED, P.IN_PROGRESS, P.REHANDLING))
    asked = ProposalPart.objects.filter(department__in=departments, opinion_at=None).values("proposal")
    assisted = Proposal.objects.filter(at_work, pk__in=asked)
    return (
        Queue("led", _("We lead"), led.filter(at_work), _("No proposal waits for your department.")),
        Queue("assisted", _("We assist"), assisted, _("No opinion is asked of your department.")),
        Queue("to-release", _("To release"), led.filter(status=P.REPLY_REVIEW), _("No reply waits to be released.")),
        Queue("answered", _("Answered"), led.filter(status__in=(P.REPLIED, P.CLOSED)), _("None has been answered.")),
    )


def tabs(sections, current=None):
    """(role, [(queue, size, url, is it open)]) with every queue counted in one query."""
    counts = queues.counts([q for section in sections for q in section.queues])
    page = reverse("desk_proposals")

    def figure(count):
        return f"{count.number}+" if count.is_capped else str(count.number)

    return [
        (s.role, [(q, figure(counts[q.slug]), f"{page}?queue={q.slug}", q.slug == current) for q in s.queues])
        for s in sections
    ]


# Shown on the first page of the desk: what asks for something.
AT_DOOR = ("mine", "to-sign", "to-evaluate", "led", "assisted", "to-release")


def doors(user) -> list[tuple]:
    """(queue, size, url) of what waits, for the desk's first page."""
    sections = [s._replace(queues=tuple(q for q in s.queues if q.slug in AT_DOOR)) for s in sections_for(user)]
    return [(queue, size, url) for _role, found in tabs(sections) for queue, size, url, _open in found]
