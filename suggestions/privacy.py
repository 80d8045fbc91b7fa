"""What suggestions know about a person: for their own eyes, and to blank when they leave."""

from django.utils import timezone

from suggestions import workflow
from suggestions.models import Attachment, Consent, Contact, ContactView, Follow, Rating, Reply, Suggestion, Support


def export(user) -> dict:
    """One list per kind of row: suggestions, contacts and who looked at them, consents, files, replies, ratings, …"""
    mine = Suggestion.objects.of_author(user)
    return {
        "suggestions": list(
            mine.order_by("pk").values(
                "number", "title", "situation", "proposal", "place", "status", "shown_as", "created_at", "submitted_at",
                "published_at",
            )
        ),
        "consents": _rows(Consent, mine, "kind", "version", "given_at", "withdrawn_at"),
        "contacts": _rows(Contact, mine, "name", "phone", "email"),
        # Who looked, by role: the people who work on a case act for an office, not for themselves.
        "contact_views": list(
            ContactView.objects.filter(contact__suggestion__in=mine)
            .order_by("-pk")
            .values("contact__suggestion__number", "role", "reason", "at")
        ),
        "attachments": _rows(Attachment, mine, "name", "content_type", "size", "at"),
        "replies": list(
            Reply.objects.released().filter(suggestion__in=mine).order_by("pk").values(
                "suggestion__number", "department__name", "deputy__name", "text", "result", "released_at"
            )
        ),
        "ratings": list(
            Rating.objects.filter(reply__suggestion__in=mine).order_by("pk").values(
                "reply__suggestion__number", "attitude", "result", "missed_points", "reason", "at"
            )
        ),
        "supports": list(Support.objects.filter(user=user).order_by("pk").values("suggestion__number", "at")),
        "follows": list(Follow.objects.filter(user=user).order_by("pk").values("suggestion__number", "at")),
    }  # fmt: skip


def _rows(model, mine, *fields):
    return list(model.objects.filter(suggestion__in=mine).order_by("pk").values("suggestion__number", *fields))


def erase(user) -> None:
    """Delete drafts, blank contacts, unfollow; what was submitted stays, as a citizen's."""
    mine = Suggestion.objects.of_author(user)
    for draft in mine.filter(status=Suggestion.Status.DRAFT):
        workflow.purge_draft(draft, by=user)
    for contact in Contact.objects.filter(suggestion__in=mine):
        workflow.anonymise_contact(contact, by=user)
    Consent.objects.filter(suggestion__in=mine, kind=Consent.Kind.PASS_CONTACT, withdrawn_at=None).update(
        withdrawn_at=timezone.now()
    )
    Follow.objects.filter(user=user).delete()
    mine.update(shown_as=Suggestion.ShownAs.CITIZEN)
