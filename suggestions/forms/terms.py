"""Who continues in a new term: ticked in the list, or named in a list of names."""

from io import BytesIO
from zipfile import BadZipFile

import openpyxl
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fzportal.forms import ParagraphField, clean_line
from liaison.models import Deputy, Term

from ..workflow.terms import last_day_before

# Django refuses a form of more than a thousand fields.
MOST_TICKS = 900
MOST_BYTES = 2 * 1024 * 1024


class FromForm(forms.Form):
    """Which term the deputies come from, and which of them are dealt with."""

    from_term = forms.ModelChoiceField(label=gettext_lazy("From which term"), queryset=Term.objects.none())
    level = forms.ChoiceField(
        label=gettext_lazy("Level"), required=False, choices=[("", gettext_lazy("All")), *Deputy.Level.choices],
        help_text=gettext_lazy("Congresses of different levels may change at different times."),
    )  # fmt: skip

    def __init__(self, data, *, term):
        super().__init__(data)
        earlier = Term.objects.filter(since__lt=term.since)
        self.fields["from_term"].queryset = earlier
        self.initial["from_term"] = earlier.first()


class WhoForm(forms.Form):
    """Those who continue: the ticks, unless names are given. Every name must be one candidate's."""

    names = ParagraphField(
        label=gettext_lazy("List of names"), required=False, max_length=200_000, rows=6,
        help_text=gettext_lazy("One name or number a line, copied from a table for instance. Then ticks do not count."),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("List of names as a file"), required=False,
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,.xlsx"}),
        help_text=gettext_lazy("TXT, or the first column of an XLSX file."),
    )  # fmt: skip

    def __init__(self, data=None, files=None, *, term, candidates):
        super().__init__(data, files)
        self.candidates = list(candidates)
        self.has_ticks = len(self.candidates) <= MOST_TICKS
        if self.is_bound and self.has_ticks:
            self.ticked = {int(pk) for pk in data.getlist("continuing") if pk.isdecimal() and len(pk) < 18}
        else:
            # Whoever was marked as leaving before stays so unless ticked.
            self.ticked = {d.pk for d in self.candidates if d.until != last_day_before(term)}

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        return "\n".join(names_in(file.read()))

    def clean(self):
        values = super().clean()
        listed = f"{values.get('names', '')}\n{values.get('file', '')}".strip()
        if listed:
            values["continuing"], problems = match(listed.splitlines(), self.candidates)
            for problem in problems[:20]:
                self.add_error("names", problem)
        elif self.has_ticks:
            values["continuing"] = self.ticked & {d.pk for d in self.candidates}
        else:
            self.add_error("names", _("There are too many deputies to tick: give a list of names."))
        return values


def names_in(data: bytes) -> list[str]:
    """The lines of a text, or the first column of a workbook. Raises ValidationError."""
    if data.startswith(b"PK"):
        try:
            rows = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True).active
            return [str(cells[0]) for cells in rows.iter_rows(values_only=True) if cells and cells[0] is not None]
        except (BadZipFile, KeyError, ValueError, OSError, EOFError) as error:
            raise forms.ValidationError(_("The file is damaged.")) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding).splitlines()
        except UnicodeDecodeError:
            continue
    raise forms.ValidationError(_("The file is no text."))


def match(lines, candidates) -> tuple[set[int], list[str]]:
    """(pks of the candidates named, what is wrong with the other lines). A heading 姓名 is passed over."""
    by_key = {}
    for deputy in candidates:
        for key in (deputy.name, str(deputy.pk), f"{deputy.name}#{deputy.pk}"):
            by_key.setdefault(key, []).append(deputy.pk)
    found, problems = set(), []
    for number, line in enumerate(lines, 1):
        name = clean_line(line.split(",")[0].split("\t")[0])
        pks = by_key.get(name, [])
        if len(pks) == 1:
            found.add(pks[0])
        elif pks:
            numbers = "、".join(f"{name}#{pk}" for pk in pks)
            problems.append(
                _("Line %(n)d: several are called so; write %(numbers)s.") % {"n": number, "numbers": numbers}
            )
        elif name and name not in ("姓名", "编号"):
            problems.append(_("Line %(n)d: “%(name)s” is no deputy of that term.") % {"n": number, "name": name})
    return found, problems
