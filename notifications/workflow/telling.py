"""From a change to one notification per (change, recipient, channel): the first half of telling.

One transaction per change, a unique key per notification: a crash at any point loses nothing and repeats nothing.
"""

import logging
import time

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, CharField, DateTimeField, Exists, OuterRef, Value, When
from django.utils import timezone

from fzportal.workflow import Change

from .. import digests
from ..models import IN_DIGESTS, Channel, Notification, Preference, Unsubscribed

logger = logging.getLogger("notifications")

State = Notification.State
# A run ends after so many seconds, so that ticks of other tasks get their turn.
SECONDS = 5.0
# Told even of what they did themselves: the message is their receipt.
ALWAYS_TOLD = ("author", "visitor")


def announce(now=None, seconds=SECONDS) -> int:
    """Make the notifications of every change not told yet; return how many changes were told.

    May run any number of times at once: each change is claimed with FOR UPDATE SKIP LOCKED.
    """
    deadline, told = time.monotonic() + seconds, 0
    for model in change_models():
        broken = []
        while time.monotonic() < deadline and tell_next(model, broken, now or timezone.now()):
            told += 1
        told -= len(broken)
    return told


def change_models():
    """Every kind of change the installed apps keep."""
    return [model for model in apps.get_models() if issubclass(model, Change)]


def tell_next(model, broken, now) -> bool:
    """Tell the oldest untold change but the ``broken`` ones, where a failing one is added; False when none is left."""
    change = None
    try:
        with transaction.atomic():
            rows = model._base_manager.select_for_update(of=("self",), skip_locked=True, no_key=True)
            rows = rows.select_related("subject").filter(told_at=None).exclude(pk__in=broken)
            change = rows.order_by("pk").first()
            if change is None:
                return False
            tell(change, now)
    except (OperationalError, InterfaceError):
        # The database is away: no other change would fare better.
        raise
    except Exception:
        # One change that cannot be told, even for its data, must not silence all others; the next tick tries it again.
        logger.exception("Not told: %s %s", model._meta.label, change and change.pk)
        if change is None:
            raise
        broken.append(change.pk)
    return True


def tell(change, now):
    """Write the notifications of one change, then that it is told."""
    # Somebody in two audiences hears once: as member of one that still has something to do, if there is one.
    for audience in sorted(change.audiences, key=lambda name: not change.is_true_for(name)):
        people = change.subject.audience(audience).active()
        if audience not in ALWAYS_TOLD and change.by_id is not None:
            people = people.exclude(pk=change.by_id)
        for channel in Channel.values:
            columns = row(change, audience, channel, now)
            write(timed(reached(people, channel, change, columns["kind"]), change, columns, now), columns)
        write_addresses(change, audience, now)
    change.told_at = now
    change.save(update_fields=["told_at"])


def reached(people, channel, change, kind):
    """Those of ``people`` who hear by ``channel``: the one wished for this news, else by their own preference."""
    if not change.wished_channel or channel == Channel.INBOX:
        return Preference.reached(people, channel, kind)
    wished = Preference.reachable(people, change.wished_channel)
    if channel == change.wished_channel:
        return wished
    # Whoever has lost that address meanwhile hears as always.
    return Preference.reached(people.exclude(pk__in=wished.values("pk")), channel, kind)


def row(change, audience, channel, now) -> dict:
    """The columns of a notification, but for whom it is. In-app news is delivered by being written."""
    state, sent_at = State.WAITING, None
    if not change.is_true_for(audience):
        state = State.OUTDATED
    elif channel == Channel.INBOX:
        state, sent_at = State.SENT, now
    return {
        "topic": change._meta.label_lower, "change_id": change.pk, "event": change.event, "audience": audience,
        "kind": change.subject.kind_for(audience), "channel": channel, "state": state, "created_at": now,
        "next_try_at": now, "sent_at": sent_at,
    }  # fmt: skip


def timed(people, change, columns, now):
    """(pk, state, when) of ``people``: at once, or held for the digest they chose, unless it cannot wait for that."""
    state, at = Value(columns["state"], CharField()), Value(now, DateTimeField())
    may_wait = columns["channel"] == Channel.EMAIL != change.wished_channel and columns["state"] == State.WAITING
    times = {pace: digests.next_time(pace, now) for pace in IN_DIGESTS} if may_wait else {}
    needed_by = change.needed_by(columns["audience"])
    waits = {pace: then for pace, then in times.items() if not needed_by or not now < needed_by <= then}
    if waits:
        mine = Preference.objects.filter(user=OuterRef("pk"), kind=columns["kind"])
        chosen = {pace: Exists(mine.filter(email=pace)) for pace in waits}
        held, dates = Value(State.HELD, CharField()), DateTimeField()
        state = Case(*(When(chosen[pace], then=held) for pace in waits), default=state)
        at = Case(*(When(chosen[pace], then=Value(then, dates)) for pace, then in waits.items()), default=at)
    return people.order_by().annotate(row_state=state, row_at=at).values_list("pk", "row_state", "row_at")


def write(people, columns):
    """One notification for each of ``people``, in one statement however many they are."""
    columns = {**columns, "address": "", "tries": 0, "error": ""}
    # They differ from one to the other.
    del columns["state"], columns["next_try_at"]
    try:
        sql, params = people.query.sql_with_params()
    except EmptyResultSet:
        return
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Notification._meta.db_table} ({names}, recipient_id, state, next_try_at) "
            f"SELECT {marks}, people.id, people.state, people.at FROM ({sql}) AS people(id, state, at) "
            "ON CONFLICT DO NOTHING",
            [*columns.values(), *params],
        )


def write_addresses(change, audience, now):
    """One notification for each address of people without an account, unless it wants no mail."""
    pairs = change.subject.addresses(audience)
    unwanted = set(Unsubscribed.objects.filter(address__in=[a for _c, a in pairs]).values_list("address", flat=True))
    rows = [
        Notification(**row(change, audience, channel, now), address=address)
        for channel, address in pairs
        if not (channel == Channel.EMAIL and address in unwanted)
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
