"""What can be done with a proposal at the desk: each act, what brings it, its form and its verb."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from suggestions.forms import proposals as forms
from suggestions.models import Proposal
from suggestions.permissions import (
    is_bearer,
    is_invited,
    may_give_proposal_opinion,
    may_write_proposal_reply,
)
from suggestions.workflow import proposals


class Act(NamedTuple):
    """One way to act. ``event`` names the move that brings it; ``may`` is asked where no move is behind it."""

    slug: str
    label: str
    form: type
    verb: Callable
    done: str
    event: str = ""
    may: Callable | None = None
    hint: str = ""
    # The act in whose form it is made.
    shown_in: str = ""
    # Whether its form stands open; the others wait behind their names.
    stands_open: bool = False
    # A kind of templates/ui/button.html.
    kind: str = "secondary"


def may_edit(by, proposal) -> bool:
    """The deputy who raises it, while it is a draft."""
    return proposal.status == Proposal.Status.DRAFT and is_bearer(by, proposal)


def may_unbundle(by, proposal) -> bool:
    """The same, where something is kept with it."""
    return may_edit(by, proposal) and proposal.bundle().exists()


def may_sign(by, proposal) -> bool:
    """A deputy asked to, while it is a draft."""
    return proposal.status == Proposal.Status.DRAFT and is_invited(by, proposal)


TABLE = (
    Act("sign", _("Sign"), forms.ActForm, proposals.sign, _("You have signed it."), may=may_sign, stands_open=True,
        kind="primary", hint=_("Everybody will read your name on it. Should the words change, you are asked anew.")),
    Act("refuse", _("Do not sign"), forms.ActForm, proposals.refuse, _("You have not signed it."), may=may_sign),
    Act("submit", _("Submit"), forms.ActForm, proposals.submit, _("Submitted to the congress office."),
        event="proposal_submitted", stands_open=True, kind="primary",
        hint=_("It gets its number and is public. The suggestions taken up go with it, and their authors are told.")),
    Act("edit", _("Change the words"), forms.EditForm, proposals.edit, _("Saved."), may=may_edit,
        hint=_("Who has signed other words is asked anew.")),
    Act("bundle", _("Add a suggestion"), forms.BundleForm, proposals.bundle, _("Added."), may=may_edit,
        hint=_("One of those you have claimed. It stays in your hands until you submit.")),
    Act("unbundle", _("Take a suggestion out"), forms.UnbundleForm, proposals.unbundle, _("Taken out."),
        may=may_unbundle),
    Act("invite", _("Ask others to sign"), forms.InviteForm, proposals.invite, _("They are asked to sign."),
        may=may_edit),
    Act("evaluate", _("Evaluate the reply"), forms.EvaluateForm, proposals.evaluate,
        _("Thank you. Your evaluation has been recorded."), event="proposal_evaluated", stands_open=True,
        kind="primary", hint=_("Authors judge the answers to their suggestions for themselves.")),
    Act("take-on", _("Take on"), forms.ActForm, proposals.take_on, _("Taken on."), event="proposal_taken_on",
        stands_open=True, kind="primary"),
    Act("return", _("Return"), forms.ReturnForm, proposals.return_assignment, _("Returned to the congress office."),
        event="proposal_returned", hint=_("For what is not yours to handle, once. The congress office decides.")),
    Act("draft", _("Save the draft"), forms.ReplyForm, proposals.save_reply, _("Draft saved."),
        may=may_write_proposal_reply, stands_open=True),
    Act("hand-in", _("Hand in the reply"), forms.HandInForm, proposals.hand_in, _("Handed in for release."),
        event="proposal_handed_in", shown_in="draft"),
    Act("contact", _("Log a talk"), forms.ContactForm, proposals.log_contact, _("Kept."),
        may=may_write_proposal_reply, hint=_("The law asks you to speak with the deputy before you reply.")),
    Act("opinion", _("Give the opinion"), forms.OpinionForm, proposals.give_opinion,
        _("Your opinion went to the lead."), may=may_give_proposal_opinion, stands_open=True, kind="primary",
        hint=_("The lead replies; only those at work on it read your opinion.")),
    Act("release", _("Release the reply"), forms.ActForm, proposals.release, _("Released."), event="proposal_replied",
        stands_open=True, kind="primary",
        hint=_("Everybody can read it at once. It answers every suggestion taken up, and each author is told.")),
    Act("send-back", _("Send back"), forms.SendBackForm, proposals.send_reply_back, _("Sent back."),
        event="proposal_sent_back"),
    Act("withdraw", _("Withdraw"), forms.ActForm, proposals.withdraw, _("Withdrawn."), event="proposal_withdrawn",
        kind="danger", hint=_("The suggestions are in your hands again. This cannot be undone.")),
)  # fmt: skip
ACTS = {act.slug: act for act in TABLE}


def offered(proposal, user) -> list[Act]:
    """The acts open to ``user`` now; what the office does, it does in the administration."""
    moves = {m.name for m in proposal.moves_for(user) if m.who.role != "office"}
    return [act for act in TABLE if (act.may(user, proposal) if act.may else act.event in moves)]
