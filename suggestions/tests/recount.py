"""Every figure counted a second time, slowly, in plain Python, from the rows of history; knows nothing of the first."""

from collections import defaultdict
from datetime import date

from django.utils import timezone

from fzportal import workdays
from liaison.models import Division
from suggestions.models import (
    AssignmentChange,
    Category,
    CommitmentChange,
    Department,
    ProposalChange,
    Rating,
    Suggestion,
    SuggestionChange,
)

STAGE = {
    "submitted": "screening", "accepted": "claiming", "triaging": "triage", "referred": "assigning",
    "assigned": "handling", "in_progress": "handling", "rehandling": "handling", "reply_review": "release",
    "replied": "rating",
}  # fmt: skip
SHARE_OF = {
    "on_time": "promised", "returned": "assigned", "silent": "heard", "commitments_kept": "commitments_due",
    "commitments_late": "commitments_due", "commitments_overdue": "commitments_due",
    "proposals_on_time": "proposals_promised",
    **{f"{kind}:{grade}": "heard" for kind in ("attitude", "result") for grade in (1, 2, 3)},
}  # fmt: skip


def recount(now) -> dict:
    """(of, of_id, span, first day, figure) -> (number, public, base, median, p90)."""
    found = defaultdict(list)
    # Streets, stations and deputies have so few cases that their stages are told by year alone.
    by_month = {("city", 0), *kept("category", Category), *kept("department", Department)}
    by_month |= kept("division", Division.objects.filter(level="county"))
    for figure, day, days, thing, slices in facts(now):
        for of, of_id in slices:
            if not figure.startswith("stage:") or (of, of_id) in by_month:
                found[of, of_id, "month", day.replace(day=1), figure].append((days, thing))
            found[of, of_id, "year", date(day.year, 1, 1), figure].append((days, thing))
    counted = {key: summary(rows) for key, rows in found.items()}
    return {key: with_base(key, value, counted) for key, value in counted.items()}


def kept(kind, rows):
    """The slices of these rows."""
    return {(kind, row.pk) for row in getattr(rows, "objects", rows).all()}


def summary(rows):
    days = sorted(d for d, _thing in rows if d is not None)
    public = {thing for _d, thing in rows if thing is not None}
    if not days:
        return len(rows), len(public), None, None
    # The smallest value that at least so many rows reach.
    median = next(d for d in days if sum(other <= d for other in days) >= len(days) / 2)
    p90 = next(d for d in days if 10 * sum(other <= d for other in days) >= 9 * len(days))
    return len(rows), len(public), median, p90


def with_base(key, value, counted):
    *place, figure = key
    whole = "declined" if figure.startswith("declined:") else SHARE_OF.get(figure)
    base = counted[(*place, whole)][0] if whole else None
    return value[0], value[1], base, value[2], value[3]


def facts(now):
    """(figure, day, working days or None, what a public list would show or None, slices)."""
    for suggestion in Suggestion.objects.exclude(status="draft"):
        thing = suggestion.pk if suggestion.published_at else None
        slices = slices_of(suggestion)
        for figure, day, days in (*history(suggestion), *ratings(suggestion)):
            yield figure, day, days, thing, slices
        elsewhere = [s for s in slices if s[0] != "department"]
        for change in AssignmentChange.objects.filter(subject__suggestion=suggestion).order_by("pk"):
            named = {"given": "assigned", "returned": "returned"}.get(change.event.split("_")[-1])
            if named:
                theirs = [*elsewhere, ("department", change.subject.department_id)]
                yield named, timezone.localdate(change.at), None, thing, theirs
        yield from promises(suggestion, elsewhere, now)
    yield from proposals()


def slices_of(row):
    """The city, and what the row belongs to, with what that lies in."""
    found = [("city", 0)]
    for kind in ("category", "division", "station", "deputy", "department"):
        one = getattr(row, kind, None)
        if one is None or (kind == "division" and one.level not in ("county", "street")):
            continue
        found.append((kind, one.pk))
        if kind == "category" and one.parent or kind == "division" and one.level == "street":
            found.append((kind, one.parent_id))
    return found


def history(suggestion):
    """What the lines of one suggestion say."""
    received = timezone.localdate(suggestion.submitted_at)
    yield "received", received, None
    seen, stage, since, promise = set(), None, None, None
    for line in SuggestionChange.objects.filter(subject=suggestion).order_by("pk"):
        day = timezone.localdate(line.at)
        if line.event == "extension_granted":
            yield "extended", day, None
        if line.event in ("closed_over",):
            yield line.event, day, None
        if line.event == "silent":
            yield "heard", day, None
            yield "silent", day, None
        if line.before != line.after:
            yield from moved(line, day, suggestion, seen)
            if line.after == "replied" and "answered" not in seen:
                seen.add("answered")
                yield "answered", day, workdays.between(received, day)
                if promise is not None:
                    yield "promised", day, None
                    if line.at <= promise:
                        yield "on_time", day, None
            if STAGE.get(line.after) != stage:
                if stage and line.event != "returned" and line.after != "withdrawn":
                    yield f"stage:{stage}", day, workdays.between(since, day)
                stage, since = STAGE.get(line.after), day
        promise = line.due_at


def moved(line, day, suggestion, seen):
    """What a move counts for by where it leads."""
    if line.after in ("accepted", "triaging") and "accepted" not in seen:
        seen.add("accepted")
        yield "accepted", day, None
    if line.after in ("declined", "merged", "withdrawn", "supervised"):
        yield line.after, day, None
    if line.after == "declined":
        yield f"declined:{suggestion.decline_reason.code}", day, None
    if line.after == "rehandling":
        yield "rehandled", day, None


def ratings(suggestion):
    """Grades of replies as they are now, in the month they were given."""
    for rating in Rating.objects.filter(reply__suggestion=suggestion):
        day = timezone.localdate(rating.at)
        yield "heard", day, None
        yield f"attitude:{rating.attitude}", day, None
        yield f"result:{rating.result}", day, None


def promises(suggestion, elsewhere, now):
    for commitment in suggestion.commitments.exclude(status="drafted"):
        thing = ("promise", commitment.pk) if suggestion.published_at else None
        slices = [*elsewhere, ("department", commitment.department_id)]
        told, kept = None, None
        for line in CommitmentChange.objects.filter(subject=commitment).order_by("pk"):
            if line.event == "promise_made":
                yield "commitments", timezone.localdate(line.at), None, thing, slices
            if line.event == "promise_reported":
                told = line.at
            if line.event == "promise_kept":
                kept = told
        if commitment.due_on < timezone.localdate(now):
            named = "overdue" if kept is None else "kept" if timezone.localdate(kept) <= commitment.due_on else "late"
            yield "commitments_due", commitment.due_on, None, thing, slices
            yield f"commitments_{named}", commitment.due_on, None, thing, slices


def proposals():
    lines = defaultdict(list)
    for line in ProposalChange.objects.select_related("subject").order_by("pk"):
        lines[line.subject].append(line)
    for proposal, history in lines.items():
        if proposal.status in ("draft", "withdrawn"):
            continue
        seen, promise = set(), None
        for line in history:
            named = {"submitted": "proposals", "replied": "proposals_answered"}.get(line.after)
            if line.before != line.after and named and named not in seen:
                about = timezone.localdate(line.at), None, ("proposal", proposal.pk), slices_of(proposal)
                seen.add(named)
                yield named, *about
                if line.after == "replied" and promise is not None:
                    yield "proposals_promised", *about
                    if line.at <= promise:
                        yield "proposals_on_time", *about
            promise = line.due_at
