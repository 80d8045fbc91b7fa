"""What a recipient does: opens news, chooses channels and how often, wants no more mail."""

from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from ..models import QUIET_FROM, QUIET_UNTIL, Kind, Notification, Pace, Preference, QuietHours, Unsubscribed
from .gathering import hold_until


class NoWayLeft(Exception):
    """News of one's own cases has to reach one outside of the portal too, where an address is known."""


class Choice(NamedTuple):
    """How somebody wants one kind of news; ``sms`` None: only when there is no e-mail address."""

    email: str = Pace.NOW
    sms: bool | None = None


def mark_read(notification, *, by) -> bool:
    """``by`` opened it; True the first time."""
    rows = Notification.objects.in_inbox_of(by).unread().filter(pk=notification.pk)
    return bool(rows.update(read_at=timezone.now()))


def mark_all_read(*, by) -> int:
    """``by`` has seen everything in their own inbox; return how many were new."""
    return Notification.objects.in_inbox_of(by).unread().update(read_at=timezone.now())


@transaction.atomic
def choose(*, by, choices, now=None):
    """``by`` sets how they want the kinds of news in ``choices`` ({kind: Choice}); what is held for a digest follows.

    Raises NoWayLeft when nothing outside of the inbox would tell them of their own cases.
    """
    now = now or timezone.now()
    addresses = proved(by)
    for kind, choice in choices.items():
        if not Preference.leaves_a_way(kind, choice.email, choice.sms, **addresses):
            raise NoWayLeft
        Preference.objects.update_or_create(user=by, kind=kind, defaults=choice._asdict())
        hold_until(by, kind, Notification.objects.held(), now)


def keep_silent(*, by, begins: int, ends: int):
    """``by`` wants no SMS from ``begins`` until ``ends`` o'clock; the night, 21 to 8, is everybody's."""
    if (begins, ends) == (QUIET_FROM, QUIET_UNTIL):
        QuietHours.objects.filter(user=by).delete()
        return
    QuietHours.objects.update_or_create(user=by, defaults={"begins": begins, "ends": ends})


def chosen(user) -> dict[str, Choice]:
    """What ``user`` wants of every kind of news, chosen or by default."""
    rows = {p.kind: Choice(p.email, p.sms) for p in Preference.objects.filter(user=user)}
    return {kind: rows.get(kind, Choice()) for kind in Kind.values}


def proved(user) -> dict[str, bool]:
    """Which addresses ``user`` has proved: ``has_email``, ``has_phone``."""
    me = get_user_model().objects.filter(pk=user.pk)
    return {"has_email": me.with_verified_email().exists(), "has_phone": me.with_verified_phone().exists()}


@transaction.atomic
def unsubscribe(subscription):
    """Turn e-mail off for the kinds of news an e-mail was about; one's own cases come by another way.

    The signed link is the right to do so; who pressed it is not known.
    """
    if subscription.user is None:
        Unsubscribed.objects.get_or_create(address=subscription.address)
        return
    was = chosen(subscription.user)
    quieter = {kind: without_mail(subscription.user, kind, was[kind]) for kind in subscription.kinds}
    choose(by=subscription.user, choices=quieter)


def without_mail(user, kind, was) -> Choice:
    """No e-mail of this kind; of one's own cases SMS instead, without a phone one e-mail a week."""
    if kind != Kind.OWN:
        return was._replace(email=Pace.OFF)
    return Choice(Pace.OFF, True) if proved(user)["has_phone"] else was._replace(email=Pace.WEEKLY)
