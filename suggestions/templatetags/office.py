"""What the first page of the admin shows: the office's queues, and what the calendar lacks."""

from django import template
from django.utils import timezone

from fzportal.models import Holiday
from liaison.admin import missing
from suggestions.admin import proposals, queues

register = template.Library()


@register.simple_tag
def office_queues():
    """Every queue with its number and the age of the oldest."""
    return queues.counters()


@register.simple_tag
def station_tiles():
    """What the stations have left undone, with its number and the age of the oldest."""
    return missing.tiles()


@register.simple_tag
def proposal_tiles():
    """What waits with proposals of deputies, with its number and the age of the oldest."""
    return proposals.tiles()


@register.simple_tag
def missing_year():
    """Next year, from December on while its holidays are not entered: due dates would be wrong. Else empty."""
    today = timezone.localdate()
    if today.month < 12 or Holiday.objects.filter(date__year=today.year + 1).exists():
        return ""
    return today.year + 1
