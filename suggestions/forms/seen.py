"""A form that knows on which state of its case the page was drawn: what somebody faster did is not overwritten."""

from django import forms
from django.db.models import F


def last_move(movable):
    """The pk of the change that brought ``movable`` where it is; reminders and looks at a contact do not count.

    ``movable``: a suggestion, what belongs to one, a proposal; None has no moves.
    """
    if movable is None:
        return None
    return movable.changes.exclude(before=F("after")).order_by("-pk").values_list("pk", flat=True).first()


class SeenForm(forms.Form):
    """An act without words. Subclasses set ``slug``, ``by`` and give ``target``, the thing the act is about."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def target(self):
        """What the verb is about."""
        raise NotImplementedError

    @property
    def arguments(self) -> dict:
        """For the verb."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("seen", "base")}

    @property
    def is_outdated(self) -> bool:
        """Whether the case has moved since the page was drawn; a page without the field is taken as fresh."""
        seen = self.cleaned_data.get("seen")
        return seen is not None and seen != last_move(self.target)

    @property
    def words(self) -> list[str]:
        """What was typed, to give it back."""
        return [str(f.value()) for f in self.visible_fields() if f.widget_type == "textarea" and f.value()]

    def refreshed(self):
        """The same words on the case as it is now."""
        self.data = self.data.copy()
        self.data["seen"] = last_move(self.target) or ""
        return self
