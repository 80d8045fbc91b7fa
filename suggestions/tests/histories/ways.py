"""Every way a status may change, written by hand from the design's table, never from the table under test."""

# (from, to) -> {(what happened, as whom)}
CASE = {
    ("draft", "submitted"): {("submitted", "author"), ("recorded", "officer"), ("recorded", "deputy")},
    ("submitted", "triaging"): {("claimed_at_station", "deputy")},
    ("submitted", "accepted"): {("accepted", "office")},
    ("submitted", "needs_info"): {("needs_info", "office")},
    ("needs_info", "submitted"): {("answered", "author")},
    **{(s, "declined"): {("declined", "office")} for s in ("submitted", "needs_info", "accepted", "triaging")},
    **{(s, "merged"): {("merged", "office")} for s in ("submitted", "accepted")},
    **{(s, "merged"): {("merged", "office"), ("merged", "deputy")} for s in ("triaging", "referred")},
    **{
        (s, "withdrawn"): {("withdrawn", "author")}
        for s in ("submitted", "needs_info", "accepted", "triaging", "referred", "escalated", "assigned",
                  "in_progress", "reply_review")
    },
    ("accepted", "triaging"): {("triaging", "deputy")},
    ("triaging", "accepted"): {("given_back", "deputy"), ("given_back", "office")},
    ("triaging", "replied"): {("replied", "deputy")},
    ("triaging", "referred"): {("referred", "deputy")},
    ("triaging", "escalated"): {("taken_up", "deputy")},
    ("escalated", "triaging"): {("proposal_over", "clock")},
    ("escalated", "replied"): {("answered_by_proposal", "clock")},
    **{
        (s, "assigned"): {("assigned", "office")}
        for s in ("accepted", "referred", "escalated", "rehandling", "supervised")
    },
    ("assigned", "referred"): {("returned", "department")},
    ("assigned", "in_progress"): {("in_progress", "department")},
    ("in_progress", "reply_review"): {("reply_review", "department")},
    ("rehandling", "reply_review"): {("reply_review", "department")},
    ("reply_review", "in_progress"): {("sent_back", "department"), ("sent_back", "office")},
    ("reply_review", "replied"): {("replied", "department")},
    ("replied", "closed"): {("rated", "author"), ("silent", "clock")},
    ("replied", "rehandling"): {("rehandling", "author")},
    ("replied", "supervised"): {("supervised", "author")},
    ("replied", "in_progress"): {("reopened", "clock")},
    ("closed", "in_progress"): {("reopened", "clock"), ("reopened", "office")},
    ("closed", "rehandling"): {("lowered", "author"), ("promise_refused", "author")},
    ("closed", "supervised"): {("lowered", "author"), ("promise_refused", "author")},
    ("rehandling", "closed"): {("raised", "author")},
    ("supervised", "closed"): {("raised", "author"), ("closed_over", "office")},
    ("supervised", "in_progress"): {("ordered_again", "office")},
    ("rehandling", "replied"): {("replied", "deputy")},
    ("rehandling", "referred"): {("referred", "deputy")},
}  # fmt: skip

PART = {
    ("given", "taken"): {("lead_taken", "department"), ("co_taken", "department")},
    ("given", "opinion_in"): {("opinion_in", "department")},
    ("taken", "opinion_in"): {("opinion_in", "department")},
    ("given", "returned"): {("lead_returned", "department"), ("co_returned", "department")},
    ("given", "relieved"): {("co_relieved", "office"), ("co_ended", "clock")},
    ("taken", "relieved"): {("co_relieved", "office"), ("co_ended", "clock")},
    ("opinion_in", "relieved"): {("co_ended", "clock")},
    ("done", "relieved"): {("co_ended", "clock")},
    **{(s, "done"): {("co_done", "clock")} for s in ("given", "taken", "opinion_in")},
    ("done", "taken"): {("lead_again", "clock")},
}

PROMISE = {
    ("drafted", "promised"): {("promise_made", "clock")},
    ("promised", "reported"): {("promise_reported", "department")},
    ("missed", "reported"): {("promise_reported", "department")},
    ("reported", "promised"): {("promise_sent_back", "department"), ("promise_sent_back", "office")},
    # Reported late: sent back it is overdue as before.
    ("reported", "missed"): {("promise_sent_back", "department"), ("promise_sent_back", "office")},
    ("reported", "fulfilled"): {("promise_kept", "department")},
    ("promised", "missed"): {("promise_missed", "clock")},
}

PROPOSAL = {
    ("draft", "submitted"): {("proposal_submitted", "deputy")},
    ("submitted", "draft"): {("proposal_not_taken", "office")},
    ("draft", "withdrawn"): {("proposal_withdrawn", "deputy")},
    ("submitted", "withdrawn"): {("proposal_withdrawn", "deputy")},
    ("submitted", "assigned"): {("proposal_assigned", "office")},
    ("assigned", "submitted"): {("proposal_returned", "department")},
    ("assigned", "in_progress"): {("proposal_taken_on", "department")},
    ("in_progress", "reply_review"): {("proposal_handed_in", "department")},
    ("rehandling", "reply_review"): {("proposal_handed_in", "department")},
    ("reply_review", "in_progress"): {("proposal_sent_back", "department"), ("proposal_sent_back", "office")},
    ("reply_review", "replied"): {("proposal_replied", "department")},
    ("replied", "closed"): {("proposal_evaluated", "deputy"), ("proposal_silent", "clock")},
    ("replied", "rehandling"): {("proposal_rehandling", "deputy")},
}
# Where a proposal holds the cases it takes up.
UNDER_WAY = {"submitted", "assigned", "in_progress", "reply_review"}

# Where nothing is left to do; everywhere else somebody has a way on.
ENDS = {"closed", "declined", "merged", "withdrawn"}
# Where a department leads, and where one may have led before.
LED = {"assigned", "in_progress", "reply_review"}
ANSWERED = {"replied", "rehandling", "supervised", "closed"}
