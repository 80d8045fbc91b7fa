"""``python -m bench.figures [--rows 1000000]``: a city of years in set-based SQL, then the counting and the page.

Every suggestion has the history of one of four ways: declined, answered by a deputy, still in progress, or through a
department to a rating or to silence; between 8 and 9 lines of history each on average.
"""

import argparse
import os
import time
from statistics import median

import django
from django.core.management import call_command

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"

WAYS = (
    # until which part of all, way, states with the days after receipt (times 0.5 to 1.5)
    (0.08, "declined", ("submitted:0", "declined:3")),
    (0.20, "deputy", ("submitted:0", "accepted:2", "published:3", "triaging:4", "replied:9", "closed:30")),
    (0.40, "open", ("submitted:0", "accepted:2", "published:3", "triaging:4", "referred:8", "assigned:10",
                    "in_progress:12")),
    (1.00, "department", ("submitted:0", "accepted:2", "published:3", "triaging:4", "referred:8", "assigned:10",
                          "in_progress:12", "due_soon:20", "reply_review:24", "replied:26", "closed:50")),
)  # fmt: skip
NO_MOVE = ("published", "due_soon")


def main():
    """Load, count twice, ask the page; prints one line each."""
    parser = argparse.ArgumentParser(prog="bench.figures")
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    django.setup()
    call_command("migrate", verbosity=0)
    took("loading", lambda: load(options.rows))
    measure()


def took(what, act):
    """Run ``act`` and say how long it took."""
    begun = time.perf_counter()
    found = act()
    print(f"{what}: {time.perf_counter() - begun:.1f} s", flush=True)
    return found


def measure():
    """The counting, whole and with nothing new, and the pages that read the table."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from suggestions import statistics
    from suggestions.models import Statistic, SuggestionChange

    print(f"{SuggestionChange.objects.count():,} lines of history")
    took("first counting", statistics.refresh)
    took("counting again", statistics.refresh)
    print(f"{Statistic.objects.count():,} rows of figures")
    for path in (
        "/figures/",
        "/figures/?by=department",
        "/departments/",
        "/suggestions/?counted=answered&span=2026-03",
    ):
        client, times = Client(), []
        for _n in range(12):
            begun = time.perf_counter()
            with CaptureQueriesContext(connection) as seen:
                assert client.get(path).status_code == 200
            times.append((time.perf_counter() - begun) * 1000)
        print(f"{path}: {len(seen)} queries, p50 {median(times):.0f} ms, slowest {max(times[1:]):.0f} ms")


def load(count: int):
    """``count`` suggestions with all that belongs to them."""
    from django.db import connection, transaction

    from fzportal import reference
    from liaison.models import Deputy, Division, Station, Term
    from suggestions.models import Department

    from .load import make_people

    reference.load()
    [user, second] = make_people("figures", 2)
    Department.objects.bulk_create([Department(name=f"单位{n}") for n in range(30)])
    street = Division.objects.filter(level="street")
    Station.objects.bulk_create([Station(name=f"站{n}", slug=f"f{n}", kind="activity_room", division=street[n % 100])
                                 for n in range(200)])  # fmt: skip
    term = Term.objects.first()
    Deputy.objects.bulk_create([Deputy(name=f"代表{n}", term=term) for n in range(300)])
    with transaction.atomic(), connection.cursor() as cursor:
        # The rows are whole by construction: no need to ask for each key whether it exists.
        cursor.execute("SET LOCAL session_replication_role = replica")
        fill(cursor, count, user, second)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def fill(cursor, count, user, second):
    """Cases first, in a temporary table; then suggestions, words, history, parts, replies, ratings out of it."""
    from suggestions import models as m

    cursor.execute(CASES, [count])
    cursor.execute("CREATE TEMP TABLE bench_step (way text, n int, after text, before text, days int)")
    cursor.executemany("INSERT INTO bench_step VALUES (%s, %s, %s, %s, %s)", list(steps()))
    insert(cursor, m.Suggestion, "bench_case", id="id", number="'9999-' || lpad(id::text, 7, '0')", status=STATUS,
           author_id=user, title="'建议' || id", situation="'情况说明'", category_id="category", division_id="division",
           station_id="station", deputy_id="CASE WHEN way <> 'declined' THEN deputy END", query_code="'ABCDEFGH'",
           department_id="CASE WHEN way IN ('open', 'department') THEN department END", submitted_at="at",
           created_at="at", public_id="CASE WHEN way <> 'declined' THEN id END",
           published_at="CASE WHEN way <> 'declined' THEN at + interval '3 days' END",
           answered_at="CASE WHEN way = 'department' THEN at + interval '26 days' * pace "
                       "WHEN way = 'deputy' THEN at + interval '9 days' * pace END",
           decline_reason_id="CASE WHEN way = 'declined' THEN reason END", shown_as="'citizen'",
           channel="'web'")  # fmt: skip
    insert(cursor, m.PublicVersion, "bench_case", id="id", suggestion_id="id", title="'建议' || id", at="at",
           by_id=user)  # fmt: skip
    insert(cursor, m.SuggestionChange, HISTORY, subject_id="id", before="before", after="after", event="event",
           role="'office'", at="moment", told_at="moment", due_at="due", read="'staff'")  # fmt: skip
    led = "bench_case WHERE way IN ('open', 'department')"
    insert(cursor, m.Assignment, led, id="id", suggestion_id="id", department_id="department", part="'lead'",
           status="'taken'", by_id=user, at="at + interval '10 days' * pace")  # fmt: skip
    insert(cursor, m.AssignmentChange, led, subject_id="id", before="'given'", after="'given'", event="'lead_given'",
           role="'office'", at="at + interval '10 days' * pace", told_at="at", read="'staff'")  # fmt: skip
    answered = "bench_case WHERE way IN ('deputy', 'department')"
    insert(cursor, m.Reply, answered, id="id", suggestion_id="id", author_id=user, text="'已办。'", result="'A'",
           department_id="CASE WHEN way = 'department' THEN department END", released_by_id=second,
           deputy_id="CASE WHEN way = 'deputy' THEN deputy END", created_at="at",
           released_at="at + interval '26 days' * pace")  # fmt: skip
    insert(cursor, m.Rating, f"{answered} AND luck < 0.6", reply_id="id", attitude="1 + (luck * 5)::int %% 3",
           result="1 + (luck * 10)::int %% 3", at="at + interval '50 days' * pace")  # fmt: skip


def steps():
    """(way, place, after, before, days after receipt)."""
    for _part, way, states in WAYS:
        before = "draft"
        for n, step in enumerate(states):
            after, _colon, days = step.partition(":")
            yield way, n, after, before, int(days)
            before = before if after in NO_MOVE else after


def insert(cursor, model, source, **given):
    """Rows of ``model`` out of ``source``; a column not given is empty."""
    empty = {"CharField": "''", "TextField": "''", "BooleanField": "false", "DateTimeField": "now()",
             "PositiveIntegerField": "0", "SlugField": "''", "PositiveSmallIntegerField": "0"}  # fmt: skip
    columns = {}
    for field in model._meta.concrete_fields:
        if field.column in given:
            columns[field.column] = str(given[field.column])
        elif not field.null and not field.primary_key:
            columns[field.column] = empty[field.get_internal_type()]
    names = ", ".join(f'"{name}"' for name in columns)
    order = " ORDER BY id, n" if source is HISTORY else ""
    values = ", ".join(columns.values()).replace("%%", "%")
    cursor.execute(f'INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {source}{order}')  # fmt: skip


PICK = "(SELECT array_agg(id) FROM {table}{where})"
CASES = f"""
    CREATE TEMP TABLE bench_case AS
    WITH known AS (SELECT
        {PICK.format(table="suggestions_category", where="")} AS categories,
        {PICK.format(table="liaison_division", where=" WHERE level = 'street'")} AS divisions,
        {PICK.format(table="liaison_station", where="")} AS stations,
        {PICK.format(table="liaison_deputy", where="")} AS deputies,
        {PICK.format(table="suggestions_department", where="")} AS departments,
        {PICK.format(table="suggestions_declinereason", where="")} AS reasons)
    SELECT id, at, pace, luck, CASE {" ".join(f"WHEN kind < {part} THEN '{way}'" for part, way, _s in WAYS)} END AS way,
        categories[1 + floor(random() * array_length(categories, 1))] AS category,
        divisions[1 + floor(random() * array_length(divisions, 1))] AS division,
        CASE WHEN random() < 0.3 THEN stations[1 + floor(random() * array_length(stations, 1))] END AS station,
        deputies[1 + floor(random() * array_length(deputies, 1))] AS deputy,
        departments[1 + floor(random() * array_length(departments, 1))] AS department,
        reasons[1 + floor(random() * array_length(reasons, 1))] AS reason
    FROM known, (SELECT id, now() - interval '100 days' - random() * interval '1100 days' AS at, 0.5 + random() AS pace,
        random() AS kind, random() AS luck FROM generate_series(1, %s) AS id) one
"""
STATUS = "CASE way WHEN 'declined' THEN 'declined' WHEN 'open' THEN 'in_progress' ELSE 'closed' END"
HISTORY = """(
    SELECT c.id, n, before, CASE WHEN after IN ('published', 'due_soon') THEN before ELSE after END AS after,
        CASE WHEN after <> 'closed' THEN after WHEN luck < 0.6 THEN 'rated' ELSE 'silent' END AS event,
        at + days * interval '1 day' * pace AS moment,
        CASE WHEN after IN ('assigned', 'in_progress', 'due_soon', 'reply_review')
            THEN at + interval '32 days' END AS due
    FROM bench_case c JOIN bench_step s ON s.way = c.way
) line"""

if __name__ == "__main__":
    main()
