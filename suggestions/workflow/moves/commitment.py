"""The table of a commitment (承诺事项): kept on the word of two people of the department, missed by the clock."""

from django.utils.translation import gettext_lazy as _

from fzportal.workflow import Clock, Move

from ...models import Commitment
from ...permissions import (
    is_clock,
    is_keeper,
    may_confirm_kept,
    may_send_late_report_back,
    may_send_late_report_back_as_office,
    may_send_report_back,
    may_send_report_back_as_office,
)

C = Commitment.Status
KEEP, STOP = Clock.KEEP, Clock.STOP

COMMITMENT_MOVES = (
    #    from          to             button                who                  tell
    Move(C.DRAFTED,    C.PROMISED,    _("Promise"),         is_clock,            clock=KEEP, event="promise_made"),
    Move(C.PROMISED,   C.REPORTED,    _("Report as kept"),  is_keeper,           ("approver",), clock=KEEP,
         event="promise_reported"),
    Move(C.MISSED,     C.REPORTED,    _("Report as kept"),  is_keeper,           ("approver",), clock=KEEP,
         event="promise_reported"),
    # What was missed before is missed again.
    *(Move(C.REPORTED, target,        _("Send back"),       who,                 tell, note=True, clock=KEEP,
           event="promise_sent_back") for target, who, tell in (
        (C.PROMISED, may_send_report_back, ("reporter",)),
        (C.PROMISED, may_send_report_back_as_office, ("reporter", "approver")),
        (C.MISSED, may_send_late_report_back, ("reporter",)),
        (C.MISSED, may_send_late_report_back_as_office, ("reporter", "approver")),
    )),
    Move(C.REPORTED,   C.FULFILLED,   _("Confirm as kept"), may_confirm_kept,    ("author", "followers", "deputy"),
         clock=STOP, event="promise_kept"),
    # The author hears that the case is open again.
    Move(C.PROMISED,   C.MISSED,      _("Miss"),            is_clock,            ("keeper", "head"), clock=KEEP,
         event="promise_missed"),
)  # fmt: skip

# Told without a move: event -> whom.
COMMITMENT_NEWS = {
    "promise_due_soon": ("keeper",),
    "promise_due_today": ("keeper", "head"),
    "promise_rated": ("keeper",),
}
