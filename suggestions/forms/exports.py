"""Which list, as which file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Export


class ExportForm(forms.Form):
    """``query``: the list's filters as its address has them."""

    kind = forms.ChoiceField(choices=[("office", "office"), ("queue", "queue")], widget=forms.HiddenInput)
    query = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)
    format = forms.ChoiceField(
        label=_("Format"), choices=[(f.value, f.label) for f in (Export.Format.XLSX, Export.Format.CSV)]
    )
