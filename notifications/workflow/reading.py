"""What a recipient does: opens news, chooses channels, wants no more mail."""

from django.utils import timezone

from ..models import Channel, Notification, Preference, Unsubscribed


def mark_read(notification, *, by) -> bool:
    """``by`` opened it; True the first time."""
    rows = Notification.objects.in_inbox_of(by).unread().filter(pk=notification.pk)
    return bool(rows.update(read_at=timezone.now()))


def mark_all_read(*, by) -> int:
    """``by`` has seen everything in their own inbox; return how many were new."""
    return Notification.objects.in_inbox_of(by).unread().update(read_at=timezone.now())


def choose(*, by, email: bool, sms: bool | None) -> Preference:
    """``by`` sets their channels besides the inbox; ``sms`` None: only when there is no e-mail address."""
    return Preference.objects.update_or_create(user=by, defaults={"email": email, "sms": sms})[0]


def unsubscribe(notification, *, by=None) -> bool:
    """Turn e-mail off for whoever got ``notification``; False when it was off.

    The signed link is the right to do so; who pressed it (``by``) is not known.
    """
    if notification.channel != Channel.EMAIL:
        return False
    if notification.recipient_id is None:
        return Unsubscribed.objects.get_or_create(address=notification.address)[1]
    preference, made = Preference.objects.get_or_create(user_id=notification.recipient_id, defaults={"email": False})
    return made or bool(Preference.objects.filter(pk=preference.pk, email=True).update(email=False))
