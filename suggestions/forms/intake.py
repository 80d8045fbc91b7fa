"""Uploading a file of suggestions and saying which column is what."""

from pathlib import Path

from django import forms
from django.utils.translation import gettext_lazy as _

from fzportal.forms import LineField

from ..intake import columns, readers, tables
from ..models import Suggestion

C = Suggestion.Channel
MAX_UPLOAD = 200 * 1024 * 1024


class UploadForm(forms.Form):
    """The file and where it comes from."""

    file = forms.FileField(
        label=_("File"), help_text=_("CSV, XLSX (up to 50 MB) or JSONL; up to 200,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.jsonl,.json"}),
    )  # fmt: skip
    channel = forms.ChoiceField(
        label=_("How it reached us"), choices=[(c.value, c.label) for c in (C.PHONE, C.PAPER, C.STATION, C.SYSTEM)]
    )
    source = LineField(
        label=_("Source"), max_length=40,
        help_text=_("For example “phone notes”. A row with a number known from the same source is not taken in again."),
    )  # fmt: skip

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD:
            raise forms.ValidationError(_("The file is larger than 200 MB: split it."))
        try:
            self.headings = tables.open_table(file).headings
        except readers.Unreadable as error:
            raise forms.ValidationError(str(error)) from error
        file.name = Path(file.name).name[-120:]
        return file


class ColumnsForm(forms.Form):
    """One choice per column of the file, guessed from its heading."""

    is_dry = forms.BooleanField(label=_("Dry run: only show what would come of it"), required=False, initial=True)

    def __init__(self, data=None, *, headings):
        super().__init__(data)
        self.headings = headings
        guessed = columns.guess(headings)
        choices = [("", _("leave out")), *((t.name, t.label) for t in columns.TARGETS)]
        for position, heading in enumerate(headings):
            self.fields[f"column_{position}"] = forms.ChoiceField(
                label=heading, choices=choices, required=False, initial=guessed.get(heading, "")
            )
        self.order_fields([*(f"column_{n}" for n in range(len(headings))), "is_dry"])

    @property
    def pairs(self) -> list:
        """The bound fields of the columns."""
        return [self[f"column_{n}"] for n in range(len(self.headings))]

    def clean(self):
        chosen = {h: self.cleaned_data.get(f"column_{n}") for n, h in enumerate(self.headings)}
        self.mapping = {heading: name for heading, name in chosen.items() if name}
        try:
            columns.check(self.mapping, self.headings)
        except readers.Unreadable as error:
            raise forms.ValidationError(str(error)) from error
