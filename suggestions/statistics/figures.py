"""What every published figure means: its name in the table, its words, what it counts, and its base.

A figure belongs to the month in which the thing happened, and to the theme, division, station, deputy and lead
department the suggestion has now; departments' parts, promises and proposals belong to the unit they were given to.
Sources: DOMAIN rules 4 to 8; the portal's own service promises; 代表法 2025, Art. 51.
"""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

# The states a stage lasts through; what lies between (more asked of the author, taken up, supervised) is no stage.
STAGES = {
    "screening": ("submitted",),
    "claiming": ("accepted",),
    "triage": ("triaging",),
    "assigning": ("referred",),
    "handling": ("assigned", "in_progress", "rehandling"),
    "release": ("reply_review",),
    "rating": ("replied",),
}
# A stay that ended so says nothing about the unit: it was the wrong one, or the author took the words back.
NO_STAY = ("returned", "withdrawn")
# Lead and co-handlers alike.
GIVEN, RETURNED = ("lead_given", "co_given"), ("lead_returned", "co_returned")


class Figure(NamedTuple):
    """One figure. ``base``: the figure it is a share of; ``is_case``: counts each suggestion once."""

    name: str
    label: str
    meaning: str
    base: str = ""
    is_case: bool = True


FIGURES = (
    Figure("received", _("Received"), _("Suggestions submitted, by the day they were submitted, public or not.")),
    Figure("accepted", _("Accepted"), _("Suggestions the office accepted, by the day it did so first.")),
    Figure("declined", _("Declined"), _("Suggestions turned away, each with a reason that names who is responsible.")),
    Figure("merged", _("Merged"), _("Suggestions that go on in another one.")),
    Figure("withdrawn", _("Withdrawn"), _("Suggestions their authors took back.")),
    Figure(
        "answered", _("Answered"),
        _("Suggestions that got their first reply, with the working days from receipt to it; a later reply to the same "
          "suggestion is not counted again."),
    ),
    Figure(
        "promised", _("Answers with a promised date"),
        _("First replies for which a due date stood when they were given."),
    ),
    Figure("on_time", _("Answered on time"), _("Of these, given by the date that stood then."), "promised"),
    Figure(
        "stage:screening", _("Screening"), _("At the office, without the time it waits for the author."), "", False
    ),
    Figure("stage:claiming", _("Claiming"), _("Accepted, until a deputy or a department has it."), "", False),
    Figure("stage:triage", _("Triage"), _("With a deputy, until it is answered or referred."), "", False),
    Figure("stage:assigning", _("Assigning"), _("Referred, until the office assigns a department."), "", False),
    Figure(
        "stage:handling", _("Handling"),
        _("With the lead department, until the reply is handed in; again when it is sent back or handled again."),
        "", False,
    ),
    Figure("stage:release", _("Release of the reply"), _("Handed in, until a second person releases it."), "", False),
    Figure("stage:rating", _("Rating"), _("Answered, until the author rates or the time to rate ends."), "", False),
    Figure(
        "assigned", _("Assignments"), _("Parts given to departments, leading and assisting, as often as given."),
        "", False,
    ),
    Figure("returned", _("Returned"), _("Parts sent back by departments as not theirs."), "assigned", False),
    Figure("extended", _("Extensions"), _("Extensions the office granted."), "", False),
    Figure("rehandled", _("Handled again"), _("Times a suggestion had to be handled again."), "", False),
    Figure("supervised", _("Supervised"), _("Times a suggestion came under supervision."), "", False),
    Figure(
        "closed_over", _("Closed over dissatisfaction"),
        _("Supervised suggestions closed with a published reason and a second person's consent."), "", False,
    ),
    Figure(
        "heard", _("Rating time over"),
        _("Replies whose rating time is over: rated, or ended in silence."), "", False,
    ),
    Figure("silent", _("No rating"), _("Replies nobody rated in time. Silence is not satisfaction."), "heard", False),
    *(
        Figure(f"{kind}:{grade}", label, meaning, "heard", False)
        for kind, meaning in (
            ("result", _("What authors say of the result, as they leave it.")),
            ("attitude", _("What authors say of the attitude, as they leave it.")),
        )
        for grade, label in ((3, _("Satisfied")), (2, _("Basically satisfied")), (1, _("Dissatisfied")))
    ),
    Figure("commitments", _("Promises given"), _("Promises announced in released replies."), "", False),
    Figure("commitments_due", _("Promises due"), _("Promises whose day has passed, by that day."), "", False),
    Figure(
        "commitments_kept", _("Kept in time"),
        _("Reported as kept by the day, and confirmed by a second person."), "commitments_due", False,
    ),
    Figure("commitments_late", _("Kept late"), _("Kept and confirmed, but later."), "commitments_due", False),
    Figure(
        "commitments_overdue", _("Overdue"), _("The day has passed and nobody has confirmed that it was kept."),
        "commitments_due", False,
    ),
    Figure("proposals", _("Proposals submitted"), _("Formal proposals of deputies, by the day first submitted.")),
    Figure("proposals_answered", _("Proposals answered"), _("Proposals that got their first reply.")),
    Figure(
        "proposals_promised", _("Replies with a statutory date"), _("First replies for which a due date stood then.")
    ),
    Figure(
        "proposals_on_time", _("Proposals answered on time"), _("Of these, given by that date."), "proposals_promised"
    ),
)  # fmt: skip
BY_NAME = {figure.name: figure for figure in FIGURES}
# Reasons are rows the office edits: "declined:hotline" is a share of "declined".
REASON = "declined:"


def base_of(name: str) -> str:
    """The figure ``name`` is a share of; "" for none."""
    return "declined" if name.startswith(REASON) else BY_NAME[name].base


def stage_of(state: str) -> str:
    """The stage a state belongs to, or ""."""
    return next((stage for stage, states in STAGES.items() if state in states), "")
