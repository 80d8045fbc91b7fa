"""What tests of the desk and of departments say again and again."""

from notifications.models import Notification
from notifications.workflow import announce


def path(suggestion, act=""):
    return f"/desk/{suggestion.number}/{act and act + '/'}"


def office_path(suggestion, act="change"):
    return f"/admin/suggestions/suggestion/{suggestion.pk}/{act}/"


def fresh(row):
    return type(row)._base_manager.get(pk=row.pk)


def acts(client, suggestion):
    """Slugs of the acts the page offers, in order."""
    return [act.slug for act, *_rest in client.get(path(suggestion)).context["acts"]]


def form_of(page, slug):
    return next(form for act, form, _open in page.context["acts"] if act.slug == slug)


def told(*events):
    """(event, audience, who) of the in-app news of ``events``, each as often as it was told."""
    announce()
    rows = Notification.objects.filter(event__in=events, channel="inbox").select_related("recipient")
    return sorted((n.event, n.audience, n.recipient.email.partition("@")[0]) for n in rows)


def events(row):
    """What has happened to it, in order."""
    return list(row.changes.values_list("event", flat=True))


def states(suggestion):
    """{department's name: (part, status)} of a case's parts, the latest where a department had several."""
    return {p.department.name[3:]: (p.part, p.status) for p in suggestion.assignments.select_related("department")}


__all__ = ["acts", "events", "form_of", "fresh", "office_path", "path", "states", "told"]
