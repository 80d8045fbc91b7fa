"""What the office sees of the post: what did not arrive, and a way to send it again."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fzportal.admin import ReadOnlyAdmin

from . import workflow
from .models import Notification


@admin.action(description=_("Send the failed ones again"))
def send_again(modeladmin, request, queryset):
    """Only failed rows are taken; the others stay as they are."""
    again = workflow.send_again(queryset, by=request.user)
    text = ngettext("%(n)s message is sent again.", "%(n)s messages are sent again.", again)
    modeladmin.message_user(request, text % {"n": again})


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """Read only. The words are not shown here: they are the recipients' own post."""

    list_display = ["created_at", "event", "audience", "channel", "state", "tries", "next_try_at", "error"]
    list_filter = ["state", "channel", "event"]
    ordering = ["-pk"]
    actions = [send_again]
    fields = [
        "created_at", "event", "audience", "channel", "state", "tries", "next_try_at", "sent_at", "read_at", "error",
    ]  # fmt: skip
