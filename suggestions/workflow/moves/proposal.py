"""The table of a proposal of deputies (代表建议): a statutory clock from its assignment (代表法 2025, Art. 51)."""

from django.utils.translation import gettext_lazy as _

from fzportal.workflow import Clock, Move, Reader

from ...models import Proposal
from ...permissions import (
    is_bearer,
    is_clock,
    is_office,
    is_proposal_approver,
    is_proposal_handler,
    may_hand_in_proposal,
    may_release_proposal,
    may_return_proposal,
    may_submit_proposal,
)

P = Proposal.Status
PUBLIC = Reader.PUBLIC
KEEP, STOP = Clock.KEEP, Clock.STOP

PROPOSAL_MOVES = (
    #    from            to              button                   who                   tell
    Move(P.DRAFT,        P.SUBMITTED,    _("Submit"),             may_submit_proposal,  ("office", "signers"),
         event="proposal_submitted"),
    Move(P.SUBMITTED,    P.DRAFT,        _("Send back"),          is_office,            ("bearer",), note=True,
         clock=STOP, event="proposal_not_taken"),
    Move(P.DRAFT,        P.WITHDRAWN,    _("Withdraw"),           is_bearer,            clock=STOP,
         event="proposal_withdrawn"),
    Move(P.SUBMITTED,    P.WITHDRAWN,    _("Withdraw"),           is_bearer,            ("office", "signers"),
         clock=STOP, event="proposal_withdrawn"),
    Move(P.SUBMITTED,    P.ASSIGNED,     _("Assign"),             is_office,            ("bearer", "lead", "co"),
         read=PUBLIC, event="proposal_assigned"),
    Move(P.ASSIGNED,     P.SUBMITTED,    _("Return"),             may_return_proposal,  ("office",), note=True,
         event="proposal_returned"),
    Move(P.ASSIGNED,     P.IN_PROGRESS,  _("Take on"),            is_proposal_handler,  ("bearer",), clock=KEEP,
         event="proposal_taken_on"),
    Move(P.IN_PROGRESS,  P.REPLY_REVIEW, _("Hand in the reply"),  may_hand_in_proposal, ("approver",), clock=KEEP,
         event="proposal_handed_in"),
    Move(P.REHANDLING,   P.REPLY_REVIEW, _("Hand in the reply"),  may_hand_in_proposal, ("approver",), clock=KEEP,
         event="proposal_handed_in"),
    Move(P.REPLY_REVIEW, P.IN_PROGRESS,  _("Send back"),          is_proposal_approver, ("handler",), note=True,
         clock=KEEP, event="proposal_sent_back"),
    Move(P.REPLY_REVIEW, P.IN_PROGRESS,  _("Send back"),          is_office,            ("handler",), note=True,
         clock=KEEP, event="proposal_sent_back"),
    Move(P.REPLY_REVIEW, P.REPLIED,      _("Release the reply"),  may_release_proposal, ("bearer", "signers", "office"),
         event="proposal_replied"),
    # The deputy's own evaluation; silence is stored as silence.
    Move(P.REPLIED,      P.CLOSED,       _("Evaluate"),           is_bearer,            ("department", "office"),
         read=PUBLIC, clock=STOP, event="proposal_evaluated"),
    Move(P.REPLIED,      P.REHANDLING,   _("Evaluate"),           is_bearer,            ("lead", "office"), note=True,
         read=PUBLIC, event="proposal_rehandling"),
    Move(P.REPLIED,      P.CLOSED,       _("Close"),              is_clock,             ("department",), clock=STOP,
         event="proposal_silent"),
)  # fmt: skip

# Told without a move: event -> whom.
PROPOSAL_NEWS = {
    "proposal_begun": (),
    "proposal_edited": (),
    "proposal_bundled": (),
    "proposal_unbundled": (),
    "proposal_invited": ("invited",),
    "proposal_signed": ("bearer",),
    "proposal_not_signed": ("bearer",),
    "proposal_opinion_in": ("lead",),
    "proposal_contacted": (),
    "proposal_marked_key": ("bearer", "lead"),
    "proposal_unmarked_key": (),
    "proposal_due_soon": ("holder",),
    "proposal_due_today": ("holder", "head"),
    "proposal_overdue": ("holder", "head", "office"),
    "proposal_recalculated": (),
}
