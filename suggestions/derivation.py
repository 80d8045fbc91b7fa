"""How a due date came about, sentence by sentence: the rule, the days left out, extensions, a calendar that changed."""

from collections import Counter
from datetime import date

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from fzportal import workdays
from fzportal.templatetags.ui import day

from .models import ServicePromise


def explain(movable, changes=(), *, state="") -> list[str]:
    """Sentences on ``movable``'s running promise; none where no rule is kept.

    ``changes``: its history, oldest first, which knows how the clock began; ``state``: whose promise it is, where that
    does not follow from the history.
    """
    if not movable.due_at or not movable.due_since or not movable.due_rule.strip("="):
        return []
    began = next((c for c in reversed(changes) if c.at == movable.due_since), None)
    base, *extensions = movable.due_rule.split("+")
    stops = _stops(movable, base, extensions)
    start = timezone.localdate(movable.due_since)
    said = [_by_hand(began, stops[0]) if base.startswith("=") else _counted(base, start, stops[0])]
    if began is not None and began.event == "answered":
        said.append(gettext("This is what was left of the promise when the question was asked."))
    for rule, since, until in zip(extensions, stops, stops[1:], strict=False):
        said.append(_extended(int(rule.removesuffix("d")), since, until))
    said += [_recalculated(c) for c in changes if c.event.endswith("recalculated") and c.at >= movable.due_since]
    promise = None if base.startswith("=") else ServicePromise.objects.filter(state=state or _state(began)).first()
    if promise is not None:
        said.append(gettext("Rule: %(source)s.") % {"source": promise.source})
    return said


def _stops(movable, base, extensions) -> list[date]:
    """Where the promise ended at first and after each extension; the last one is the due date that stands."""
    days = [workdays.due(timezone.localdate(movable.due_since), base)] if extensions else []
    for rule in extensions[:-1]:
        days.append(workdays.add(days[-1], int(rule.removesuffix("d"))))
    return [*days, timezone.localdate(movable.due_at)]


def _state(began) -> str:
    """Ordered again or reopened, the promise of handling again counts (``Suggestion.due_for``)."""
    if began is None:
        return ""
    return "rehandling" if began.after == "in_progress" else began.after


def _by_hand(began, end) -> str:
    if began is not None and began.event == "assigned":
        return gettext("The congress office set this date when it assigned the case.")
    return gettext("The congress office set this date: %(day)s.") % {"day": day(end)}


def _counted(rule, start, end) -> str:
    amount, values = int(rule[:-1]), {"n": rule[:-1], "start": day(start), "end": day(end)}
    if rule.endswith(ServicePromise.Unit.MONTH):
        text = ngettext(
            "%(n)s month from %(start)s, ending on %(end)s; a day that is not worked moves on to the next that is.",
            "%(n)s months from %(start)s, ending on %(end)s; a day that is not worked moves on to the next that is.",
            amount,
        )
        return text % values
    text = ngettext(
        "%(n)s working day after %(start)s, ending on %(end)s. Not counted: weekends%(holidays)s.",
        "%(n)s working days after %(start)s, ending on %(end)s. Not counted: weekends%(holidays)s.",
        amount,
    )
    return text % (values | {"holidays": _holidays(start, end)})


def _extended(amount, since, until) -> str:
    text = ngettext(
        "Extended by %(n)s working day, from %(start)s to %(end)s. Not counted: weekends%(holidays)s.",
        "Extended by %(n)s working days, from %(start)s to %(end)s. Not counted: weekends%(holidays)s.",
        amount,
    )
    return text % {"n": amount, "start": day(since), "end": day(until), "holidays": _holidays(since, until)}


def _recalculated(change) -> str:
    values = {"day": day(timezone.localdate(change.at)), "was": day(date.fromisoformat(change.note))}
    return gettext("The calendar changed on %(day)s: before, it was due on %(was)s.") % values


def _holidays(start, end) -> str:
    names = Counter(holiday.name for holiday in workdays.days_off(start, end))
    if (get_language() or "").startswith("zh"):
        return "".join(f"、{name}（{days} 天）" for name, days in names.items())
    return "".join(f", {name} ({days})" for name, days in names.items())
