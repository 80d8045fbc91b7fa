"""How every form looks, and the fields that clean what people type.

``PortalRenderer`` draws each field by ``templates/forms/field.html``. The fields below take text as it comes from
phones, Word and other systems: NUL bytes (PostgreSQL refuses them), zero-width characters, full-width digits.
"""

import re
import unicodedata

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

# Turning the reading direction can make a text say something else than it shows.
DIRECTION_MARKS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF])
PHONE_SHAPE = re.compile(r"\+?[\d\s().-]{5,30}")
ID_NUMBER = re.compile(r"(?<!\d)(\d{17}[\dXx])(?!\d)")
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

# Django's own messages that the portal's catalogue words more kindly; named here so that they stay in it.
REWORDED = (
    _("This field is required."),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
)


class PortalRenderer(TemplatesSetting):
    """Fields, groups and errors in the portal's own markup; widgets as Django draws them."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


def clean_line(text):
    """One line: control, zero-width and lone surrogate characters out, white space folded to single blanks."""
    folded = " ".join(str(text).split())
    return "".join(c for c in folded if unicodedata.category(c) not in ("Cc", "Cf", "Cs")).strip()


def clean_paragraphs(text):
    r"""Several lines: ``\n`` line ends as the browser counts them; NUL and control characters out; blank edges cut."""
    text = str(text).replace("\r\n", "\n").replace("\r", "\n").translate(DIRECTION_MARKS)
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return re.sub(r"\A(?:[^\S\n]*\n)+", "", kept).rstrip() if kept.strip() else ""


def refuse_id_numbers(text):
    """Nobody needs an identity number here: one typed by mistake is known by its check digit (DOMAIN, privacy)."""
    for number in ID_NUMBER.findall(text):
        rest = sum(int(digit) * weight for digit, weight in zip(number[:17], ID_WEIGHTS, strict=True)) % 11
        if "10X98765432"[rest] == number[17].upper():
            raise ValidationError(_("This looks like an identity number: %(start)s…. Please take it out."), params={
                "start": number[:6]
            })  # fmt: skip


class LineField(forms.CharField):
    """Text of one line. Names may carry · and rare characters; only what cannot be seen is removed."""

    def to_python(self, value):
        return super().to_python(clean_line(value) if value not in self.empty_values else value)

    def widget_attrs(self, widget):
        return countable(super().widget_attrs(widget))


class ParagraphField(forms.CharField):
    """Text of several lines; a line end counts as one character, here as in the page's counter."""

    widget = forms.Textarea

    def __init__(self, *args, rows=8, **kwargs):
        kwargs.setdefault("strip", False)
        super().__init__(*args, **kwargs)
        # Not setdefault: Textarea brings ten rows of its own.
        self.widget.attrs["rows"] = rows

    def to_python(self, value):
        return super().to_python(clean_paragraphs(value) if value not in self.empty_values else value)

    def widget_attrs(self, widget):
        return countable(super().widget_attrs(widget))


def countable(attrs):
    """A browser cuts a long paste at ``maxlength`` without a word: count instead, and let the server say it."""
    limit = attrs.pop("maxlength", None)
    return {**attrs, "data-count": limit} if limit else attrs


class PhoneField(forms.CharField):
    """A phone number as people write it; the value is E.164 (``+8613800138000``). Numbers abroad need their ``+``."""

    widget = forms.TextInput
    default_error_messages = {"invalid": _("Enter a phone number, for example 138 0013 8000.")}

    def widget_attrs(self, widget):
        return {"inputmode": "tel", "autocomplete": "tel", **super().widget_attrs(widget)}

    def to_python(self, value):
        text = clean_line(unicodedata.normalize("NFKC", super().to_python(value) or ""))
        if not text:
            return self.empty_value
        text = re.sub(r"[‐-―−]", "-", text)
        if not PHONE_SHAPE.fullmatch(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            number = phonenumbers.parse(text, "CN")
        except phonenumbers.NumberParseException as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not phonenumbers.is_valid_number(number):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class CodeField(forms.CharField):
    """A verification or query code: full-width digits, blanks and dashes are forgiven, letters become capitals."""

    def __init__(self, *args, numeric=False, **kwargs):
        self.numeric = numeric
        super().__init__(*args, **kwargs)

    def widget_attrs(self, widget):
        attrs = {"autocapitalize": "characters", "spellcheck": "false", **super().widget_attrs(widget)}
        attrs.pop("maxlength", None)
        if self.numeric:
            attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}
        return attrs

    def to_python(self, value):
        text = clean_line(unicodedata.normalize("NFKC", super().to_python(value) or ""))
        return re.sub(r"[\s‐-―−-]", "", text).upper()
