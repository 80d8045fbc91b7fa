"""A session's day as a leaf of a calendar; a phone number to dial."""

import re

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language

from fzportal.templatetags.ui import DAYS, MONTHS, WEEKDAYS

register = template.Library()
NUMBER = re.compile(r"\+?\d[\d\s()（）-]{4,}")


@register.simple_tag
def leaf(at):
    """``<time class="day-leaf">`` with the day large, month and weekday small: 25, 11月 周三."""
    day = timezone.localtime(at)
    if (get_language() or "zh").startswith("zh"):
        words = f"{day.month}月 周{WEEKDAYS[day.weekday()]}"
    else:
        words = f"{DAYS[day.weekday()][:3]} {MONTHS[day.month - 1][:3]}"
    return format_html(
        '<time class="day-leaf" datetime="{}"><b>{}</b>{}</time>', day.date().isoformat(), day.day, words
    )


@register.filter
def dial(phone):
    """``tel:059187654321`` for the first number in a text as people write it; "" without one."""
    found = NUMBER.search(str(phone or ""))
    return "tel:" + re.sub(r"[^\d+]", "", found.group()) if found else ""
