"""The table of a department's part in a suggestion. What follows from the suggestion's own moves, the portal does."""

from django.utils.translation import gettext_lazy as _

from fzportal.workflow import Clock, Move

from ...models import Assignment
from ...permissions import is_clock, is_co_handler, is_lead_handler, is_office_over_part, may_return_part

A = Assignment.Status
KEEP, STOP = Clock.KEEP, Clock.STOP
AT_WORK = (A.GIVEN, A.TAKEN, A.OPINION_IN)

ASSIGNMENT_MOVES = (
    #    from          to             button                  who                  tell
    # The lead's news is the suggestion's own.
    Move(A.GIVEN,      A.TAKEN,       _("Take on"),           is_lead_handler,     clock=KEEP, event="lead_taken"),
    Move(A.GIVEN,      A.TAKEN,       _("Take on"),           is_co_handler,       ("lead",), clock=KEEP,
         event="co_taken"),
    Move(A.GIVEN,      A.OPINION_IN,  _("Give the opinion"),  is_co_handler,       ("lead",), clock=STOP),
    Move(A.TAKEN,      A.OPINION_IN,  _("Give the opinion"),  is_co_handler,       ("lead",), clock=STOP),
    Move(A.GIVEN,      A.RETURNED,    _("Return"),            may_return_part,     ("office", "lead"), note=True,
         clock=STOP, event="co_returned"),
    Move(A.GIVEN,      A.RETURNED,    _("Return"),            may_return_part,     note=True, clock=STOP,
         event="lead_returned"),
    *(Move(s,          A.RELIEVED,    _("Relieve"),           is_office_over_part, ("co",), note=True, clock=STOP,
           event="co_relieved") for s in (A.GIVEN, A.TAKEN)),
    # The case was answered, ended, was given to another, or is handled again.
    *(Move(s,          A.DONE,        _("Done"),              is_clock,            ("co",), clock=STOP,
           event="co_done") for s in AT_WORK),
    *(Move(s,          A.RELIEVED,    _("Relieve"),           is_clock,            ("co",), clock=STOP,
           event="co_ended") for s in (*AT_WORK, A.DONE)),
    # It is asked to assist again, with a part of its own.
    Move(A.DONE,       A.RELIEVED,    _("Relieve"),           is_clock,            clock=STOP, event="co_past"),
    Move(A.DONE,       A.TAKEN,       _("Take on again"),     is_clock,            clock=KEEP, event="lead_again"),
)  # fmt: skip

# Told without a move: event -> whom.
ASSIGNMENT_NEWS = {
    "lead_given": (),
    "co_given": ("co",),
    "co_due_soon": ("co",),
    "co_due_today": ("co", "head"),
    "co_overdue": ("co", "head", "lead"),
    "co_recalculated": (),
}
