"""What happened, in SQL: lines of history, ratings, parts, promises and proposals become facts in ``counted_fact``.

A fact is a figure (its number in ``NUMBERS``), a month (counted from the year 0), working days or none, and what it
belongs to. ``sums`` counts them; all tables here are temporary. Numbers and not words, for a city has ten millions.
"""

from .figures import FIGURES, GIVEN, NO_STAY, RETURNED, STAGES
from .sums import CHANGED, FINAL, FRESH, PART, SLICES, sums

NUMBERS = {figure.name: number for number, figure in enumerate(FIGURES, 1)}
# "declined:<code>" is this and the pk of the reason.
REASONS = 1000


def stage(column: str) -> str:
    """SQL: the figure of the stage a state belongs to, 0 for none."""
    cases = " ".join(
        f"WHEN '{state}' THEN {NUMBERS[f'stage:{name}']}" for name, states in STAGES.items() for state in states
    )
    return f"CASE {column} {cases} ELSE 0 END"


def grade(kind: str) -> str:
    """SQL: the figure of a grade; ``kind``: attitude or result."""
    cases = " ".join(f"WHEN {grade} THEN {NUMBERS[f'{kind}:{grade}']}" for grade in (1, 2, 3))
    return f"CASE {kind} {cases} END"


def texts(words) -> str:
    """SQL: ('a', 'b')."""
    return "(" + ", ".join(f"'{word}'" for word in words) + ")"


def numbers(*names) -> str:
    """SQL: an array of figures."""
    return f"ARRAY[{', '.join(str(NUMBERS[name]) for name in names)}]"


# The names of figures, and what each is a share of.
NAMES = f"""
    CREATE TEMP TABLE counted_name ON COMMIT DROP AS
    SELECT * FROM (VALUES {", ".join(f"({n}, '{f.name}', {NUMBERS.get(f.base, 0)})" for n, f in enumerate(FIGURES, 1))})
        AS named (figure, name, share_of)
    UNION ALL SELECT {REASONS} + id, 'declined:' || code, {NUMBERS["declined"]} FROM suggestions_declinereason
"""
# Working days up to and including each day since 1949, before which no date is taken in.
CALENDAR = """
    CREATE TEMP TABLE counted_day ON COMMIT DROP AS
    SELECT day::date, (extract(year FROM day) * 12 + extract(month FROM day) - 1)::int AS month,
        count(*) FILTER (WHERE coalesce(is_working, extract(isodow FROM day) < 6))
            OVER (ORDER BY day ROWS UNBOUNDED PRECEDING)::int AS passed
    FROM generate_series(date '1949-01-01', (%(now)s AT TIME ZONE %(zone)s)::date + 366, interval '1 day') AS day
    LEFT JOIN fzportal_holiday ON date = day::date
"""
# A task area includes its themes and a county its streets; what concerns the whole city stands with the city.
CASES = f"""
    CREATE TEMP TABLE counted_case ON COMMIT DROP AS
    SELECT s.id, 0 AS city, theme, area, street, county, station_id AS station, deputy_id AS deputy,
        department_id AS department, published_at IS NOT NULL AS is_public,
        (submitted_at AT TIME ZONE %(zone)s)::date AS day, {REASONS} + decline_reason_id AS declined
    FROM suggestions_suggestion s
    LEFT JOIN counted_theme USING (category_id) LEFT JOIN counted_place USING (division_id)
    WHERE status <> 'draft' AND submitted_at IS NOT NULL
"""
THEMES = """
    CREATE TEMP TABLE counted_theme ON COMMIT DROP AS
    SELECT c.id AS category_id, CASE WHEN c.parent_id IS NOT NULL THEN c.id END AS theme,
        coalesce(c.parent_id, c.id) AS area
    FROM suggestions_category c
"""
PLACES = """
    CREATE TEMP TABLE counted_place ON COMMIT DROP AS
    SELECT id AS division_id, CASE level WHEN 'street' THEN id END AS street,
        CASE level WHEN 'street' THEN parent_id ELSE id END AS county
    FROM liaison_division WHERE level IN ('county', 'street')
"""
# The promise that stood before each line, and which time it was that something happened.
MOVES = """
    CREATE TEMP TABLE counted_move ON COMMIT DROP AS
    SELECT id, subject_id, before, after, event, at, (at AT TIME ZONE %(zone)s)::date AS day, standing,
        after IN ('accepted', 'triaging') AND accepted = 1 AS is_accepted,
        after = 'replied' AND answered = 1 AS is_answer
    FROM (
        SELECT id, subject_id, before, after, event, at, lag(due_at) OVER history AS standing,
            count(*) FILTER (WHERE before <> after AND after IN ('accepted', 'triaging')) OVER history AS accepted,
            count(*) FILTER (WHERE before <> after AND after = 'replied') OVER history AS answered
        FROM suggestions_suggestionchange
        WINDOW history AS (PARTITION BY subject_id ORDER BY id ROWS UNBOUNDED PRECEDING)
    ) line
    WHERE before <> after OR event = 'extension_granted'
"""
STAYS = f"""
    CREATE TEMP TABLE counted_stay ON COMMIT DROP AS
    SELECT subject_id, figure, entered, day
    FROM (
        SELECT subject_id, {stage("before")} AS figure, event, day,
            lag(day) OVER (PARTITION BY subject_id ORDER BY id) AS entered
        FROM counted_move WHERE {stage("before")} <> {stage("after")}
    ) stay
    WHERE figure <> 0 AND entered IS NOT NULL AND event NOT IN {texts(NO_STAY)}
"""
FACT = f"""
    CREATE TEMP TABLE counted_fact (
        {", ".join(f"{name} bigint" for name in SLICES)}, figure int, month int, days int,
        is_public boolean, in_month boolean, in_year boolean
    ) ON COMMIT DROP
"""

# Each suggestion at most once.
ONCE = f"""
    SELECT {NUMBERS["received"]} AS figure, id AS subject_id, day, NULL::date AS since FROM counted_case
    UNION ALL SELECT {NUMBERS["accepted"]}, subject_id, day, NULL FROM counted_move WHERE is_accepted
    UNION ALL SELECT CASE after WHEN 'declined' THEN {NUMBERS["declined"]} WHEN 'merged' THEN {NUMBERS["merged"]}
            ELSE {NUMBERS["withdrawn"]} END, subject_id, day, NULL FROM counted_move
        WHERE after IN ('declined', 'merged', 'withdrawn') AND before <> after
    UNION ALL SELECT declined, c.id, m.day, NULL FROM counted_move m JOIN counted_case c ON c.id = subject_id
        WHERE after = 'declined' AND before <> after AND declined IS NOT NULL
    UNION ALL SELECT {NUMBERS["answered"]}, subject_id, m.day, c.day
        FROM counted_move m JOIN counted_case c ON c.id = subject_id WHERE is_answer
    UNION ALL SELECT {NUMBERS["promised"]}, subject_id, day, NULL FROM counted_move
        WHERE is_answer AND standing IS NOT NULL
    UNION ALL SELECT {NUMBERS["on_time"]}, subject_id, day, NULL FROM counted_move WHERE is_answer AND at <= standing
"""
# Perhaps several times in one suggestion.
RATED = """
    SELECT reply.suggestion_id AS subject_id, (rating.at AT TIME ZONE %(zone)s)::date AS day, attitude, rating.result
    FROM suggestions_rating rating JOIN suggestions_reply reply ON reply.id = reply_id
"""
OFTEN = f"""
    SELECT {NUMBERS["extended"]} AS figure, subject_id, day, NULL::date AS since
        FROM counted_move WHERE event = 'extension_granted'
    UNION ALL SELECT {NUMBERS["rehandled"]}, subject_id, day, NULL FROM counted_move
        WHERE after = 'rehandling' AND before <> after
    UNION ALL SELECT {NUMBERS["supervised"]}, subject_id, day, NULL FROM counted_move
        WHERE after = 'supervised' AND before <> after
    UNION ALL SELECT {NUMBERS["closed_over"]}, subject_id, day, NULL FROM counted_move WHERE event = 'closed_over'
    UNION ALL SELECT unnest({numbers("heard", "silent")}), subject_id, day, NULL FROM counted_move
        WHERE event = 'silent'
    UNION ALL SELECT unnest(ARRAY[{NUMBERS["heard"]}, {grade("attitude")}, {grade("result")}]), subject_id, day, NULL
        FROM ({RATED}) rated
    UNION ALL SELECT figure, subject_id, day, entered FROM counted_stay
"""
# Departments' parts: what, in which case, whose.
PARTS = f"""
    SELECT CASE WHEN event IN {texts(GIVEN)} THEN {NUMBERS["assigned"]} ELSE {NUMBERS["returned"]} END AS figure,
        suggestion_id AS subject_id, (c.at AT TIME ZONE %(zone)s)::date AS day, NULL::date AS since, department_id
    FROM suggestions_assignmentchange c JOIN suggestions_assignment a ON a.id = c.subject_id
    WHERE event IN {texts(GIVEN + RETURNED)}
"""
# Kept by the moment of the last report before it was confirmed: the second person's time is not held against it.
COMMITMENTS = f"""
    WITH kept AS (
        SELECT c.id, suggestion_id, department_id, due_on, fulfilled_at, made, reported
        FROM suggestions_commitment c LEFT JOIN (
            SELECT subject_id, max(at) FILTER (WHERE event = 'promise_made') AS made,
                max(at) FILTER (WHERE event = 'promise_reported') AS reported
            FROM suggestions_commitmentchange GROUP BY subject_id
        ) told ON told.subject_id = c.id WHERE status <> 'drafted'
    )
    SELECT {NUMBERS["commitments"]} AS figure, suggestion_id AS subject_id,
        (made AT TIME ZONE %(zone)s)::date AS day, NULL::date AS since, department_id FROM kept WHERE made IS NOT NULL
    UNION ALL SELECT unnest(ARRAY[{NUMBERS["commitments_due"]}, CASE
            WHEN fulfilled_at IS NULL THEN {NUMBERS["commitments_overdue"]}
            WHEN (coalesce(reported, fulfilled_at) AT TIME ZONE %(zone)s)::date <= due_on
            THEN {NUMBERS["commitments_kept"]} ELSE {NUMBERS["commitments_late"]} END]),
            suggestion_id, due_on, NULL, department_id
        FROM kept WHERE due_on < (%(now)s AT TIME ZONE %(zone)s)::date
"""
PROPOSALS = f"""
    INSERT INTO counted_fact
    SELECT 0, theme, area, NULL::bigint, NULL::bigint, NULL::bigint, deputy_id, department_id, figure, month, NULL::int,
        true, true, true
    FROM (
        SELECT subject_id, before, after, at, lag(due_at) OVER history AS standing,
            count(*) FILTER (WHERE before = 'draft' AND after = 'submitted') OVER history AS submitted,
            count(*) FILTER (WHERE before <> after AND after = 'replied') OVER history AS answered
        FROM suggestions_proposalchange
        WINDOW history AS (PARTITION BY subject_id ORDER BY id ROWS UNBOUNDED PRECEDING)
    ) line
    JOIN suggestions_proposal p ON p.id = subject_id LEFT JOIN counted_theme USING (category_id)
    JOIN counted_day till ON till.day = (at AT TIME ZONE %(zone)s)::date
    CROSS JOIN LATERAL unnest(CASE
        WHEN after = 'submitted' AND before = 'draft' AND submitted = 1 THEN {numbers("proposals")}
        WHEN NOT (after = 'replied' AND before <> after AND answered = 1) THEN ARRAY[]::int[]
        WHEN standing IS NULL THEN {numbers("proposals_answered")}
        WHEN at > standing THEN {numbers("proposals_answered", "proposals_promised")}
        ELSE {numbers("proposals_answered", "proposals_promised", "proposals_on_time")} END) AS figure
    WHERE p.status NOT IN ('draft', 'withdrawn')
"""


def of_cases(facts: str, *, is_once: bool, slices=SLICES, department="c.department") -> str:
    """Add facts with what their suggestion belongs to, and whether each is its first in the month, in the year.

    ``slices``: which they count for; ``department``: whose they are.
    """
    whose = ", department_id" if department == "department_id" else ""
    first = "true, true"
    if not is_once:
        last = f"lag(till.month) OVER (PARTITION BY subject_id, figure{whose} ORDER BY till.month)"
        first = f"{last} IS DISTINCT FROM till.month, {last} / 12 IS DISTINCT FROM till.month / 12"
    of = {name: f"c.{name}" if name in slices else "NULL" for name in SLICES}
    of["department"] = department if "department" in slices else "NULL"
    return f"""
        INSERT INTO counted_fact
        SELECT {", ".join(of.values())}, figure, till.month, till.passed - begun.passed, is_public, {first}
        FROM ({facts}) fact JOIN counted_case c ON c.id = subject_id JOIN counted_day till ON till.day = fact.day
        LEFT JOIN counted_day begun ON begun.day = since
    """


FACTS = (
    of_cases(ONCE, is_once=True),
    of_cases(OFTEN, is_once=False),
    of_cases(PARTS, is_once=False, slices=SLICES[:-1]),
    of_cases(PARTS, is_once=False, slices=SLICES[-1:], department="department_id"),
    # Lists of promises and of proposals show these, not suggestions: each is its own.
    of_cases(COMMITMENTS, is_once=True, department="department_id"),
    PROPOSALS,
)
TABLES = ("name", "day", "theme", "place", "case", "move", "stay", "fact", "part", "fresh", "final", "change")
# Each step with the table it fills, which the planner is then told about.
STEPS = (
    (NAMES, "name"), (CALENDAR, "day"), (THEMES, "theme"), (PLACES, "place"), (CASES, "case"), (MOVES, "move"),
    (STAYS, "stay"), (FACT, ""), *((sql, "") for sql in FACTS[:-1]), (FACTS[-1], "fact"),
    (PART, ""), *((sql, "") for sql in sums(NUMBERS)[:-1]), (sums(NUMBERS)[-1], "part"), (FRESH, "fresh"),
    (FINAL, "final"), (CHANGED, "change"),
)  # fmt: skip
