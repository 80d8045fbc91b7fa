"""What the app keeps about a person: for their own eyes, and to blank when they leave."""

from django.db import transaction
from django.utils import timezone

from . import workflow
from .models import Appointment, Feed, Reception, Slot

A = Appointment.Status


def export(user) -> dict:
    """One list per kind of row: appointments, what was written down at them, calendar addresses."""
    mine = Appointment.objects.of_user(user)
    return {
        "appointments": list(
            mine.order_by("pk").values(
                "code", "session__station__name", "slot__starts_at", "status", "name", "phone", "email", "topic",
                "about_number", "party", "created_at",
            )
        ),
        # The recorder's notes are the office's; what the visitor said and was told is theirs.
        "receptions": list(
            Reception.objects.filter(appointment__in=mine).order_by("pk").values(
                "appointment__code", "own_words", "answer", "outcome", "transferred_to", "recorded_at"
            )
        ),
        "calendar_addresses": list(Feed.objects.filter(user=user).order_by("pk").values("created_at", "revoked_at")),
    }  # fmt: skip


@transaction.atomic
def erase(user) -> None:
    """Cancel what lies ahead, blank who came; what was said there stays, as a citizen's."""
    mine = Appointment.objects.of_user(user)
    ahead = mine.filter(status__in=(A.BOOKED, A.OFFERED, A.WAITLISTED))
    # All slots first, in the order of their keys like everybody: then nothing changes while one after the other goes.
    list(Slot.objects.select_for_update(no_key=True).filter(pk__in=ahead.values("slot")).order_by("pk"))
    for appointment in ahead.all():
        workflow.cancel(appointment, by=user)
    mine.update(name="", phone="", email="", topic="", person="", anonymised_at=timezone.now())
    Feed.objects.filter(user=user).delete()
