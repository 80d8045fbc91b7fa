"""Those whose suggestion goes on in another one hear what becomes of it."""

from fzportal.workflow import record


def tell_merged(suggestion, *, now):
    """``suggestion`` ended without an answer: tell the authors of what was merged into it, all the way down."""
    for merged in suggestion.merged_here.all():
        record(merged, "together_ended", by=None, role="clock", now=now)
        tell_merged(merged, now=now)
