"""The table: every way a suggestion's status may change. Read it aloud.

Left for feedback tracking: escalated, supervised, return, co-handlers, commitments (their states are named already).
"""

from django.utils.translation import gettext_lazy as _

from fzportal.workflow import Clock, Move, Reader

from ..models import Suggestion
from ..permissions import (
    heard_it,
    is_answering_deputy,
    is_approver,
    is_author,
    is_claimer,
    is_clock,
    is_handler,
    is_office,
    is_office_of_unled,
    is_recording_deputy,
    is_recording_office,
    is_recording_officer,
    may_claim,
    may_release,
)

S = Suggestion.Status
AUTHOR, PUBLIC = Reader.AUTHOR, Reader.PUBLIC
KEEP, STOP, RESUME = Clock.KEEP, Clock.STOP, Clock.RESUME

BEFORE_REPLIED = (
    S.SUBMITTED, S.NEEDS_INFO, S.ACCEPTED, S.TRIAGING, S.REFERRED, S.ASSIGNED, S.IN_PROGRESS, S.REPLY_REVIEW,
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
        Move(s,          S.WITHDRAWN,    _("Withdraw"),            is_author,    ("holder",), clock=STOP)
        for s in BEFORE_REPLIED if s != S.REFERRED
    ),
    # The office holds what is referred; the deputy who referred it follows it up.
    Move(S.REFERRED,     S.WITHDRAWN,    _("Withdraw"),            is_author,    ("office", "deputy"), clock=STOP),
    # A deputy triages.
    Move(S.ACCEPTED,     S.TRIAGING,     _("Claim"),               may_claim,    ("author",)),
    Move(S.TRIAGING,     S.ACCEPTED,     _("Give back"),           is_claimer,   ("pool",), event="given_back"),
    Move(S.TRIAGING,     S.ACCEPTED,     _("Give back"),           is_office,    ("former", "pool"),
         event="given_back"),
    Move(S.TRIAGING,     S.REPLIED,      _("Answer directly"),     is_claimer,   ("author", "followers")),
    Move(S.TRIAGING,     S.REFERRED,     _("Refer"),               is_claimer,   ("office",), note=True, read=PUBLIC),
    # The office assigns; a department handles; a second person releases.
    Move(S.ACCEPTED,     S.ASSIGNED,     _("Assign"),              is_office,    ("lead", "author")),
    Move(S.REFERRED,     S.ASSIGNED,     _("Assign"),              is_office,    ("lead", "author")),
    Move(S.ASSIGNED,     S.IN_PROGRESS,  _("Take on"),             is_handler,   ("author",), clock=KEEP),
    Move(S.IN_PROGRESS,  S.REPLY_REVIEW, _("Hand in the reply"),   is_handler,   ("approver",), clock=KEEP),
    Move(S.REHANDLING,   S.REPLY_REVIEW, _("Hand in the reply"),   is_handler,   ("approver",), clock=KEEP),
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
    # The second time will lead to `supervised`; until then every dissatisfied rating is handled again.
    Move(S.REPLIED,      S.REHANDLING,   _("Rate"),                is_author,    ("lead", "office", "deputy"),
         note=True),
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
    "overdue": ("holder", "office"),
    "published": ("author",),
    "decline_proposed": ("office",),
    "together_ended": ("author",),
    "contact_viewed": (),
    "redacted": (),
    "imported": (),
    "classified": (),
    "unpublished": (),
    "recused": (),
    "consent_withdrawn": ("office",),
}
