"""What is added at the counter when a reception becomes a suggestion."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from fzportal.forms import LineField, ParagraphField, refuse_id_numbers

from .submit import PlaceForm

# A first proposal for the title is no longer than this.
TITLE_CUT = 40


class RaiseForm(PlaceForm):
    """Title, proposal, theme and place; the situation is what the visitor said."""

    title = LineField(
        label=_("Title"), max_length=100, validators=[refuse_id_numbers],
        help_text=_("One sentence: where, and what should change. No names."),
        error_messages={"required": _("Write a title: one sentence is enough.")},
    )  # fmt: skip
    proposal = ParagraphField(
        label=_("Proposal"), max_length=4000, rows=4, required=False, validators=[refuse_id_numbers],
        help_text=_("What the visitor would like to be done, in their words."),
    )  # fmt: skip
    is_claimed = forms.BooleanField(
        label=_("I take it myself"), required=False,
        help_text=_("You were present as a deputy: it is yours at once, and you answer it or refer it."),
    )  # fmt: skip
    field_order = ["title", "proposal", "category", "division", "place", "is_claimed"]

    def __init__(self, reception, data=None, *, may_take):
        appointment = reception.appointment
        initial = {
            "title": first_sentence(appointment.topic or reception.own_words),
            "division": appointment.session.station.division_id,
        }
        super().__init__(data, initial=initial)
        if not may_take:
            del self.fields["is_claimed"]


def first_sentence(text) -> str:
    """The beginning of what was said, as a title to start from."""
    first = re.split(r"[。！？!?\n；;]", text.strip(), maxsplit=1)[0].strip()
    return first if len(first) <= TITLE_CUT else ""
