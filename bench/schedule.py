"""Fill a database with a province's worth of schedule: stations, deputies, sessions, slots, duties, appointments.

Two thirds of the sessions are past, one third ahead. Large tables are filled inside the database.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from liaison.models import Deputy, Division, Session, Station, StationMember, Term

from .load import BATCH, make_people

FAMILY = {"林": "lin", "陈": "chen", "黄": "huang", "郑": "zheng", "吴": "wu", "王": "wang", "张": "zhang", "李": "li"}
GIVEN = {"静": "jing", "敏": "min", "榕": "rong", "燕": "yan", "平": "ping", "华": "hua", "明": "ming", "芳": "fang"}
# 100 sessions a station, eleven days apart, the 67th today at nine.
SESSIONS = """
    INSERT INTO liaison_session (station_id, starts_at, ends_at, slot_minutes, places, mode, place, link, theme, scope,
        status, sequence, changed_at, is_demo, due_rule)
    SELECT s.id, %(nine)s + (k - 66) * interval '11 days', %(nine)s + (k - 66) * interval '11 days' + interval '1 hour',
        15, 3, 'station', '', '', '', '',
        CASE WHEN k < 66 THEN 'held' WHEN k < 70 THEN 'announced' ELSE 'planned' END, 0, now(), false, ''
    FROM liaison_station AS s, generate_series(0, %(each)s - 1) AS k WHERE s.slug LIKE 'bench-%%'
"""
SLOTS = """
    INSERT INTO liaison_slot (session_id, starts_at, ends_at, places, taken, last_in_line)
    SELECT s.id, s.starts_at + n * interval '15 minutes', s.starts_at + (n + 1) * interval '15 minutes', 3, 0, 0
    FROM liaison_session AS s, generate_series(0, 3) AS n
"""
# Ten deputies a station, two of them at each session, in turn: nobody is in two places at once.
DUTIES = """
    INSERT INTO liaison_duty (session_id, deputy_id, span, status, due_rule)
    SELECT s.id, d.ids[1 + (s.n * 2 + j) %% 10], tstzrange(s.starts_at, s.ends_at), 'confirmed', ''
    FROM (SELECT *, row_number() OVER (PARTITION BY station_id ORDER BY starts_at) AS n FROM liaison_session) AS s
    JOIN (SELECT station_id, array_agg(deputy_id ORDER BY deputy_id) AS ids FROM liaison_deputy_stations
          GROUP BY station_id HAVING count(*) = 10) AS d ON d.station_id = s.station_id, generate_series(0, 1) AS j
"""
# Ten a session: three places in each of three slots, one in the fourth.
APPOINTMENTS = """
    INSERT INTO liaison_appointment (session_id, slot_id, status, code, person, name, phone, email, topic, about_number,
        party, reminded_by, is_walk_in, created_at, due_rule, user_id)
    SELECT t.session_id, t.id, CASE WHEN t.starts_at < now() THEN 'served' ELSE 'booked' END,
        'B' || lpad((row_number() OVER ())::text, 9, '0'), '', '林先生', '', '', '电梯老旧', '', 1, '', false, now(),
        '', %(user)s
    FROM (SELECT *, row_number() OVER (PARTITION BY session_id ORDER BY starts_at) AS n FROM liaison_slot) AS t,
        generate_series(1, 3) AS p
    WHERE t.n < 4 OR p = 1
"""
TAKEN = "UPDATE liaison_slot SET taken = a.n FROM (SELECT slot_id, count(*) AS n FROM liaison_appointment GROUP BY 1)"
TAKEN += " AS a WHERE a.slot_id = liaison_slot.id"


def load(stations: int, each: int = 100) -> dict:
    """Add ``stations`` with ten deputies and ``each`` sessions a piece; returns who and what the measures need."""
    places = make_stations(stations)
    make_deputies(places)
    [officer, visitor] = make_people("officer", 2)
    StationMember.objects.create(user_id=officer, station=places[0])
    nine = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (SESSIONS, SLOTS, DUTIES, APPOINTMENTS, TAKEN):
            cursor.execute(statement, {"nine": nine, "each": each, "user": visitor})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {
        "officer": officer, "stations": places[::100], "residents": [s.deputies.first() for s in places[::100]],
        "sessions": list(Session.objects.announced().filter(station__in=places[::100]).order_by("pk")[:20]),
    }  # fmt: skip


def make_stations(count: int) -> list[Station]:
    """Of every kind, spread over the streets."""
    streets, kinds = list(Division.objects.filter(level="street")), Station.Kind.values
    rows = [
        Station(
            name=f"联络站{n}", slug=f"bench-{n}", kind=kinds[n % len(kinds)], division=streets[n % len(streets)],
            address=f"演示路{n}号", phone="0591-00000000", latitude=25.5 + n % 97 / 97, longitude=118.8 + n % 89 / 89,
        )
        for n in range(count)
    ]  # fmt: skip
    return Station.objects.bulk_create(rows, batch_size=BATCH)


def make_deputies(stations):
    """Ten a station, listening in its street."""
    term, since, rows = Term.objects.get(number=16), timezone.localdate() - timedelta(days=1200), []
    for n in range(len(stations) * 10):
        family, first, second = list(FAMILY)[n % 8], list(GIVEN)[n // 8 % 8], list(GIVEN)[n // 64 % 8]
        pinyin = f"{FAMILY[family]} {GIVEN[first]} {GIVEN[second]}"
        rows.append(Deputy(name=family + first + second, pinyin=pinyin, term=term, since=since))
    deputies = Deputy.objects.bulk_create(rows, batch_size=BATCH)
    resident, listens = Deputy.stations.through, Deputy.divisions.through
    pairs = [(d, stations[n // 10]) for n, d in enumerate(deputies)]
    resident.objects.bulk_create([resident(deputy=d, station=s) for d, s in pairs], batch_size=BATCH)
    listens.objects.bulk_create([listens(deputy=d, division_id=s.division_id) for d, s in pairs], batch_size=BATCH)
