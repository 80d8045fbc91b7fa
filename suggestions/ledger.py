"""Promises as readers see them (承诺事项): what, by when, how it stands, what the author says to it."""

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from fzportal.templatetags.ui import short_day

from .models import Commitment
from .permissions import may_rate_promise
from .standing import Tag

C = Commitment.Status
KEPT_LATE = _("Kept, but late")
TAGS = {C.PROMISED: "wait", C.REPORTED: "info", C.FULFILLED: "done", C.MISSED: "late"}

# The lines of a promise's own history, for those who keep it.
TITLES = {
    "promise_made": _("Promised with the reply"),
    "promise_reported": _("Reported as kept"),
    "promise_sent_back": _("The report went back"),
    "promise_kept": _("Confirmed as kept"),
    "promise_missed": _("The promised day has passed"),
    "promise_due_soon": _("Reminder: a promised day is near"),
    "promise_due_today": _("Reminder: a promise is due today"),
    "promise_rated": _("Rated by the author"),
}


def is_late(commitment) -> bool:
    """The day has passed and it is not reported as kept, whether the clock has noticed or not."""
    is_due = commitment.status == C.PROMISED and commitment.due_on < timezone.localdate()
    return is_due or commitment.status == C.MISSED


def tag(commitment) -> Tag:
    """The state's word and tone."""
    if is_late(commitment):
        return Tag(str(C.MISSED.label), "late")
    if commitment.status == C.FULFILLED and commitment.missed_at:
        return Tag(str(KEPT_LATE), "done")
    return Tag(commitment.get_status_display(), TAGS.get(commitment.status, "calm"))


def badge(commitments) -> Tag | None:
    """All promises of a suggestion in one word: the broken one first, then the next that is due, then all kept."""
    late = sum(is_late(c) for c in commitments)
    if late:
        return Tag(ngettext("%(n)s promise overdue", "%(n)s promises overdue", late) % {"n": late}, "late")
    due = [c.due_on for c in commitments if c.status in (C.PROMISED, C.REPORTED)]
    if due:
        return Tag(gettext("Promised by %(day)s") % {"day": short_day(min(due))}, "wait")
    kept = len(commitments)
    return Tag(ngettext("%(n)s promise kept", "%(n)s promises kept", kept) % {"n": kept}, "done") if kept else None


def with_tags(commitments) -> list:
    """Each with its ``tag`` and what the author ``rated``, None when they did not."""
    for commitment in commitments:
        commitment.tag = tag(commitment)
        commitment.rated = getattr(commitment, "rating", None)
    return commitments


def promises(suggestion, reader) -> list:
    """What was promised in its replies, soonest first, with evidence; ``may_be_rated`` by ``reader``."""
    rows = suggestion.commitments.given().select_related("department", "rating").prefetch_related("evidence")
    found = with_tags(list(rows.order_by("due_on", "pk")))
    for commitment in found:
        commitment.suggestion = suggestion
        may_rate = reader is not None and may_rate_promise(reader, commitment)
        commitment.may_be_rated = may_rate
    return found


def badges() -> Prefetch:
    """For lists of suggestions: ``promises``, from which ``badge`` is made, in one query for all rows."""
    return Prefetch("commitments", Commitment.objects.given(), to_attr="promises")
