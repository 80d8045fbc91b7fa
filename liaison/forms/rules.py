"""A reception rule as people say it: "the 15th of odd months", "first and third Tuesday"; RFC 5545 stays underneath."""

import re
from itertools import product

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from .. import recurrence
from ..models import Mode, ReceptionRule
from ..phrases import CODES, EVEN, ODD, month_day

PATTERNS = (
    ("month_day", _("Every month on certain days")),
    ("odd_months", _("Odd months on certain days")),
    ("even_months", _("Even months on certain days")),
    ("nth_weekday", _("Every month on certain weekdays, such as the first and third Tuesday")),
    ("weekly", _("Every week")),
    ("biweekly", _("Every two weeks")),
    ("other", _("Other (RFC 5545)")),
)
BY_DAY_OF_MONTH = {"month_day": "", "odd_months": f";BYMONTH={ODD}", "even_months": f";BYMONTH={EVEN}"}
LAST_DAY = "-1"
# Not every month has a 29th, 30th and 31st: whoever means the end of the month says so.
MONTH_DAYS = (*map(str, range(1, 29)), LAST_DAY)
NTHS = (("1", _("First")), ("2", _("Second")), ("3", _("Third")), ("4", _("Fourth")), ("-1", _("Last")))


def split(text: str) -> dict:
    """What the form shows for a recurrence: pattern, month_days, nths, weekdays; "other" where none fits."""
    found = _split(recurrence.parse(text))
    # Only what comes back the same is shown by its pattern.
    if found and recurrence.parse(join(**found)) == recurrence.parse(recurrence.normal(text)):
        return found
    return {"pattern": "other"}


def _split(parts):
    rest = set(parts) - {"FREQ", "INTERVAL"}
    every = parts.get("INTERVAL", "1")
    if parts["FREQ"] == "WEEKLY" and rest == {"BYDAY"} and every in ("1", "2"):
        return {"pattern": "biweekly" if every == "2" else "weekly", "weekdays": parts["BYDAY"].split(",")}
    if parts["FREQ"] != "MONTHLY" or every != "1":
        return None
    if rest == {"BYDAY"}:
        pairs = [re.fullmatch(r"(-?\d)(\w\w)", item) for item in parts["BYDAY"].split(",")]
        if all(pairs):
            nths, weekdays = (list(dict.fromkeys(pair[n] for pair in pairs)) for n in (1, 2))
            return {"pattern": "nth_weekday", "nths": nths, "weekdays": weekdays}
        return None
    if "BYMONTHDAY" in rest and rest <= {"BYMONTHDAY", "BYMONTH"}:
        pattern = {None: "month_day", ODD: "odd_months", EVEN: "even_months"}.get(parts.get("BYMONTH"))
        days = parts["BYMONTHDAY"].split(",")
        if pattern and set(days) <= set(MONTH_DAYS):
            return {"pattern": pattern, "month_days": days}
    return None


def join(pattern, month_days=(), nths=(), weekdays=()) -> str:
    """The recurrence of a pattern other than "other"."""
    if pattern in BY_DAY_OF_MONTH:
        text = f"FREQ=MONTHLY{BY_DAY_OF_MONTH[pattern]};BYMONTHDAY={','.join(month_days)}"
    elif pattern == "nth_weekday":
        text = "FREQ=MONTHLY;BYDAY=" + ",".join(f"{nth}{day}" for day, nth in product(weekdays, nths))
    else:
        text = f"FREQ=WEEKLY{';INTERVAL=2' if pattern == 'biweekly' else ''};BYDAY={','.join(weekdays)}"
    return recurrence.normal(text)


# What each pattern needs, and what is said when it is missing.
NEEDED = {
    "month_day": ("month_days",), "odd_months": ("month_days",), "even_months": ("month_days",),
    "nth_weekday": ("nths", "weekdays"), "weekly": ("weekdays",), "biweekly": ("weekdays",), "other": ("recurrence",),
}  # fmt: skip


def month_days() -> list[tuple[str, str]]:
    """The boxes for the days of a month, in the language of the page."""
    return [(value, month_day(int(value))) for value in MONTH_DAYS]


def several(label, choices, hint=""):
    """Boxes to tick, in the order of the calendar."""
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, help_text=hint, widget=forms.CheckboxSelectMultiple
    )


class RuleForm(forms.ModelForm):
    """Choose a pattern, then only what belongs to it; the rest of the boxes does not count."""

    pattern = forms.ChoiceField(label=_("How it repeats"), choices=PATTERNS, widget=forms.RadioSelect)
    month_days = several(
        _("Days of the month"), month_days,
        _("Not every month has a 29th, 30th or 31st: choose “the last day” for the end of the month."),
    )  # fmt: skip
    nths = several(_("Which of the month"), NTHS, _("For “on certain weekdays” only."))
    weekdays = several(
        _("Weekdays"), list(zip(CODES, (WEEKDAYS[n] for n in range(7)), strict=True)),
        _("For “on certain weekdays”, every week and every two weeks."),
    )  # fmt: skip

    class Meta:
        model = ReceptionRule
        fields = [
            "station", "recurrence", "since", "until", "begins", "ends", "slot_minutes", "places", "mode", "place",
            "link", "theme", "scope", "holidays", "rota", "wanted", "announce_days", "is_active",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["recurrence"].required = False
        self.fields["recurrence"].label = _("Rule by RFC 5545")
        self.fields["recurrence"].help_text = _(
            "Counts for “Other” only. Example: FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1"
        )
        if self.instance.recurrence:
            try:
                self.initial |= split(self.instance.recurrence)
            except ValidationError:
                self.initial["pattern"] = "other"

    @property
    def is_preview(self) -> bool:
        """Everything is right, and it was not to be saved yet."""
        said = self.errors.as_data()
        return list(said) == ["__all__"] and [e.code for e in said["__all__"]] == ["preview"]

    def clean(self):
        values = super().clean()
        values["recurrence"] = self.repeated(values)
        begins, ends = values.get("begins"), values.get("ends")
        if begins and ends:
            self.check_hours(begins, ends, values.get("slot_minutes") or 0)
        if values.get("since") and values.get("until") and values["until"] < values["since"]:
            self.add_error("until", _("The last day lies before the first one."))
        if values.get("mode") == Mode.ONLINE and not values.get("link"):
            self.add_error("link", _("Citizens need the address of the online meeting."))
        if values.get("mode") == Mode.OUTING and not values.get("place"):
            self.add_error("place", _("Say where the deputies go."))
        if "_preview" in self.data and not self.errors:
            self.add_error(None, ValidationError(_("Nothing is saved yet."), code="preview"))
        return values

    def repeated(self, values) -> str:
        """The recurrence the boxes say; "" with an error beside the box that is missing."""
        pattern = values.get("pattern", "")
        missing = [name for name in NEEDED.get(pattern, ()) if not values.get(name)]
        for name in missing:
            self.add_error(name, _("This pattern needs it: please choose."))
        if missing or not pattern:
            return ""
        if pattern != "other":
            return join(pattern, *(values.get(name) or [] for name in ("month_days", "nths", "weekdays")))
        try:
            recurrence.validate(values["recurrence"], values.get("since"))
            return recurrence.normal(values["recurrence"])
        except ValidationError as error:
            self.add_error("recurrence", error)
            return ""

    def check_hours(self, begins, ends, minutes):
        """At least one slot fits between beginning and end."""
        length = (ends.hour - begins.hour) * 60 + ends.minute - begins.minute
        if length <= 0:
            self.add_error("ends", _("The end must come after the beginning."))
        elif minutes > length:
            self.add_error("slot_minutes", _("Not even one slot fits in."))
