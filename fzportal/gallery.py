"""What the component gallery (``/gallery/``, DEBUG only) shows: one form and one list of everything."""

from datetime import timedelta

from django import forms
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fzportal.forms import CodeField, LineField, ParagraphField, PhoneField
from fzportal.templatetags.ui import when

WORDS = "我们楼 1998 年建成，七层没有电梯，住着 11 位七十岁以上的老人。去年申请加装，只说“已列入计划”。"
TITLE = "老旧小区加装电梯，希望公布每个单元排到第几批"


class GalleryForm(forms.Form):
    title = LineField(label=_("Title"), max_length=60, help_text=_("One sentence: where, and what should change."))
    words = ParagraphField(label=_("Situation"), max_length=12_000, rows=5)
    phone = PhoneField(label=_("Phone"), required=False)
    code = CodeField(label=_("Verification code"), numeric=True)
    kind = forms.ChoiceField(
        label=_("Kind"),
        widget=forms.RadioSelect,
        choices=[("a", _("A place")), ("b", _("A rule")), ("c", _("A service"))],
    )
    ways = forms.MultipleChoiceField(
        label=_("Tell me by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("e", _("E-mail")), ("s", _("SMS"))],
    )
    district = forms.ChoiceField(label=_("District"), choices=[("", "—"), ("g", "鼓楼区"), ("t", "台江区")])
    photo = forms.FileField(label=_("Photo"), required=False, widget=forms.FileInput)
    consent = forms.BooleanField(label=_("The anonymised text may be published."))


def gallery(request):
    """All components; a POST shows the form with its errors."""
    form = GalleryForm(request.POST or None, request.FILES or None)
    now = timezone.now()
    tones = [
        ("calm", _("Draft")), ("wait", _("In progress")), ("late", _("Overdue by 6 days")),
        ("info", _("Being triaged")), ("done", _("Replied")),
    ]  # fmt: skip
    values = {
        "form": form,
        "tones": tones,
        "words": WORDS,
        "title": TITLE,
        "paragraphs": f"{WORDS}\n\n{WORDS}\n第二行",
        "now": now,
        "start": now,
        "end": now + timedelta(minutes=150),
        "facts": [(_("Number"), "2026-000231"), (_("Category"), "城乡建设"), (_("Due"), when(now))],
        "timeline": [
            {"title": _("Replied"), "at": now, "role": "市住房和城乡建设局", "tone": "done"},
            {"title": _("In progress"), "at": now, "note": WORDS, "tone": "wait"},
            {"title": _("Next: the department replies"), "next": True, "tone": "calm"},
        ],
    }
    return render(request, "pages/gallery.html", values, status=422 if form.is_bound and not form.is_valid() else 200)
