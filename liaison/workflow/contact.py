"""Looking at a visitor's contact, which leaves a line for them to read."""

from django.db import transaction

from fzportal.workflow import MoveNotAllowed, Reader, lock, record

from ..permissions import is_office, may_see_contact


@transaction.atomic
def view_contact(appointment, *, by, reason):
    """Keep who looked at the contact and why, for the visitor to see. Raises MoveNotAllowed."""
    lock(appointment)
    if not may_see_contact(by, appointment) or not reason.strip():
        raise MoveNotAllowed(appointment, appointment.status, by)
    role = "office" if is_office(by) else "officer"
    return record(appointment, "contact_viewed", by=by, role=role, note=reason, read=Reader.AUTHOR)
