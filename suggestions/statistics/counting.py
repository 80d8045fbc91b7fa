"""Count every figure into ``Statistic``: whole, from one snapshot, swapped in one transaction."""

from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from ..models import (
    AssignmentChange,
    CommitmentChange,
    ProposalChange,
    Rating,
    Statistic,
    StatisticsRun,
    SuggestionChange,
)
from . import sql, sums

# Counted at most so often, and never for more than a tenth of the time.
EVERY = timedelta(minutes=10)
REST = 10
# What leaves no line of history (a theme moved, a holiday added) is seen after so long.
AT_LEAST_EVERY = timedelta(hours=1)
RUNS_KEPT = timedelta(days=30)
LOCK = 0x5747_4953
# Every step reads all of its table once: it sorts and hashes millions of rows, and never looks them up one by one.
SETTINGS = {"work_mem": "128MB", "hash_mem_multiplier": 4, "enable_nestloop": "off", "jit": "off"}
SORTED_BY = {model: "changed_at" if model is Rating else "pk" for model in (
    SuggestionChange, AssignmentChange, CommitmentChange, ProposalChange, Rating,
)}  # fmt: skip


def is_due(now=None) -> bool:
    """Whether it is time to count again, and whether anything has happened since."""
    now = now or timezone.now()
    last = StatisticsRun.objects.filter(finished_at__isnull=False).last()
    if last is None:
        return True
    age, took = now - last.began_at, last.finished_at - last.began_at
    if age < max(EVERY, REST * took):
        return False
    is_today = timezone.localdate(last.began_at) == timezone.localdate(now)
    return age >= AT_LEAST_EVERY or not is_today or last.mark != mark()


def mark() -> str:
    """Where history stands: as long as it is the same, nothing has happened."""
    return " ".join(str(model.objects.aggregate(last=Max(name))["last"]) for model, name in SORTED_BY.items())


def refresh(now=None) -> StatisticsRun | None:
    """Count everything as it is now; None when another process is at it."""
    with alone() as is_ours:
        if not is_ours:
            return None
        with snapshot() as cursor:
            run = StatisticsRun.objects.create(began_at=now or timezone.now(), mark=mark())
            count(cursor, run.began_at)
            for step in (sums.GONE, sums.UPDATED, sums.NEW):
                cursor.execute(step)
            run.rows = Statistic.objects.count()
            run.finished_at = now or timezone.now()
            run.save()
            StatisticsRun.objects.filter(began_at__lt=run.began_at - RUNS_KEPT).delete()
        return run


def count(cursor, now):
    """Fill ``counted_change``: what the published table has to become."""
    about = {"now": now, "zone": settings.TIME_ZONE}
    cursor.execute(f"DROP TABLE IF EXISTS {', '.join(f'counted_{name}' for name in sql.TABLES)}")
    for step, table in sql.STEPS:
        cursor.execute(step, about)
        if table:
            cursor.execute(f"ANALYZE counted_{table}")


@contextmanager
def alone():
    """Whether this process is the one that counts; the lock outlives the transaction, so the next sees its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        [is_ours] = cursor.fetchone()
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@contextmanager
def snapshot():
    """A transaction that sees one moment of the database from its first query to its last."""
    is_first = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_first:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for name, value in SETTINGS.items():
            cursor.execute(f"SET LOCAL {name} = '{value}'")
        yield cursor
