"""``{% delivery_log case %}``: who was told what of a case, before those who work on it; nothing before others."""

from django import template

from suggestions import delivery
from suggestions.permissions import is_office, works_on

register = template.Library()


@register.inclusion_tag("suggestions/_delivery.html", takes_context=True)
def delivery_log(context, suggestion):
    """The log, folded; the office may send again what failed."""
    user = context["request"].user
    if not works_on(user, suggestion):
        return {"entries": []}
    entries = delivery.log(suggestion)
    has_failed = any(line.tone == "late" for entry in entries for line in entry.lines)
    return {
        "entries": entries, "suggestion": suggestion, "may_send_again": has_failed and is_office(user),
        "csrf_token": context.get("csrf_token"), "has_failed": has_failed,
    }  # fmt: skip
