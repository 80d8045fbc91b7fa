"""Telephone numbers in the office's texts as links one can tap."""

import re

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

register = template.Library()

# Short numbers (110, 12345), landlines with their area code, mobile and 400 numbers.
NUMBER = re.compile(r"(?<![\d-])(1[12]\d|1\d{4}|0\d{2,3}-\d{7,8}|1[3-9]\d{9}|400-?\d{3}-?\d{4})(?![\d-])")


@register.filter
def phone_links(text):
    """``text`` escaped, each telephone number a ``tel:`` link."""
    parts = NUMBER.split(str(text))
    linked = [
        format_html('<a href="tel:{}">{}</a>', part, part) if n % 2 else conditional_escape(part)
        for n, part in enumerate(parts)
    ]
    return mark_safe("".join(linked))


@register.filter
def phone_numbers(reason):
    """The numbers a ``DeclineReason`` names, each once, in their order."""
    return list(dict.fromkeys(NUMBER.findall(f"{reason.contact} {reason.responsible}")))
