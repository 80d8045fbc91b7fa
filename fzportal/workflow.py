"""How a status changes: the only code that assigns ``.status``.

An app writes its table of ``Move`` rows; ``move()`` finds the row that lets this actor go there, writes a ``Change``
and sets status and clock in one transaction. The change row is history, audit, timeline and outbox in one: the tick
``notifications.tasks.announce`` tells whom the row's ``tell`` names.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from . import workdays
from .telling import News, Told


class Clock(StrEnum):
    """What a move does to the due date."""

    START = "start"  # a new promise begins
    KEEP = "keep"  # the running promise goes on
    STOP = "stop"  # nothing is due any more
    RESUME = "resume"  # the promise paused by the move before goes on with what was left of it


class Reader(StrEnum):
    """Who may read the note of a move, besides the staff who work on the case."""

    STAFF = "staff"
    AUTHOR = "author"
    PUBLIC = "public"


class Move(NamedTuple):
    """One row of a table: from where, to where, the button, who may, who hears, whether a reason is needed."""

    source: str
    target: str
    label: str
    who: Callable
    tell: tuple = ()
    note: bool = False
    clock: Clock = Clock.START
    read: Reader = Reader.STAFF
    event: str = ""

    @property
    def name(self) -> str:
        """What happened, in one word: names the message ``messages/<app>/<name>.txt`` and the timeline's line."""
        return self.event or str(self.target)


class MoveNotAllowed(Exception):
    """This actor may not make this move. ``obj`` is as it is now, under the lock."""

    def __init__(self, obj, target, by):
        super().__init__(f"{obj._meta.label} {obj.pk}: {obj.status} -> {target}")
        self.obj, self.target, self.by = obj, target, by


class Stale(MoveNotAllowed):
    """Somebody was faster: the move does not start from where the object is now. Views answer 409."""

    @property
    def last(self):
        """The change that was faster."""
        return self.obj.changes.order_by("-pk").first()


class NoteNeeded(MoveNotAllowed):
    """The move needs a reason and none was given. Forms ask for it first."""


class Movable(Told, models.Model):
    """Something with a status and a clock. Subclasses give the path, those of ``Told``, ``due_for`` and ``resumed``."""

    moves_path = ""

    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    # Where the running promise began and how it counts: a rule of ``workdays.due``, or "=" for a moment.
    due_since = models.DateTimeField(_("clock began"), null=True, blank=True)
    due_rule = models.CharField(_("how the due date counts"), max_length=40, blank=True)

    class Meta:
        abstract = True

    @classmethod
    def moves(cls) -> tuple[Move, ...]:
        """The table of moves."""
        return import_string(cls.moves_path)

    def moves_for(self, by) -> list[Move]:
        """The moves ``by`` (a user, or None for the clock) may make from here: buttons, choices and checks read it."""
        return [m for m in self.moves() if m.source == self.status and m.who(by, self)]

    def due_for(self, target: str, now: datetime) -> tuple[datetime | None, str]:
        """The due date that starts when ``target`` is reached at ``now``, and its rule."""
        raise NotImplementedError

    def resumed(self, now: datetime) -> tuple[datetime | None, str]:
        """The due date of the promise that the last move paused, and its rule."""
        raise NotImplementedError


class Change(News, models.Model):
    """One line of history. Subclasses add the foreign key ``subject`` with ``related_name="changes"``."""

    before = models.CharField(_("from"), max_length=20)
    after = models.CharField(_("to"), max_length=20)
    event = models.CharField(_("what happened"), max_length=30)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    # What the actor was at that moment; "clock" when the portal did it itself.
    role = models.CharField(_("as"), max_length=12)
    note = models.TextField(_("note"), blank=True)
    read = models.CharField(_("who reads the note"), max_length=6, default=Reader.STAFF)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self):
        return f"{self.before} → {self.after}"


def lock(obj):
    """Lock ``obj``'s row until the transaction ends and refresh ``obj`` in place."""
    # NO KEY UPDATE: rows that point at obj may still be inserted by others meanwhile.
    rows = type(obj)._base_manager.select_for_update(of=("self",), no_key=True)
    obj.refresh_from_db(from_queryset=rows)
    return obj


def chosen_move(obj, target, by, event="") -> Move:
    """The row that lets ``by`` take ``obj`` to ``target``. Raises Stale or MoveNotAllowed."""
    fitting = [m for m in obj.moves() if (m.source, m.target) == (obj.status, target) and event in ("", m.name)]
    if not fitting:
        raise Stale(obj, target, by)
    allowed = next((m for m in fitting if m.who(by, obj)), None)
    if allowed is None:
        raise MoveNotAllowed(obj, target, by)
    return allowed


@transaction.atomic
def move(obj, target, *, by, note="", event="", due_at=None, now=None):
    """Take ``obj`` to ``target`` for ``by`` (None: the clock) and return the change.

    ``event`` chooses between two rows of the table that join the same states; ``due_at`` sets the due date by hand.
    Raises Stale when the row does not start from here any more, NoteNeeded, MoveNotAllowed.
    """
    now = now or timezone.now()
    lock(obj)
    chosen = chosen_move(obj, target, by, event)
    if chosen.note and not note.strip():
        raise NoteNeeded(obj, target, by)
    before = obj.status
    set_clock(obj, chosen, due_at, now)
    obj.status = target
    obj.save(update_fields=["status", "due_at", "due_since", "due_rule"])
    return obj.changes.create(
        before=before,
        after=target,
        event=chosen.name,
        by_id=getattr(by, "pk", None),
        role=chosen.who.role,
        note=note.strip(),
        read=chosen.read,
        due_at=obj.due_at,
        at=now,
    )


def set_clock(obj, chosen: Move, due_at, now):
    """Set due date, its beginning and its rule as the move says; ``due_at`` given by hand wins."""
    if due_at is not None:
        obj.due_at, obj.due_since, obj.due_rule = due_at, now, f"={timezone.localdate(due_at)}"
    elif chosen.clock == Clock.START:
        (obj.due_at, obj.due_rule), obj.due_since = obj.due_for(chosen.target, now), now
    elif chosen.clock == Clock.RESUME:
        (obj.due_at, obj.due_rule), obj.due_since = obj.resumed(now), now
    elif chosen.clock == Clock.STOP:
        obj.due_at, obj.due_since, obj.due_rule = None, None, ""


def record(obj, event, *, by, role, note="", read=Reader.STAFF, now=None):
    """Write a line of history that changes no status (a reminder, a publication, a proposal) and return it."""
    return obj.changes.create(
        before=obj.status,
        after=obj.status,
        event=event,
        by_id=getattr(by, "pk", None),
        role=role,
        note=note.strip(),
        read=read,
        due_at=obj.due_at,
        at=now or timezone.now(),
    )


def reclock(obj, event, *, by, role, rule="", since=None, note="", read=Reader.STAFF, now=None):
    """Count the running promise anew: by ``rule``, from ``since`` (else as before). Leaves a line of history."""
    obj.due_rule, obj.due_since = rule or obj.due_rule, since or obj.due_since
    obj.due_at = workdays.close_of(workdays.due(timezone.localdate(obj.due_since), obj.due_rule))
    obj.save(update_fields=["due_at", "due_since", "due_rule"])
    return record(obj, event, by=by, role=role, note=note, read=read, now=now)


def begin_many(rows, target, *, by, role, event, now=None):
    """Store unsaved ``rows`` of one kind that begin in ``target`` (they arrived elsewhere), each with its history.

    Nobody is told: the lines are written as told already.
    """
    if not rows:
        return
    now = now or timezone.now()
    model = type(rows[0])
    due_at, rule = rows[0].due_for(target, now)
    for row in rows:
        row.status, row.due_at, row.due_since, row.due_rule = target, due_at, now, rule
    model.objects.bulk_create(rows)
    change = model._meta.get_field("changes").related_model
    about = {"before": model._meta.get_field("status").default, "after": target, "event": event, "by": by, "role": role}
    change.objects.bulk_create([change(subject=row, due_at=due_at, at=now, told_at=now, **about) for row in rows])


def acts_as(role: str):
    """Name what a predicate makes of its user: the role written into the change."""

    def named(predicate):
        predicate.role = role
        return predicate

    return named


@acts_as("clock")
def is_clock(by, obj) -> bool:
    """The portal itself, when a time has come."""
    return by is None
