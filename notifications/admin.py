"""What was told to whom, what did not arrive, and a way to send it again."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fzportal.admin import ReadOnlyAdmin
from fzportal.workflow import Movable

from . import workflow
from .models import Notification


def word_for(event: str):
    """The button that led to an event, or the word its kind has for it; else the event's own name."""
    for kind in Movable.__subclasses__():
        words = {m.name: m.label for m in reversed(kind.moves())} | kind.news_words
        if event in words:
            return words[event]
    return event


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """The delivery log, read only. The words are not shown here: they are the recipients' own post."""

    list_display = ["created_at", "news", "to", "channel", "state", "tries", "sent_at", "error"]
    list_filter = ["state", "channel"]
    list_select_related = ["recipient"]
    ordering = ["-pk"]
    sortable_by = []
    fields = ["created_at", "news", "to", "channel", "state", "tries", "next_try_at", "sent_at", "read_at", "error"]
    readonly_fields = ["news", "to"]
    actions = ["send_again"]

    @admin.display(description=_("News"))
    def news(self, notification):
        return word_for(notification.event)

    @admin.display(description=_("To"))
    def to(self, notification):
        return str(notification.recipient or notification.masked_address)

    @admin.action(description=_("Send again what failed"), permissions=["view"])
    def send_again(self, request, notifications):
        """Only failed rows are taken; the others stay as they are."""
        number = workflow.send_again(notifications, by=request.user)
        text = ngettext("%(n)s notification is sent again.", "%(n)s notifications are sent again.", number)
        messages.success(request, text % {"n": number})
