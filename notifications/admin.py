"""What was told to whom, what did not arrive, and a way to send it again."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fzportal.admin import ReadOnlyAdmin

from . import workflow
from .models import Notification
from .words import result_of, word_for


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """The delivery log, read only. The words are not shown here: they are the recipients' own post."""

    list_display = ["created_at", "news", "to", "channel", "result", "tries", "sent_at"]
    list_filter = ["state", "channel"]
    list_select_related = ["recipient"]
    ordering = ["-pk"]
    sortable_by = []
    fields = ["created_at", "news", "to", "channel", "result", "tries", "next_try_at", "sent_at", "read_at"]
    readonly_fields = ["news", "to", "result"]
    actions = ["send_again"]

    @admin.display(description=_("News"))
    def news(self, notification):
        return word_for(notification.event)

    @admin.display(description=_("To"))
    def to(self, notification):
        return str(notification.recipient or notification.masked_address)

    @admin.display(description=_("Result"))
    def result(self, notification):
        return result_of(notification.channel, notification.state, notification.error, notification.read_at)[0]

    @admin.action(description=_("Send again what failed"), permissions=["view"])
    def send_again(self, request, notifications):
        """Only failed rows are taken; the others stay as they are."""
        number = workflow.send_again(notifications, by=request.user)
        text = ngettext("%(n)s notification is sent again.", "%(n)s notifications are sent again.", number)
        messages.success(request, text % {"n": number})
