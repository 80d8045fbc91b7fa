"""What the office types about sessions: one beside the rules, and why several do not take place."""

from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal.forms import ParagraphField

from ..models import Deputy, Duty, Mode, Session
from .roster import DayField, TimeInput


class PlanSessionForm(forms.ModelForm):
    """A single session beside the rules, at any station."""

    day = DayField(label=_("Date"))
    begins = forms.TimeField(label=_("Begins at"), widget=TimeInput)
    ends = forms.TimeField(label=_("Ends at"), widget=TimeInput)
    chosen = forms.ModelMultipleChoiceField(
        Deputy.objects.none(), label=_("Deputies to ask"), required=False,
        help_text=_("Two or three. They are asked when the session is announced."),
    )  # fmt: skip

    class Meta:
        model = Session
        fields = ["station", "slot_minutes", "places", "mode", "place", "link", "theme", "scope"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if "chosen" in self.fields:
            self.fields["chosen"].queryset = Deputy.objects.current()

    def clean(self):
        values = super().clean()
        if values.get("mode") == Mode.ONLINE and not values.get("link"):
            self.add_error("link", _("Citizens need the address of the online meeting."))
        if {"day", "begins", "ends"} <= values.keys():
            self.check_times(values)
        return values

    def check_times(self, values):
        """Ahead, long enough for a slot, at hours when the station is free and the deputies are too."""
        session = self.instance
        session.starts_at, session.ends_at = (
            timezone.make_aware(datetime.combine(values["day"], values[name])) for name in ("begins", "ends")
        )
        length = (session.ends_at - session.starts_at).total_seconds()
        if session.starts_at <= timezone.now():
            self.add_error("day", _("This time has passed."))
        elif length <= 0:
            self.add_error("ends", _("The end must come after the beginning."))
        elif length < (values.get("slot_minutes") or 0) * 60:
            self.add_error("slot_minutes", _("Not even one slot fits in."))
        elif values.get("station") and self.others(values["station"]).exists():
            self.add_error("begins", _("There is a session of this station at that time already."))
        elif busy := self.busy(values.get("chosen")):
            self.add_error("chosen", _("On duty elsewhere then: %(names)s.") % {"names": "、".join(busy)})

    def others(self, station):
        """Sessions of the station that overlap."""
        session = self.instance
        overlapping = station.sessions.taking_place().filter(starts_at__lt=session.ends_at)
        return overlapping.filter(ends_at__gt=session.starts_at)

    def busy(self, deputies) -> list[str]:
        """Names of those among ``deputies`` who are on duty elsewhere."""
        span = (self.instance.starts_at, self.instance.ends_at)
        duties = Duty.objects.active().filter(deputy__in=deputies or [], span__overlap=span)
        return list(duties.values_list("deputy__name", flat=True))


class ReasonForm(forms.Form):
    """Why the sessions do not take place."""

    note = ParagraphField(label=_("Reason"), max_length=200, rows=3, help_text=_("Everybody concerned is told it."))
