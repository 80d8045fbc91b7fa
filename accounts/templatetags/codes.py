"""In the demo the codes are on the page, for the phone and the mailbox are invented."""

from django import template
from django.conf import settings

from accounts import outbox

register = template.Library()


@register.inclusion_tag("demo/_code.html")
def demo_code(address):
    """The latest code sent to ``address``, in the demo only."""
    return {"code": outbox.latest_code(address) if settings.DEMO and address else ""}


@register.simple_tag
def code_minutes():
    """How long a code holds."""
    return settings.CODE_MINUTES
