"""Words for dates, citizens' text as paragraphs, and the components that wrap other markup.

Loaded into every template (settings, ``builtins``). Components that only take values are plain includes in
``templates/ui/``.
"""

import re
from datetime import date, datetime
from urllib.parse import quote

from django import template
from django.contrib.messages import constants
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

register = template.Library()

WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# The header's doors, in the order people need them (UX: every page).
DOORS = (
    ("suggestion_new", _("Make a suggestion")),
    ("suggestion_list", _("Read suggestions")),
    ("deputy_list", _("Find a deputy")),
    ("station_list", _("Liaison stations")),
)
PHRASE = re.compile(r"[^，、,]+[，、,]?\s*")
TONES = {
    constants.SUCCESS: "done",
    constants.WARNING: "wait",
    constants.ERROR: "late",
    constants.DEBUG: "calm",
    constants.INFO: "info",
}


def _local(value):
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def _clock(value):
    return f"{value.hour}:{value.minute:02d}"


def _chinese():
    return (get_language() or "zh").startswith("zh")


@register.filter
def day(value):
    """``2026年11月22日（星期日）``; in English ``Sunday 22 November 2026``. Empty for no value."""
    if not isinstance(value, date):
        return ""
    value = _local(value)
    if _chinese():
        return f"{value.year}年{value.month}月{value.day}日（星期{WEEKDAYS[value.weekday()]}）"
    return f"{DAYS[value.weekday()]} {value.day} {MONTHS[value.month - 1]} {value.year}"


@register.filter
def short_day(value):
    """``11月22日`` for narrow places; in English ``22 November``."""
    if not isinstance(value, date):
        return ""
    value = _local(value)
    return f"{value.month}月{value.day}日" if _chinese() else f"{value.day} {MONTHS[value.month - 1]}"


@register.filter
def when(value):
    """``2026年11月22日（星期日）14:30``; a date without a time is shown as ``day`` does."""
    if not isinstance(value, datetime):
        return day(value)
    return f"{day(value)}{'' if _chinese() else ', '}{_clock(_local(value))}"


@register.filter
def span(start, end):
    """``9:00—11:30`` on one day, with the days named when they differ. ``{{ slot.start|span:slot.end }}``"""
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return ""
    if _local(start).date() == _local(end).date():
        return f"{_clock(_local(start))}—{_clock(_local(end))}"
    return f"{when(start)}—{when(end)}"


@register.filter
def iso(value):
    """For ``<time datetime="…">``."""
    return _local(value).isoformat() if isinstance(value, date) else ""


@register.filter
def lines(text):
    """A citizen's words: blank lines part paragraphs, single line ends stay, everything is escaped."""
    paragraphs = [part.strip("\n") for part in str(text or "").replace("\r\n", "\n").split("\n\n")]
    return format_html_join(
        "\n", "<p>{}</p>", ((mark_safe(conditional_escape(part).replace("\n", "<br>")),) for part in paragraphs if part)
    )


@register.filter
def phrases(text):
    """A heading whose parts, each up to its comma, are not torn apart at the end of a line."""
    parts = PHRASE.findall(str(text))
    return format_html_join("", '<span class="phrase">{}</span>', ((part,) for part in parts))


@register.filter
def anchor(field):
    """The id an error summary links to: the field itself, or the first choice of a group."""
    grouped = field.use_fieldset and field.widget_type != "clearablefile"
    return f"{field.auto_id}_0" if grouped else field.auto_id


@register.filter
def tone(message):
    """The tone of a Django message: done, wait, late, info or calm."""
    return TONES.get(message.level, "info")


def door_url(name):
    """The page behind a flat route name, or "" while nobody has built it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def door(context, name, label, css=""):
    """A link to a named page, marked when it is the page shown; nothing when no such page exists."""
    url = door_url(name)
    if not url:
        return ""
    path = getattr(context.get("request"), "path", "")
    current = mark_safe(' aria-current="page"') if path == url else ""
    return format_html('<a href="{}" class="{}"{}>{}</a>', url, css, current, label)


@register.simple_tag(takes_context=True)
def doors(context):
    """The four doors as list items; the door whose address is the longest beginning of this page's is current."""
    path = getattr(context.get("request"), "path", "")
    found = [(door_url(name), label) for name, label in DOORS]
    found = [(url, label) for url, label in found if url]
    here = max((url for url, _label in found if path.startswith(url)), key=len, default=None)
    page = "page" if here == path else "true"
    return format_html_join(
        "\n",
        '<li><a href="{}"{}>{}</a></li>',
        ((url, format_html(' aria-current="{}"', page) if url == here else "", label) for url, label in found),
    )


@register.simple_tag(takes_context=True)
def here(context):
    """This page's address, quoted for ``?next=``: what a language or mode switch comes back to."""
    request = context.get("request")
    if request is None:
        return "/"
    return quote(request.get_full_path() if request.method == "GET" else request.path, safe="/")


@register.simple_tag
def crumbs(*steps):
    """``{% crumbs "看建议" "/suggestions/" "2026-000231" %}``: label, address, label, address, …, this page's label."""
    trail = [(steps[i], steps[i + 1]) for i in range(0, len(steps) - 1, 2)]
    last = steps[-1] if len(steps) % 2 else ""
    return render_to_string("ui/breadcrumb.html", {"trail": trail, "here": last})


@register.simple_block_tag
def card(content, title="", href="", more="", level=2, css=""):
    """A sheet of paper with an optional heading and a link at its end: ``{% card title=… %} … {% endcard %}``."""
    values = {"content": content, "title": title, "href": href, "more": more, "level": level, "css": css}
    return render_to_string("ui/card.html", values)


@register.simple_block_tag
def notice(content, tone="info", title=""):
    """A message with a tone around any markup: ``{% notice tone="wait" title=… %} … {% endnotice %}``."""
    return render_to_string("ui/alert.html", {"content": content, "tone": tone, "title": title})


@register.simple_block_tag
def disclosure(content, summary):
    """Detail on demand: ``{% disclosure summary="这个日期怎么算的？" %} … {% enddisclosure %}``."""
    return render_to_string("ui/disclosure.html", {"content": content, "summary": summary})
