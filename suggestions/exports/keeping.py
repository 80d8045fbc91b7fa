"""How long files are kept, and when the open data is made anew."""

from datetime import timedelta

from django.core.files.storage import default_storage as storage
from django.utils import timezone

from ..models import Export
from . import making, open_data

KEPT = timedelta(days=7)
State = Export.State
WANTED = (State.WAITING, State.RUNNING)


def newest_open():
    """The open data that stands now: the newest file of each format."""
    done = Export.objects.filter(kind="open", state=State.DONE).order_by("format", "-finished_at", "-pk")
    return done.distinct("format")


def ask_open(now=None):
    """Ask for today's open data, once a day for each format; again when it failed."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = Export.objects.filter(kind="open", created_at__gte=today).exclude(state=State.FAILED)
    missing = set(open_data.FORMATS) - set(asked.values_list("format", flat=True))
    Export.objects.bulk_create([Export(kind="open", format=form) for form in sorted(missing)])


def purge(now=None):
    """Delete files a week after they were made: staff's, and of the open data all but what stands now.

    The row of a staff's list stays without its file: who took out how much of what.
    """
    ended = Export.objects.exclude(state__in=WANTED).filter(finished_at__lt=(now or timezone.now()) - KEPT)
    for export in ended.filter(requested_by=None).exclude(pk__in=[e.pk for e in newest_open()]):
        drop(export)
        export.delete()
    for export in ended.exclude(requested_by=None).exclude(file=""):
        drop(export)
        Export.objects.filter(pk=export.pk).update(file="", size=0)
    sweep()


def drop(export):
    """Delete its file."""
    if export.file:
        storage.delete(export.file.name)


def sweep():
    """Delete the parts of what is not wanted any more; a worker killed at the end of its work leaves them."""
    try:
        folders = storage.listdir("exports/work")[0]
    except FileNotFoundError:
        return
    wanted = set(map(str, Export.objects.filter(state__in=WANTED).values_list("pk", flat=True)))
    for name in set(folders) - wanted:
        making.clear(Export(pk=int(name)))
