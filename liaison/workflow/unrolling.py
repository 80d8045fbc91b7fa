"""From rules to sessions, a year ahead. Running it twice changes nothing; the past is never touched.

Planned sessions follow their rule. Announced ones stay, whatever becomes of the rule; only a day that is no working day
any more moves or ends them, and all are told. What people moved, changed or cancelled by hand is left to them.
"""

from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation

from fzportal.workflow import lock

from .. import recurrence
from ..models import Duty, Session, Slot
from ..permissions import is_office
from .ground import Ground, drop, shift
from .holidays import keep_what_was_kept, settle_announced
from .rota import propose
from .sessions import slots_of

S, D = Session.Status, Duty.Status
# What deputies who were asked must be told of, and what changes without a word.
TOLD = ("starts_at", "ends_at", "station_id", "mode", "place")
QUIET = ("slot_minutes", "places", "link", "theme", "scope")
# What is the rule's own, and makes it another rule when it changes.
OWN = ("recurrence", "since", "until", "begins", "ends", "holidays", "rota", "wanted", "is_active")


class Unrolled(NamedTuple):
    """What one run did: how many sessions it made, changed, moved because of holidays, and dropped."""

    made: int = 0
    changed: int = 0
    moved: int = 0
    dropped: int = 0


@transaction.atomic
def unroll(rule, *, by=None, now=None) -> Unrolled:
    """Make the rule's sessions of the year to come what the rule and the holidays say. Raises PermissionDenied.

    What it does is the portal's own doing, whoever saved the rule.
    """
    if not (by is None or is_office(by)):
        raise PermissionDenied
    lock(rule)
    with translation.override(settings.LANGUAGE_CODE):
        ground = Ground(rule, now or timezone.now())
        mark = fingerprint(rule)
        has_changed = mark != rule.unrolled_as
        if has_changed:
            keep_what_was_kept(ground)
        settle_announced(ground)
        follow_rule(ground, has_changed)
        propose(rule, [s for s in ground.sessions if s.status != S.CANCELLED], ground.now)
    if has_changed:
        rule.unrolled_as = mark
        rule.save(update_fields=["unrolled_as"])
    return Unrolled(**ground.counts)


def fingerprint(rule) -> str:
    """Names the rule as it is, rota included: "next:3f2a..."."""
    own = [getattr(rule, name) for name in (*OWN, *TOLD[2:], *QUIET)]
    rota = list(rule.rota_places.order_by("position", "pk").values_list("deputy_id", flat=True))
    return f"{rule.holidays}:{sha256(repr((own, rota)).encode()).hexdigest()[:40]}"


def follow_rule(ground, has_changed):
    """Make planned sessions what the rule says: those that stay, those that go, those that are new."""
    is_open = ground.rule.is_active and ground.rule.station.is_active
    gathered = recurrence.days(ground.rule, ground.first, ground.last, ground.calendar) if is_open else []
    kept, missing = {}, []
    for group in gathered:
        if ground.at(group.day, ground.rule.begins) > ground.now and not is_done(ground, group):
            session = standing(ground, group)
            if session is None:
                missing.append(group)
            else:
                kept[session.pk] = group
    for session in ground.planned():
        if session.pk not in kept:
            drop(ground, session)
        elif session.pk not in ground.by_hand and not fit(ground, session, kept[session.pk], has_changed):
            drop(ground, session)
            missing.append(kept[session.pk])
    make(ground, missing)


def is_done(ground, group) -> bool:
    """The session of this day has begun already, or people called it off."""
    return any(
        s.occurrence == group.key
        and (s.pk in ground.called_off if s.status == S.CANCELLED else s.starts_at <= ground.now)
        for s in ground.sessions
    )


def standing(ground, group):
    """The session that stands for a day: an announced one first, then the one known by the day's key; or None."""
    found = [s for s in ground.sessions if s.occurrence in group.occurrences and ground.is_coming(s)]
    found.sort(key=lambda s: (s.status != S.ANNOUNCED, s.occurrence != group.key, s.occurrence))
    return found[0] if found else None


def wished(ground, day) -> dict:
    """What the rule says of a session on ``day``: field -> value."""
    rule = ground.rule
    times = {"starts_at": ground.at(day, rule.begins), "ends_at": ground.at(day, rule.ends)}
    return times | {name: getattr(rule, name) for name in (*TOLD[2:], *QUIET)}


def fit(ground, session, group, has_changed) -> bool:
    """Make a planned session what the rule says; False when it must be replaced, since deputies know of it.

    While the rule is as it was, only the day follows the holidays.
    """
    if not has_changed:
        if session.day != group.day and ground.asked(session):
            shift(ground, session, group.day)
        elif session.day != group.day:
            times = ("starts_at", "ends_at")
            rewrite(ground, session, {k: v for k, v in wished(ground, group.day).items() if k in times})
        return True
    differing = {k: v for k, v in wished(ground, group.day).items() if getattr(session, k) != v}
    if set(differing) & set(TOLD) and ground.asked(session):
        return False
    # The rota may be another one: who was only proposed is proposed anew.
    session.duties.filter(status=D.PROPOSED).delete()
    if differing:
        rewrite(ground, session, differing)
    return True


def rewrite(ground, session, values):
    """Change a planned session quietly, its slots with it; calendars hear of it."""
    for name, value in values.items():
        setattr(session, name, value)
    session.sequence += 1
    session.changed_at = ground.now
    session.save()
    session.slots.all().delete()
    Slot.objects.bulk_create(slots_of(session))
    # Who was only proposed may be elsewhere then: the rota proposes anew.
    session.duties.filter(status=D.PROPOSED).delete()
    ground.counts["changed"] += 1


def make(ground, missing):
    """Store new sessions with their slots, in bulk."""
    is_demo = ground.rule.station.is_demo
    new = [
        Session(rule=ground.rule, occurrence=group.key, is_demo=is_demo, **wished(ground, group.day))
        for group in sorted(missing)
    ]
    Session.objects.bulk_create(new)
    Slot.objects.bulk_create([slot for session in new for slot in slots_of(session)])
    ground.sessions += new
    ground.counts["made"] += len(new)
