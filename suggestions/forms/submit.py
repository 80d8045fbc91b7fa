"""What a citizen types on the way to a suggestion, one form a page."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fzportal.forms import LineField, ParagraphField, PhoneField, refuse_id_numbers
from suggestions.models import Category, Consent, DeclineReason, Suggestion
from suggestions.uploads import ACCEPTED

from .choices import DivisionSelect, grouped_categories, grouped_divisions


class DraftForm(forms.Form):
    """A page of a draft: its fields are named as the draft's."""

    @classmethod
    def of(cls, draft, data=None, *, loose=False):
        """Bound to ``data`` or filled from ``draft``; ``loose``: as far as it goes, for saving while somebody types."""
        form = cls(data, initial={name: getattr(draft, name) for name in cls.base_fields})
        for field in form.fields.values() if loose else ():
            field.required = False
        return form

    def words(self) -> dict:
        """What is valid, by field: kept even when another field is not."""
        self.is_valid()
        return self.cleaned_data


class ScopeForm(forms.Form):
    """What is it about: a suggestion, or something others are responsible for (DOMAIN rule 8)."""

    SUGGESTION = "suggestion"
    topic = forms.ChoiceField(
        label=_("What it is about"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is about.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        asked = DeclineReason.objects.filter(is_active=True).exclude(question="")
        self.fields["topic"].choices = [
            (self.SUGGESTION, _("A suggestion: how something public could be better")),
            *asked.values_list("code", "question"),
        ]


class WordsForm(DraftForm):
    """The suggestion itself."""

    title = LineField(
        label=_("Title"),
        max_length=100,
        help_text=_("One sentence: where, and what should change."),
        validators=[refuse_id_numbers],
        error_messages={"required": _("Write a title: one sentence is enough.")},
    )
    situation = ParagraphField(
        label=_("Situation"),
        max_length=settings.SUGGESTION_MAX_LENGTH,
        rows=8,
        help_text=_("What is it like now, since when, and whom does it concern? Leave out names and identity numbers."),
        validators=[refuse_id_numbers],
        error_messages={"required": _("Describe the situation.")},
    )
    proposal = ParagraphField(
        label=_("Proposal"),
        max_length=settings.SUGGESTION_MAX_LENGTH,
        rows=6,
        required=False,
        help_text=_("How could it be better? A rough idea is enough."),
        validators=[refuse_id_numbers],
    )


class PlaceForm(DraftForm):
    """Theme and place: they decide which deputies read it."""

    category = forms.ModelChoiceField(
        label=_("Category"),
        queryset=Category.objects.open(),
        help_text=_("Choose what fits best; the office corrects it if need be."),
        error_messages={"required": _("Choose a category."), "invalid_choice": _("Choose a category from the list.")},
    )
    division = forms.ModelChoiceField(
        label=_("Street or township"),
        queryset=None,
        widget=DivisionSelect,
        help_text=_("Where it is. If it concerns a whole county or the whole city, choose that."),
        error_messages={"required": _("Choose a place."), "invalid_choice": _("Choose a place from the list.")},
    )
    place = LineField(
        label=_("The place in words"),
        max_length=120,
        required=False,
        help_text=_("For example: the east gate of Wenquan Park, by the bus stop."),
        validators=[refuse_id_numbers],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        division = self.fields["division"]
        division.queryset, choices = grouped_divisions()
        division.widget.choices = [("", _("Choose")), *choices]
        self.fields["category"].widget.choices = [("", _("Choose")), *grouped_categories()]


class ManyFilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesForm(forms.Form):
    """Photos and PDFs. Each file is examined for itself; what is wrong with one is added by the view."""

    files = forms.Field(
        label=_("Photos or PDFs"),
        required=False,
        widget=ManyFilesInput(attrs={"multiple": True, "accept": ",".join(ACCEPTED)}),
    )


class PersonForm(forms.Form):
    """How the author is shown, how to reach them, the two consents. New wording: raise CONSENT_VERSION."""

    show_optional = False  # each field says itself when it may be left out

    shown_as = forms.ChoiceField(
        label=_("The name everybody sees"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the name to be shown.")},
    )
    nickname = LineField(
        label=_("Nickname"), max_length=20, required=False, help_text=_("Shown if you chose it above.")
    )
    name = LineField(
        label=_("Your name"),
        max_length=40,
        help_text=_("Only the staff who handle your suggestion may see it, and you can see who looked."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name, so that the staff know how to address you.")},
    )
    phone = PhoneField(
        label=_("Phone"), required=False, help_text=_("A phone number or an e-mail: either one is enough.")
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"}), max_length=254
    )
    publish = forms.BooleanField(
        label=_("I agree that the text is published after names and contact data have been taken out."),
        required=False,
        help_text=_("Without it nobody but the staff reads the text; it is answered all the same."),
    )
    pass_contact = forms.BooleanField(
        label=_("I agree that my name and contact are passed to the unit that handles the suggestion."),
        required=False,
        help_text=_("Without it the congress office passes on its questions to you."),
    )

    def __init__(self, user, draft, data=None):
        super().__init__(data, initial=known(user, draft) if data is None else None)
        masked = user.masked_name or _("for example Lin**")
        nickname = user.nickname or _("write it below")
        shown = ((Suggestion.ShownAs.NICKNAME, nickname), (Suggestion.ShownAs.MASKED, masked))
        self.fields["shown_as"].choices = [
            *((choice, _("%(choice)s (%(name)s)") % {"choice": choice.label, "name": name}) for choice, name in shown),
            (Suggestion.ShownAs.CITIZEN, Suggestion.ShownAs.CITIZEN.label),
        ]

    def clean(self):
        values = super().clean()
        if values.get("shown_as") == Suggestion.ShownAs.NICKNAME and not values.get("nickname"):
            self.add_error("nickname", _("Write the nickname to be shown, or choose another name above."))
        typed = {"phone", "email"} & self.errors.keys()
        if not typed and not values.get("phone") and not values.get("email"):
            self.add_error("phone", _("Give a phone number or an e-mail, so that the staff can reach you."))
        return values

    def introduction(self) -> dict:
        """What ``workflow.introduce`` takes."""
        values = self.cleaned_data
        return {
            "shown_as": values["shown_as"],
            "nickname": values["nickname"],
            "contact": {name: values[name] for name in ("name", "phone", "email")},
            "consents": [kind.value for kind in Consent.Kind if values[kind.value]],
        }


def known(user, draft) -> dict:
    """What the form begins with: what was given for this draft, else what the account knows. No consent is assumed."""
    contact = getattr(draft, "contact", None)
    given = draft.consents.filter(version=settings.CONSENT_VERSION).values_list("kind", flat=True)
    person = contact or user
    return {
        "shown_as": draft.shown_as if contact else "",
        "nickname": user.nickname,
        **{name: getattr(person, name) for name in ("name", "phone", "email")},
        **dict.fromkeys(given, True),
    }
