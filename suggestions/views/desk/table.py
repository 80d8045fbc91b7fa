"""What can be done at the desk: each act, the moves it comes with, its form and its verb.

Whether an act is offered follows from ``moves_for`` of the suggestion and of the actor's own part in it, or from the
predicate of an act that moves nothing; the table adds what a button needs beside.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from suggestions import workflow
from suggestions.forms import desk as forms
from suggestions.forms.take_up import TakeUpForm
from suggestions.permissions import may_ask_extension, may_log_contact, may_urge, may_write
from suggestions.permissions.department import own_part


class Act(NamedTuple):
    """One way to act. ``moves``: (what the actor is, name of the move) that bring the button.

    The form's ``target`` is what the verb is about: the suggestion, or the actor's own part in it.
    """

    slug: str
    label: str
    moves: frozenset
    form: type[forms.ActForm]
    verb: Callable
    done: str
    hint: str = ""
    # The act whose form is shown instead: saving a draft happens in the form of handing in.
    shown_in: str = ""
    # Whether its form stands open; the others wait behind their names, which keeps the page short on a phone.
    stands_open: bool = False
    # Whether the case stays before the actor afterwards.
    stays: bool = False
    # A kind of templates/ui/button.html.
    kind: str = "secondary"
    # Asked, as (by, suggestion), where no move is behind it.
    may: Callable | None = None

    def is_offered(self, moves, by, suggestion) -> bool:
        """Whether any of the ``moves`` open to the actor brings this act, or its predicate allows it."""
        if self.may is not None:
            return self.may(by, suggestion)
        return not self.moves.isdisjoint(moves)


def by_deputy(*names):
    return frozenset(("deputy", name) for name in names)


def by_department(*names):
    return frozenset(("department", name) for name in names)


NO_MOVE = frozenset()
TABLE = (
    Act("claim", _("Claim"), by_deputy("triaging"), forms.ActForm, workflow.claim, _("Claimed: {case}"),
        hint=_("You then have it in hand: answer it yourself, or refer it to a department."), kind="primary",
        stands_open=True),
    Act("answer", _("Answer directly"), by_deputy("replied"), forms.AnswerForm, workflow.answer_directly,
        _("Answered: {case}"), hint=_("For what you know yourself. It is released at once under your name."),
        kind="primary"),
    Act("refer", _("Refer"), by_deputy("referred"), forms.ReferForm, workflow.refer, _("Referred: {case}"),
        hint=_("The congress office assigns a department; you go on following it.")),
    Act("take-up", _("Take up into a proposal"), by_deputy("taken_up"), TakeUpForm, workflow.proposals.take_up,
        _("Kept with your proposal: {case}"), hint=_("Into a formal proposal of deputies, whose reply answers it."),
        stays=True),
    Act("propose-decline", _("Propose to decline"), by_deputy("given_back"), forms.ProposeDeclineForm,
        workflow.propose_decline, _("Proposed to the congress office: {case}")),
    Act("merge", _("Merge"), by_deputy("merged"), forms.MergeForm, workflow.merge, _("Merged: {case}")),
    Act("give-back", _("Give back"), by_deputy("given_back"), forms.GiveBackForm, workflow.release,
        _("Given back: {case}"), hint=_("It goes back to all deputies concerned.")),
    Act("recuse", _("Stand aside"), by_deputy("triaging", "given_back"), forms.RecuseForm, workflow.recuse,
        _("You take no part in {case}."), kind="danger",
        hint=_("When you, a relative or your unit is concerned, or a court or a bid: you will not see it again.")),
    Act("take-on", _("Take on"), by_department("in_progress"), forms.ActForm, workflow.take_on,
        _("Taken on: {case}"), stays=True, kind="primary", stands_open=True),
    Act("draft", _("Save the draft"), NO_MOVE, forms.DraftForm, workflow.save_reply, _("Draft saved."),
        may=may_write, shown_in="hand-in", stands_open=True, stays=True,
        hint=_("It can be handed in once the opinions asked for are in, or overdue.")),
    Act("hand-in", _("Hand in the reply"), by_department("reply_review"), forms.HandInForm, workflow.hand_in,
        _("Handed in for release: {case}"), hint=_("A second person releases it."), kind="primary",
        stands_open=True),
    Act("release", _("Release the reply"), by_department("replied"), forms.ActForm, workflow.release_reply,
        _("Released: {case}"), hint=_("The author and the public can read it at once."), kind="primary",
        stands_open=True),
    Act("send-back", _("Send back"), by_department("sent_back"), forms.SendBackForm, workflow.send_back,
        _("Sent back: {case}")),
    Act("return", _("Return"), by_department("returned"), forms.ReturnForm, workflow.return_case,
        _("Returned: {case}"), hint=_("For what is not yours to handle, once. The congress office decides.")),
    Act("ask-extension", _("Ask for more time"), NO_MOVE, forms.AskExtensionForm, workflow.ask_extension,
        _("Asked for more time: {case}"), may=may_ask_extension, stays=True,
        hint=_("Before the due date, with a reason. The congress office decides; the author hears both dates.")),
    Act("assist", _("Begin to assist"), by_department("co_taken"), forms.PartForm, workflow.take_part,
        _("You assist with {case}"), stays=True, stands_open=True),
    Act("opinion", _("Give the opinion"), by_department("opinion_in"), forms.OpinionForm, workflow.give_opinion,
        _("Your opinion went to the lead: {case}"), hint=_("The lead replies; only staff read your opinion."),
        kind="primary", stands_open=True),
    Act("return-part", _("Return your part"), by_department("co_returned"), forms.ReturnPartForm, workflow.return_part,
        _("Returned: {case}"), hint=_("For what does not concern your department, once. The lead goes on.")),
    Act("progress", _("Say how it stands"), NO_MOVE, forms.ProgressForm, workflow.note_progress,
        _("Noted: {case}"), may=may_write, stays=True,
        hint=_("Before the reply: what has been done so far, what comes next.")),
    Act("log-contact", _("Note whom you spoke with"), NO_MOVE, forms.ContactMadeForm, workflow.log_contact,
        _("Noted: {case}"), may=may_log_contact, stays=True),
    Act("urge", _("Urge"), NO_MOVE, forms.UrgeForm, workflow.urge, _("Urged: {case}"), may=may_urge, stays=True,
        hint=_("Those who hold it and their head hear it; at most once in 5 working days.")),
)  # fmt: skip
ACTS = {act.slug: act for act in TABLE}


def offered(suggestion, user) -> list[Act]:
    """The acts open to ``user`` now."""
    part = own_part(user, suggestion)
    found = [*suggestion.moves_for(user), *(part.moves_for(user) if part else ())]
    moves = {(m.who.role, m.name) for m in found}
    return [act for act in TABLE if act.is_offered(moves, user, suggestion)]


def form_of(act, acts) -> str:
    """The slug of the act in whose form ``act`` is made: another's while that is among ``acts``, else its own."""
    return act.shown_in if any(a.slug == act.shown_in for a in acts) else act.slug
