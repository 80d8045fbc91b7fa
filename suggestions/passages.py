"""Words in braces that a canned passage lets the portal fill in. What it does not know stands as it was typed."""

import re

from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from fzportal.templatetags.ui import day

BRACED = re.compile(r"\{\s*(\w+)\s*\}")
# name -> what it becomes, for the hint beside the form.
VARIABLES = {
    "number": _("the number of the suggestion"),
    "title": _("its title"),
    "received": _("the day it was received"),
    "department": _("the name of your department"),
    "phone": _("its telephone"),
    "due": _("the day the reply is due"),
    "today": _("today's date"),
}


def values(suggestion) -> dict[str, str]:
    """What each variable becomes in a reply to ``suggestion``; nothing where there is nothing to say."""
    department = suggestion.department
    return {
        "number": suggestion.number,
        "title": suggestion.title,
        "received": day(suggestion.submitted_at),
        "department": department.name if department else "",
        "phone": department.phone if department else "",
        "due": day(suggestion.due_at) if suggestion.due_at else "",
        "today": day(timezone.localdate()),
    }


def filled(text, known) -> str:
    """``text`` with ``known`` variables filled in; every other brace, and one without a value, stands as typed."""
    return BRACED.sub(lambda found: known.get(found[1]) or found[0], text)


def wrong(text) -> list[str]:
    """Braces that will stand as typed: unknown words, and braces without a partner."""
    unknown = [found[0] for found in BRACED.finditer(text) if found[1] not in VARIABLES]
    rest = BRACED.sub("", text)
    # {}, {two words}, a brace alone.
    return unknown + re.findall(r"\{[^{}\n]{0,20}\}?|\}", rest)


def said_of_wrong(braces) -> str:
    """What becomes of them, for whoever keeps the passage."""
    listed = pgettext("between names", ", ").join(braces)
    said = gettext("The portal does not know %(listed)s: it will stand in the reply as it was typed.")
    return said % {"listed": listed}
