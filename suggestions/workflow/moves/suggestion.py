"""The table: every way a suggestion's status may change. Read it aloud."""

from django.utils.translation import gettext_lazy as _

from fzportal.workflow import Clock, Move, Reader

from ...models import Suggestion
from ...permissions import (
    heard_it,
    is_answering_deputy,
    is_approver,
    is_author,
    is_author_again,
    is_author_first,
    is_claimer,
    is_clock,
    is_clock_of_missed,
    is_handler,
    is_office,
    is_office_of_led,
    is_office_of_missed,
    is_office_of_unled,
    is_recording_deputy,
    is_recording_office,
    is_recording_officer,
    may_claim,
    may_consent_to_closing,
    may_hand_in,
    may_lower_again,
    may_lower_first,
    may_raise,
    may_refuse_again,
    may_refuse_first,
    may_release,
    may_return,
    may_withdraw,
)

S = Suggestion.Status
AUTHOR, PUBLIC = Reader.AUTHOR, Reader.PUBLIC
KEEP, STOP, RESUME = Clock.KEEP, Clock.STOP, Clock.RESUME

BEFORE_REPLIED = (
    S.SUBMITTED, S.NEEDS_INFO, S.ACCEPTED, S.TRIAGING, S.REFERRED, S.ESCALATED, S.ASSIGNED, S.IN_PROGRESS,
    S.REPLY_REVIEW,
)  # fmt: skip

MOVES = (
    #    from            to              button                    who           tell
    Move(S.DRAFT,        S.SUBMITTED,    _("Submit"),              is_author,    ("author", "office")),
    # Said at a station and taken down there; a deputy who heard it may take it at once.
    *(
        Move(S.DRAFT,    S.SUBMITTED,    _("Record"),              who,          ("author", "office"), event="recorded")
        for who in (is_recording_officer, is_recording_office, is_recording_deputy)
    ),
    Move(S.SUBMITTED,    S.TRIAGING,     _("Claim"),               heard_it,     ("author", "office"),
         event="claimed_at_station"),
    # The office screens.
    Move(S.SUBMITTED,    S.ACCEPTED,     _("Accept"),              is_office,    ("author", "pool")),
    Move(S.SUBMITTED,    S.NEEDS_INFO,   _("Ask for more"),        is_office,    ("author",), note=True, read=AUTHOR),
    Move(S.NEEDS_INFO,   S.SUBMITTED,    _("Answer"),              is_author,    ("office",), note=True, read=AUTHOR,
         clock=RESUME, event="answered"),
    Move(S.SUBMITTED,    S.DECLINED,     _("Decline"),             is_office,    ("author",), read=AUTHOR, clock=STOP),
    Move(S.NEEDS_INFO,   S.DECLINED,     _("Decline"),             is_office,    ("author",), read=AUTHOR, clock=STOP),
    Move(S.ACCEPTED,     S.DECLINED,     _("Decline"),             is_office,    ("author",), read=AUTHOR, clock=STOP),
    Move(S.TRIAGING,     S.DECLINED,     _("Decline"),             is_office,    ("author",), read=AUTHOR, clock=STOP),
    *(
        Move(s,          S.MERGED,       _("Merge"),               who,          ("author",), read=AUTHOR, clock=STOP)
        for s, who in ((S.SUBMITTED, is_office), (S.ACCEPTED, is_office), (S.TRIAGING, is_office),
                       (S.TRIAGING, is_claimer), (S.REFERRED, is_office), (S.REFERRED, is_claimer))
    ),
    *(
        Move(s,          S.WITHDRAWN,    _("Withdraw"),            may_withdraw, ("holder",), clock=STOP)
        for s in BEFORE_REPLIED if s not in (S.REFERRED, S.ESCALATED)
    ),
    # The office holds what is referred; the deputy who referred it follows it up.
    Move(S.REFERRED,     S.WITHDRAWN,    _("Withdraw"),            may_withdraw, ("office", "deputy"), clock=STOP),
    Move(S.ESCALATED,    S.WITHDRAWN,    _("Withdraw"),            may_withdraw, ("office", "deputy"), clock=STOP),
    # A deputy triages.
    Move(S.ACCEPTED,     S.TRIAGING,     _("Claim"),               may_claim,    ("author",)),
    Move(S.TRIAGING,     S.ACCEPTED,     _("Give back"),           is_claimer,   ("pool",), event="given_back"),
    Move(S.TRIAGING,     S.ACCEPTED,     _("Give back"),           is_office,    ("former", "pool"),
         event="given_back"),
    Move(S.TRIAGING,     S.REPLIED,      _("Answer directly"),     is_claimer,   ("author", "followers")),
    Move(S.TRIAGING,     S.REFERRED,     _("Refer"),               is_claimer,   ("office",), note=True, read=PUBLIC),
    # Taken up into a formal proposal of deputies, whose reply answers it.
    Move(S.TRIAGING,     S.ESCALATED,    _("Take up"),             is_claimer,   ("author", "office"),
         event="taken_up"),
    Move(S.ESCALATED,    S.TRIAGING,     _("Give back"),           is_clock,     ("author", "deputy"),
         event="proposal_over"),
    Move(S.ESCALATED,    S.REPLIED,      _("Release the reply"),   is_clock,     ("author", "followers"),
         event="answered_by_proposal"),
    # The office assigns; a department handles; a second person releases.
    Move(S.ACCEPTED,     S.ASSIGNED,     _("Assign"),              is_office,    ("lead", "author")),
    Move(S.REFERRED,     S.ASSIGNED,     _("Assign"),              is_office,    ("lead", "author")),
    Move(S.ESCALATED,    S.ASSIGNED,     _("Assign"),              is_office,    ("lead", "author", "deputy")),
    Move(S.ASSIGNED,     S.REFERRED,     _("Return"),              may_return,   ("office",), note=True, read=PUBLIC,
         event="returned"),
    Move(S.ASSIGNED,     S.IN_PROGRESS,  _("Take on"),             is_handler,   ("author",), clock=KEEP),
    Move(S.IN_PROGRESS,  S.REPLY_REVIEW, _("Hand in the reply"),   may_hand_in,  ("approver",), clock=KEEP),
    Move(S.REHANDLING,   S.REPLY_REVIEW, _("Hand in the reply"),   may_hand_in,  ("approver",), clock=KEEP),
    Move(S.REPLY_REVIEW, S.IN_PROGRESS,  _("Send back"),           is_approver,  ("handler",), note=True, clock=KEEP,
         event="sent_back"),
    Move(S.REPLY_REVIEW, S.IN_PROGRESS,  _("Send back"),           is_office,    ("handler",), note=True, clock=KEEP,
         event="sent_back"),
    Move(S.REPLY_REVIEW, S.REPLIED,      _("Release the reply"),   may_release,  ("author", "followers", "deputy")),
    # The author has the last word; silence is stored as silence.
    Move(S.REPLIED,      S.CLOSED,       _("Rate"),                is_author,    ("department", "deputy"), clock=STOP,
         event="rated"),
    Move(S.REPLIED,      S.CLOSED,       _("Close without a rating"), is_clock,  ("department",), clock=STOP,
         event="silent"),
    Move(S.REPLIED,      S.REHANDLING,   _("Rate"),                is_author_first, ("lead", "office", "deputy"),
         note=True),
    # Dissatisfied again: the office steps in (督办).
    Move(S.REPLIED,      S.SUPERVISED,   _("Rate"),                is_author_again, ("lead", "office", "deputy"),
         note=True),
    # Second thoughts, for seven days.
    Move(S.CLOSED,       S.REHANDLING,   _("Change the rating"),   may_lower_first, ("lead", "office", "deputy"),
         note=True, event="lowered"),
    Move(S.CLOSED,       S.SUPERVISED,   _("Change the rating"),   may_lower_again, ("lead", "office", "deputy"),
         note=True, event="lowered"),
    *(
        Move(s,          S.CLOSED,       _("Change the rating"),   may_raise,    ("department", "office", "deputy"),
             clock=STOP, event="raised") for s in (S.REHANDLING, S.SUPERVISED)
    ),
    # A promise reported as kept that does not satisfy, or that was not kept.
    *(
        Move(s,          target,         _("Rate"),                who,          ("lead", "office", "deputy"),
             note=True, event="promise_refused")
        for s in (S.REPLIED, S.CLOSED)
        for target, who in ((S.REHANDLING, may_refuse_first), (S.SUPERVISED, may_refuse_again))
    ),
    *(
        Move(s,          S.IN_PROGRESS,  _("Reopen"),              is_clock_of_missed,
             ("author", "lead", "office", "deputy"), event="reopened") for s in (S.CLOSED, S.REPLIED)
    ),
    Move(S.CLOSED,       S.IN_PROGRESS,  _("Reopen"),              is_office_of_missed, ("author", "lead", "deputy"),
         note=True, read=PUBLIC, event="reopened"),
    # The office orders again, or closes over it with a published reason and a second person's consent.
    Move(S.SUPERVISED,   S.IN_PROGRESS,  _("Order again"),         is_office_of_led, ("author", "lead", "deputy"),
         note=True, read=PUBLIC, event="ordered_again"),
    Move(S.SUPERVISED,   S.ASSIGNED,     _("Assign"),              is_office_of_unled, ("lead", "author")),
    Move(S.SUPERVISED,   S.CLOSED,       _("Consent to closing"),  may_consent_to_closing,
         ("author", "department", "deputy", "followers"), note=True, read=PUBLIC, clock=STOP, event="closed_over"),
    # A deputy's own answer has no department behind it: the deputy answers again, or refers.
    Move(S.REHANDLING,   S.REPLIED,      _("Answer directly"),     is_answering_deputy, ("author", "followers")),
    Move(S.REHANDLING,   S.REFERRED,     _("Refer"),               is_answering_deputy, ("office",), note=True,
         read=PUBLIC),
    # Or the office has a department handle it: that deputy's membership may have ended.
    Move(S.REHANDLING,   S.ASSIGNED,     _("Assign"),              is_office_of_unled,  ("lead", "author")),
)  # fmt: skip

# Told without a move: event -> whom.
NEWS = {
    "due_soon": ("holder",),
    "due_today": ("holder", "head"),
    "overdue": ("holder", "head", "office"),
    "urged": ("holder", "head"),
    "published": ("author",),
    "decline_proposed": ("office",),
    "together_ended": ("author",),
    # What becomes of the proposal that took it up.
    "assigned_by_proposal": ("author",),
    "proposal_answered_again": ("author", "followers"),
    "extension_asked": ("office",),
    "extension_granted": ("author", "lead"),
    "extension_refused": ("lead",),
    "progress": ("author", "followers"),
    "rating_changed": ("department", "deputy"),
    "supervisor_named": ("supervisor", "author", "lead"),
    "closing_proposed": ("office",),
    "closing_refused": ("office",),
    "consent_withdrawn": ("office",),
    "internal_note": (),
    "contact_made": (),
    "recalculated": (),
    "contact_viewed": (),
    "redacted": (),
    "imported": (),
    "classified": (),
    "unpublished": (),
    "recused": (),
}
