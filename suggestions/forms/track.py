"""Number and query code, however people write them; and what somebody may do to their own suggestion."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from fzportal.forms import CodeField, clean_line

# Year, then the number in the year with its leading zeros or without.
NUMBER = re.compile(r"(20\d\d)\D?(\d{1,8})")
DASHES = re.compile(r"[\s‐-―−ー-]+")


def as_number(text: str) -> str:
    """``2026-000231`` from "２０２６ 000231", "2026000231", "2026—231"; empty when it is no number of ours."""
    plain = DASHES.sub("-", unicodedata.normalize("NFKC", clean_line(text))).strip("-")
    found = NUMBER.fullmatch(plain)
    return f"{found[1]}-{int(found[2]):06}" if found else ""


class NumberField(forms.CharField):
    """A suggestion's number; blanks, dashes and full-width digits are forgiven."""

    default_error_messages = {"invalid": _("A number looks like this: 2026-000231.")}

    def to_python(self, value):
        text = super().to_python(value)
        if text in self.empty_values:
            return text
        number = as_number(text)
        if not number:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return number


class TrackForm(forms.Form):
    """What opens a suggestion without an account."""

    number = NumberField(
        label=_("Number"), max_length=40, help_text=_("For example 2026-000231. Blanks and dashes do not matter.")
    )
    code = CodeField(
        label=_("Query code"),
        max_length=40,
        help_text=_("Eight letters and digits from your confirmation. Capitals do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
