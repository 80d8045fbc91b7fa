"""What is typed at the desk about sessions and duties. Cleaned data are the arguments of the act's verb."""

from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal.forms import LineField

from ..desk import busy_at
from ..models import Session
from .counter import ActForm

# How far ahead a session may be planned or moved.
FURTHEST = timedelta(days=2 * 366)


class DateInput(forms.DateInput):
    """The browser's own calendar, which wants dates as ISO 8601 writes them."""

    input_type = "date"

    def __init__(self, **options):
        super().__init__(format="%Y-%m-%d", **options)


class DayField(forms.DateField):
    """A day to receive people on; one further ahead than anybody plans has a mistyped year."""

    def __init__(self, **options):
        super().__init__(widget=DateInput, **options)

    def clean(self, value):
        day = super().clean(value)
        if day and day > timezone.localdate() + FURTHEST:
            raise ValidationError(_("This date is too far away. Is the year right?"))
        return day


class TimeInput(forms.TimeInput):
    """The browser's own clock."""

    input_type = "time"

    def __init__(self, **options):
        super().__init__(format="%H:%M", **options)


def moment(day, at):
    """A day and a time of day in the city as one aware moment."""
    return timezone.make_aware(datetime.combine(day, at))


class DeclineForm(ActForm):
    """Why the deputy cannot come."""

    note = LineField(label=_("Reason"), max_length=200, help_text=_("The station reads it and asks somebody else."))


class AskForm(ActForm):
    """Which deputy to ask: of those who are free then."""

    deputy = forms.ChoiceField(label=_("Deputy"), error_messages={"required": _("Choose a deputy.")})

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.by_pk = {str(d.pk): d for _name, group in self.deputies for d in group}
        grouped = [(name, [(d.pk, d.name) for d in group]) for name, group in self.deputies]
        self.fields["deputy"].choices = [("", _("Choose a deputy")), *grouped]
        self.fields["deputy"].error_messages["invalid_choice"] = _("This deputy is on duty elsewhere at that time.")

    def clean_deputy(self):
        """The deputy."""
        return self.by_pk[self.cleaned_data["deputy"]]


class AnnounceForm(ActForm):
    """Publish the session: it must lie ahead, and people must be able to come."""

    def clean(self):
        if self.subject.starts_at <= timezone.now():
            raise ValidationError(_("The session has begun: it cannot be announced any more."))
        if self.subject.mode == "online" and not self.subject.link:
            raise ValidationError(_("An online session needs the address of the meeting first."))
        return super().clean()


class CloseForm(ActForm):
    """Close what is over."""

    def clean(self):
        if self.subject.ends_at > timezone.now():
            raise ValidationError(_("The session is not over yet."))
        return super().clean()


class CallOffForm(ActForm):
    """Why the session does not take place; everybody concerned reads it."""

    note = LineField(label=_("Reason"), max_length=200, help_text=_("Everybody concerned is told it."))


class MoveForm(ActForm):
    """Another day and time; as long as before."""

    day = DayField(label=_("New date"))
    at = forms.TimeField(label=_("Begins at"), widget=TimeInput)
    note = LineField(label=_("Reason"), max_length=200, required=False, help_text=_("Everybody concerned is told it."))

    def __init__(self, data=None, *, subject, **options):
        begins = timezone.localtime(subject.starts_at)
        initial = {"day": begins.date(), "at": begins.time()}
        super().__init__(data, subject=subject, initial=initial, **options)

    def clean(self):
        values = super().clean()
        if not {"day", "at"} <= values.keys():
            return values
        starts_at = moment(values["day"], values["at"])
        if starts_at <= timezone.now():
            self.add_error("day", _("This time has passed."))
        elif starts_at == self.subject.starts_at:
            self.add_error("day", _("The session takes place then already."))
        elif busy := busy_at(self.subject, starts_at):
            names = "、".join(d.name for d in busy)
            error = ValidationError(_("On duty elsewhere then: %(names)s."), params={"names": names})
            self.add_error("day", error)
        values["starts_at"] = starts_at
        return values

    @property
    def arguments(self):
        """For the verb: the moment and the reason."""
        return {name: self.cleaned_data[name] for name in ("starts_at", "note")}


class PlanForm(forms.ModelForm):
    """A single session beside the rules."""

    day = DayField(label=_("Date"))
    begins = forms.TimeField(label=_("Begins at"), widget=TimeInput)
    ends = forms.TimeField(label=_("Ends at"), widget=TimeInput)
    chosen = forms.MultipleChoiceField(
        label=_("Deputies to ask"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Two or three. They are asked when the session is announced."),
    )  # fmt: skip
    field_order = ["day", "begins", "ends", "slot_minutes", "places", "chosen"]

    class Meta:
        model = Session
        fields = ["slot_minutes", "places", "mode", "place", "link", "theme", "scope"]

    def __init__(self, data=None, *, station, deputies, **options):
        super().__init__(data, instance=Session(station=station), **options)
        self.by_pk = {str(d.pk): d for _name, group in deputies for d in group}
        self.fields["chosen"].choices = [(pk, d.name) for pk, d in self.by_pk.items()]

    def clean(self):
        values = super().clean()
        if not {"day", "begins", "ends"} <= values.keys():
            return values
        session = self.instance
        session.starts_at, session.ends_at = (moment(values["day"], values[name]) for name in ("begins", "ends"))
        if session.starts_at <= timezone.now():
            self.add_error("day", _("This time has passed."))
        if session.ends_at <= session.starts_at:
            self.add_error("ends", _("The end must come after the beginning."))
        elif (session.ends_at - session.starts_at).total_seconds() < values.get("slot_minutes", 0) * 60:
            self.add_error("slot_minutes", _("Not even one slot fits in."))
        same = session.station.sessions.taking_place().filter(starts_at=session.starts_at)
        if same.exists():
            self.add_error("begins", _("There is a session of this station at that time already."))
        return values

    @property
    def deputies(self) -> list:
        """Those to put on the list."""
        return [self.by_pk[pk] for pk in self.cleaned_data["chosen"]]
