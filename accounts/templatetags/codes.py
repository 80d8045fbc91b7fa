"""In the demo the codes are on the page, for the phone and the mailbox are invented."""

from django import template
from django.conf import settings
from django.utils.translation import gettext_lazy as _

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


SYSTEMS = ("HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")
# The first that fits: most browsers also call themselves Chrome or Safari.
BROWSERS = {"MicroMessenger": _("WeChat"), "Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}


@register.filter
def device(user_agent):
    """``Chrome · Windows`` out of a browser's long name for itself; that name when nothing in it is known."""
    browser = next((label for mark, label in BROWSERS.items() if mark in user_agent), "")
    system = next((name for name in SYSTEMS if name in user_agent), "")
    return " · ".join(str(part) for part in (browser, system) if part) or user_agent[:60]
