"""Writing a reply at the desk."""

import hashlib

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fzportal.forms import ParagraphField

from ...models import Reply
from .acts import ActForm


def result_field(**options):
    return forms.ChoiceField(
        label=_("Class of the reply"), choices=Reply.Class.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose a class.")}, **options,
    )  # fmt: skip


class AnswerForm(ActForm):
    """A deputy answers: text and class."""

    text = ParagraphField(
        label=_("Reply"), max_length=settings.SUGGESTION_MAX_LENGTH, rows=8,
        help_text=_("Answer every point. The author and the public read it under your name."),
    )  # fmt: skip
    result = result_field()


class DraftForm(ActForm):
    """A reply in the making. ``base`` names the text the page was drawn with: nobody overwrites words unread."""

    text = ParagraphField(label=_("Reply"), max_length=settings.SUGGESTION_MAX_LENGTH, rows=10, required=False)
    result = result_field(required=False)
    base = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    show_optional = False

    def __init__(self, data=None, *, suggestion, **options):
        reply = suggestion.replies.unreleased().first()
        initial = {"text": reply.text, "result": reply.result} if reply else {}
        super().__init__(data, suggestion=suggestion, initial=initial | {"base": fingerprint(reply)}, **options)

    @property
    def rival(self):
        """The reply as somebody else saved it since the page was drawn, unless it says the same."""
        reply = self.suggestion.replies.unreleased().select_related("author").first()
        if reply is None or reply.author_id == self.by.pk or fingerprint(reply) == self.cleaned_data.get("base"):
            return None
        is_same = (reply.text, reply.result) == (self.cleaned_data.get("text"), self.cleaned_data.get("result"))
        return None if is_same else reply

    @property
    def is_outdated(self):
        """Also when another handler saved another text."""
        return super().is_outdated or self.rival is not None

    def refreshed(self):
        """The words typed, to be saved over the version that stands now once they have been compared."""
        super().refreshed()
        self.data["base"] = fingerprint(self.suggestion.replies.unreleased().first())
        return self


class HandInForm(DraftForm):
    """The finished reply."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in ("text", "result"):
            self.fields[name].required = True


def fingerprint(reply) -> str:
    """Tells one version of a reply in the making from another; empty where there is none."""
    return hashlib.sha256(f"{reply.result}\n{reply.text}".encode()).hexdigest() if reply else ""
