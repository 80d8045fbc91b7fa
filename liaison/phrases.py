"""A recurrence in words: "每月15日", "单月15日", "每月第一、三个星期二", "每周三", "每两周星期三"."""

import re
from itertools import groupby

from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from . import recurrence

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ODD, EVEN = "1,3,5,7,9,11", "2,4,6,8,10,12"
SHORT_WEEKDAYS = (
    pgettext_lazy("short", "Mon"), pgettext_lazy("short", "Tue"), pgettext_lazy("short", "Wed"),
    pgettext_lazy("short", "Thu"), pgettext_lazy("short", "Fri"), pgettext_lazy("short", "Sat"),
    pgettext_lazy("short", "Sun"),
)  # fmt: skip
NTHS = (
    pgettext_lazy("the nth weekday", "first"), pgettext_lazy("the nth weekday", "second"),
    pgettext_lazy("the nth weekday", "third"), pgettext_lazy("the nth weekday", "fourth"),
    pgettext_lazy("the nth weekday", "fifth"),
)  # fmt: skip


def phrase(text: str) -> str:
    """What the rule says, in the language of the page; the rule itself where no words are found for it."""
    try:
        parts = recurrence.parse(text)
    except ValidationError:
        return text
    if "BYSETPOS" in parts or ("BYDAY" in parts and "BYMONTHDAY" in parts):
        return _("by the rule %(rule)s") % {"rule": text}
    words = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}[parts["FREQ"]](parts)
    return words or _("by the rule %(rule)s") % {"rule": text}


def _daily(parts):
    every = int(parts.get("INTERVAL", 1))
    return _("every day") if every == 1 else _("every %(number)s days") % {"number": every}


def _weekly(parts):
    every, codes = int(parts.get("INTERVAL", 1)), parts["BYDAY"].split(",")
    if "BYMONTH" in parts:
        return ""
    if every == 1:
        return _("every %(days)s") % {"days": _joined(SHORT_WEEKDAYS[CODES.index(c)] for c in codes)}
    names = _joined(_weekday(code) for code in codes)
    if every == 2:
        return _("every two weeks on %(days)s") % {"days": names}
    return _("every %(number)s weeks on %(days)s") % {"number": every, "days": names}


def _monthly(parts):
    every, months, days = int(parts.get("INTERVAL", 1)), parts.get("BYMONTH"), _days(parts)
    if every > 1:
        return "" if months else _("every %(number)s months: %(days)s") % {"number": every, "days": days}
    if months is None:
        return _("every month: %(days)s") % {"days": days}
    if months in (ODD, EVEN):
        every_other = _("odd months: %(days)s") if months == ODD else _("even months: %(days)s")
        return every_other % {"days": days}
    return _("%(months)s: %(days)s") % {"months": _months(months), "days": days}


def _yearly(parts):
    if int(parts.get("INTERVAL", 1)) > 1:
        return ""
    return _("every year in %(months)s: %(days)s") % {"months": _months(parts["BYMONTH"]), "days": _days(parts)}


def _months(text):
    return _joined(_("month %(number)s") % {"number": number} for number in text.split(","))


def _days(parts):
    """The days of a month: by number, or by weekday."""
    if "BYMONTHDAY" in parts:
        return _joined(month_day(int(number)) for number in parts["BYMONTHDAY"].split(","))
    pairs = [re.fullmatch(r"(-?\d)?(\w\w)", item).groups() for item in parts["BYDAY"].split(",")]
    groups = groupby(pairs, key=lambda pair: pair[1])
    return _joined(_nth(code, [number for number, _code in group]) for code, group in groups)


def month_day(number: int) -> str:
    """15日; 最后一天 for -1."""
    if number == -1:
        return _("the last day")
    if number < 0:
        return _("day %(number)s from the end") % {"number": -number}
    return _("day %(number)s") % {"number": number}


def _nth(code, numbers):
    """ "第一、三个星期二", "最后一个星期五", "每个星期二"."""
    day = _weekday(code)
    counted = [NTHS[int(n) - 1] for n in numbers if n and int(n) > 0]
    said = [_("the %(numbers)s %(weekday)s") % {"numbers": _joined(counted), "weekday": day}] if counted else []
    said += [_("the last %(weekday)s") % {"weekday": day} for n in numbers if n == "-1"]
    said += [
        _("%(weekday)s number %(number)s from the end") % {"weekday": day, "number": -int(n)}
        for n in numbers if n and int(n) < -1
    ]  # fmt: skip
    said += [_("every %(weekday)s") % {"weekday": day} for n in numbers if not n]
    return _joined(said)


def _weekday(code):
    return str(WEEKDAYS[CODES.index(code)])


def _joined(words):
    return pgettext("between the days of a list", ", ").join(map(str, words))
