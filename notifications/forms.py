"""By which channels somebody wants news of each kind, how often, and when the telephone stays silent."""

from typing import NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from . import workflow
from .models import QUIET_FROM, QUIET_UNTIL, Kind, Pace, Preference, QuietHours

HINTS = {
    Kind.OWN: _("Questions to you, answers, dates. It cannot be turned off; you choose how it comes."),
    Kind.FOLLOWED: _("Answers and progress."),
    Kind.VISITS: _("Bookings and changes. Reminders come the way you chose when you booked."),
    Kind.WORK: _("What waits for you, and what is due."),
}
BY_SMS = [("yes", _("At once")), ("no", _("Not at all"))]
NO_WAY_LEFT = _("News of your own suggestions has to reach you: choose e-mail or SMS.")


class Line(NamedTuple):
    """One kind of news on the page."""

    label: str
    hint: str
    fields: list
    # Its only way: there is nothing to choose.
    is_fixed: bool


class PaceForm(forms.Form):
    """How often e-mail comes, for some kinds of news: ``choices`` is what ``workflow.choose`` takes."""

    show_optional = False

    def __init__(self, *args, user, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.kinds = user, kinds
        self.was, self.proved = workflow.chosen(user), workflow.proved(user)
        for kind in kinds:
            self.add_fields(kind)

    def add_fields(self, kind):
        """The radio buttons of one kind of news."""
        if not self.proved["has_email"]:
            return
        needs_mail = kind == Kind.OWN and not self.proved["has_phone"]
        choices = [pair for pair in Pace.choices if not (needs_mail and pair[0] == Pace.OFF)]
        self.fields[f"email_{kind}"] = forms.ChoiceField(
            label=_("E-mail"), widget=forms.RadioSelect, choices=choices, initial=self.was[kind].email
        )

    @property
    def lines(self) -> list[Line]:
        """What the page shows, kind by kind."""
        found = []
        for kind in self.kinds:
            fields = [self[name] for name in (f"email_{kind}", f"sms_{kind}") if name in self.fields]
            found.append(Line(Kind(kind).label, HINTS[kind], fields, not fields))
        return found

    def clean(self):
        cleaned = super().clean()
        for kind, choice in self.choices.items():
            if not Preference.leaves_a_way(kind, choice.email, choice.sms, **self.proved):
                self.add_error(f"email_{kind}", NO_WAY_LEFT)
        return cleaned

    @property
    def choices(self) -> dict:
        """{kind: workflow.Choice} as they are wanted now."""
        return {kind: self.choice(kind) for kind in self.kinds}

    def choice(self, kind):
        """One kind's choice; what was not offered stays."""
        return self.was[kind]._replace(email=self.cleaned_data.get(f"email_{kind}", self.was[kind].email))


class StopForm(PaceForm):
    """The same before who came by an e-mail's link: without e-mail news of their own cases comes by SMS."""

    def without_mail(self, kind):
        """What the one button makes of a kind."""
        return workflow.without_mail(self.user, kind, self.was[kind])

    def choice(self, kind):
        chosen = super().choice(kind)
        return chosen._replace(sms=True) if (kind, chosen.email) == (Kind.OWN, Pace.OFF) else chosen


class PreferenceForm(PaceForm):
    """Every kind of news, e-mail and SMS, and the quiet hours."""

    def __init__(self, *args, user, **kwargs):
        kinds = [kind for kind in Kind.values if kind != Kind.WORK or user.has_desk]
        super().__init__(*args, user=user, kinds=kinds, **kwargs)
        if self.proved["has_phone"]:
            silent = QuietHours.objects.filter(user=user).first() or QuietHours()
            self.fields["begins"] = hours(_("No SMS from"), range(13, QUIET_FROM + 1), silent.begins)
            self.fields["ends"] = hours(_("No SMS until"), range(QUIET_UNTIL, 13), silent.ends)

    def add_fields(self, kind):
        super().add_fields(kind)
        # Without an e-mail address news of one's own cases has no other way.
        if self.proved["has_phone"] and not (kind == Kind.OWN and not self.proved["has_email"]):
            initial = "yes" if self.by_sms(kind) else "no"
            self.fields[f"sms_{kind}"] = forms.ChoiceField(
                label=_("SMS"), widget=forms.RadioSelect, choices=BY_SMS, initial=initial
            )

    def by_sms(self, kind) -> bool:
        """Whether SMS come now; unless chosen, only when there is no e-mail address."""
        sms = self.was[kind].sms
        return not self.proved["has_email"] if sms is None else sms

    def choice(self, kind):
        """What was not chosen before and is left as it is stays unchosen."""
        chosen, sms = super().choice(kind), self.cleaned_data.get(f"sms_{kind}")
        if sms is None or (sms == "yes") == self.by_sms(kind):
            return chosen
        return chosen._replace(sms=sms == "yes")

    @property
    def quiet(self) -> list:
        """The two fields of the quiet hours, when there is a telephone."""
        return [self[name] for name in ("begins", "ends") if name in self.fields]


def hours(label, offered, initial):
    """A choice of full hours; the value is a number."""
    choices = [(hour, f"{hour}:00") for hour in offered]
    return forms.TypedChoiceField(label=label, choices=choices, coerce=int, initial=initial)
