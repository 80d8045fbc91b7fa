"""Keeping a canned passage."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fzportal.forms import LineField, ParagraphField

from ..models import Department, Passage

PASSAGE_MAX = 2000


class PassageForm(forms.ModelForm):
    """A passage of one of the writer's departments; the department is asked for only where there are two."""

    show_optional = False

    title = LineField(label=_("Name of the passage"), max_length=60, help_text=_("You choose it by this name."))
    text = ParagraphField(
        label=_("What it says"), max_length=PASSAGE_MAX, rows=6,
        help_text=_("Words in braces are filled in, for example {number}. All of them stand below."),
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("Offer it in replies"), required=False, initial=True)

    class Meta:
        model = Passage
        fields = ["department", "title", "text", "is_active"]

    def __init__(self, *args, departments, **options):
        super().__init__(*args, **options)
        self.departments = Department.objects.filter(pk__in=departments)
        self.fields["department"] = forms.ModelChoiceField(
            self.departments, label=_("Department"), empty_label=_("Choose a department")
        )
        if len(self.departments) == 1:
            del self.fields["department"]
        self.order_fields(["department", "title", "text", "is_active"])

    @property
    def words(self) -> dict:
        """For the verb."""
        return {"department": self.departments[0] if len(self.departments) == 1 else None} | self.cleaned_data

    def _post_clean(self):
        """Nothing is written to the passage here: the verb does it."""
