"""The counting in SQL, step by step, over temporary tables named ``counted_*``.

What happened (``counted_move``, ``counted_stay``) becomes facts; facts are counted by month and by every slice at once
(``counted_part``: a histogram where there are durations), rolled up to years, parent themes and counties, and compared
with what stands (``counted_final``).
"""

from .figures import FIGURES, GIVEN, NO_STAY, RETURNED, STAGES

SLICES = ("category", "division", "station", "deputy", "department")


def stage(column: str) -> str:
    """SQL: the stage of a state."""
    cases = " ".join(f"WHEN '{state}' THEN '{name}'" for name, states in STAGES.items() for state in states)
    return f"CASE {column} {cases} ELSE '' END"


def texts(words) -> str:
    """SQL: ('a', 'b')."""
    return "(" + ", ".join(f"'{word}'" for word in words) + ")"


# Working days up to and including each day since 1949, before which no date is taken in.
CALENDAR = """
    CREATE TEMP TABLE counted_day ON COMMIT DROP AS
    SELECT day::date, count(*) FILTER (WHERE coalesce(is_working, extract(isodow FROM day) < 6))
        OVER (ORDER BY day ROWS UNBOUNDED PRECEDING)::int AS passed
    FROM generate_series(date '1949-01-01', (%(now)s AT TIME ZONE %(zone)s)::date + 3, interval '1 day') AS day
    LEFT JOIN fzportal_holiday ON date = day::date
"""
CASES = """
    CREATE TEMP TABLE counted_case ON COMMIT DROP AS
    SELECT s.id, category_id, division_id, station_id, deputy_id, department_id, published_at IS NOT NULL AS is_public,
        (submitted_at AT TIME ZONE %(zone)s)::date AS day, 'declined:' || code AS declined
    FROM suggestions_suggestion s LEFT JOIN suggestions_declinereason r ON r.id = decline_reason_id
    WHERE status <> 'draft' AND submitted_at IS NOT NULL
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
    SELECT subject_id, 'stage:' || stage AS figure, entered, day
    FROM (
        SELECT subject_id, {stage("before")} AS stage, event, day,
            lag(day) OVER (PARTITION BY subject_id ORDER BY id) AS entered
        FROM counted_move WHERE {stage("before")} <> {stage("after")}
    ) stay
    WHERE stage <> '' AND entered IS NOT NULL AND event NOT IN {texts(NO_STAY)}
"""
PART = """
    CREATE TEMP TABLE counted_part (
        of text, of_id bigint, figure text, month date, days int, number bigint, public bigint, public_in_year bigint
    ) ON COMMIT DROP
"""

# Each suggestion at most once.
ONCE = """
    SELECT 'received' AS figure, id AS subject_id, day, NULL::int AS days FROM counted_case
    UNION ALL SELECT 'accepted', subject_id, day, NULL FROM counted_move WHERE is_accepted
    UNION ALL SELECT after, subject_id, day, NULL FROM counted_move
        WHERE after IN ('declined', 'merged', 'withdrawn') AND before <> after
    UNION ALL SELECT declined, c.id, m.day, NULL FROM counted_move m JOIN counted_case c ON c.id = subject_id
        WHERE after = 'declined' AND before <> after AND declined IS NOT NULL
    UNION ALL SELECT 'answered', subject_id, m.day, till.passed - since.passed
        FROM counted_move m JOIN counted_case c ON c.id = subject_id
        JOIN counted_day till ON till.day = m.day JOIN counted_day since ON since.day = c.day WHERE is_answer
    UNION ALL SELECT 'promised', subject_id, day, NULL FROM counted_move WHERE is_answer AND standing IS NOT NULL
    UNION ALL SELECT 'on_time', subject_id, day, NULL FROM counted_move WHERE is_answer AND at <= standing
"""
# Perhaps several times in one suggestion.
RATED = """
    SELECT reply.suggestion_id AS subject_id, (rating.at AT TIME ZONE %(zone)s)::date AS day, attitude, rating.result
    FROM suggestions_rating rating JOIN suggestions_reply reply ON reply.id = reply_id
"""
OFTEN = f"""
    SELECT 'extended' AS figure, subject_id, day, NULL::int AS days FROM counted_move WHERE event = 'extension_granted'
    UNION ALL SELECT 'rehandled', subject_id, day, NULL FROM counted_move
        WHERE after = 'rehandling' AND before <> after
    UNION ALL SELECT 'supervised', subject_id, day, NULL FROM counted_move
        WHERE after = 'supervised' AND before <> after
    UNION ALL SELECT 'closed_over', subject_id, day, NULL FROM counted_move WHERE event = 'closed_over'
    UNION ALL SELECT unnest(ARRAY['heard', 'silent']), subject_id, day, NULL FROM counted_move WHERE event = 'silent'
    UNION ALL SELECT unnest(ARRAY['heard', 'attitude:' || attitude, 'result:' || result]), subject_id, day, NULL
        FROM ({RATED}) rated
    UNION ALL SELECT figure, subject_id, s.day, till.passed - since.passed FROM counted_stay s
        JOIN counted_day till ON till.day = s.day JOIN counted_day since ON since.day = s.entered
"""
# Departments' parts: what, in which case, whose.
PARTS = f"""
    SELECT unnest(CASE WHEN event IN {texts(GIVEN)} THEN ARRAY['assigned'] ELSE ARRAY['returned'] END) AS figure,
        suggestion_id AS subject_id, (c.at AT TIME ZONE %(zone)s)::date AS day, NULL::int AS days, department_id
    FROM suggestions_assignmentchange c JOIN suggestions_assignment a ON a.id = c.subject_id
    WHERE event IN {texts(GIVEN + RETURNED)}
"""
# Kept by the moment of the last report before it was confirmed: the second person's time is not held against it.
COMMITMENTS = """
    WITH kept AS (
        SELECT c.id, suggestion_id, department_id, due_on, fulfilled_at,
            (SELECT max(at) FROM suggestions_commitmentchange
                WHERE subject_id = c.id AND event = 'promise_made') AS made,
            (SELECT max(at) FROM suggestions_commitmentchange
                WHERE subject_id = c.id AND event = 'promise_reported') AS reported
        FROM suggestions_commitment c WHERE status <> 'drafted'
    )
    SELECT 'commitments' AS figure, suggestion_id AS subject_id, (made AT TIME ZONE %(zone)s)::date AS day,
        NULL::int AS days, department_id FROM kept WHERE made IS NOT NULL
    UNION ALL SELECT unnest(ARRAY['commitments_due', CASE
            WHEN fulfilled_at IS NULL THEN 'commitments_overdue'
            WHEN (coalesce(reported, fulfilled_at) AT TIME ZONE %(zone)s)::date <= due_on THEN 'commitments_kept'
            ELSE 'commitments_late' END]), suggestion_id, due_on, NULL, department_id
        FROM kept WHERE due_on < (%(now)s AT TIME ZONE %(zone)s)::date
"""
PROPOSALS = """
    SELECT figure, category_id, NULL::bigint AS division_id, NULL::bigint AS station_id, deputy_id, department_id,
        true AS is_public, true AS in_month, true AS in_year, (at AT TIME ZONE %(zone)s)::date AS day, NULL::int AS days
    FROM (
        SELECT subject_id, before, after, at, lag(due_at) OVER history AS standing,
            count(*) FILTER (WHERE before = 'draft' AND after = 'submitted') OVER history AS submitted,
            count(*) FILTER (WHERE before <> after AND after = 'replied') OVER history AS answered
        FROM suggestions_proposalchange
        WINDOW history AS (PARTITION BY subject_id ORDER BY id ROWS UNBOUNDED PRECEDING)
    ) line
    JOIN suggestions_proposal p ON p.id = subject_id
    CROSS JOIN LATERAL unnest(CASE
        WHEN after = 'submitted' AND before = 'draft' AND submitted = 1 THEN ARRAY['proposals']
        WHEN NOT (after = 'replied' AND before <> after AND answered = 1) THEN ARRAY[]::text[]
        WHEN standing IS NULL THEN ARRAY['proposals_answered']
        WHEN at > standing THEN ARRAY['proposals_answered', 'proposals_promised']
        ELSE ARRAY['proposals_answered', 'proposals_promised', 'proposals_on_time'] END) AS figure
    WHERE p.status NOT IN ('draft', 'withdrawn')
"""


def of_cases(facts: str, *, is_once: bool, department: str = "c.department_id") -> str:
    """Facts with the slices of their suggestion, and whether each is its suggestion's first in the month, the year."""
    whose = ", fact.department_id" if department.startswith("fact.") else ""
    first = "true AS in_month, true AS in_year"
    if not is_once:
        before = f"OVER (PARTITION BY figure, subject_id{whose} ORDER BY fact.day)"
        first = ", ".join(
            f"date_trunc('{span}', lag(fact.day) {before}) IS DISTINCT FROM date_trunc('{span}', fact.day) AS in_{span}"
            for span in ("month", "year")
        )
    return f"""
        SELECT figure, category_id, division_id, station_id, deputy_id, {department} AS department_id, is_public,
            fact.day, days, {first}
        FROM ({facts}) fact JOIN counted_case c ON c.id = subject_id
    """


def count(facts: str, slices=("", *SLICES)) -> str:
    """Add facts to ``counted_part``, by month, for the whole city ("") and by each of ``slices``."""
    named = [f"{s}_id" for s in slices if s]
    sets = ", ".join(f"(figure, month, days, {s}_id)" if s else "(figure, month, days)" for s in slices)
    of = " ".join(f"WHEN grouping({s}_id) = 0 THEN '{s}'" for s in slices if s)
    city = " AND ".join(f"grouping({n}) = 1" for n in named)
    pk = f"coalesce({', '.join(named)})"
    return f"""
        INSERT INTO counted_part
        SELECT CASE {of} ELSE 'city' END, coalesce({pk}, 0), figure, month, days, count(*),
            count(*) FILTER (WHERE is_public AND in_month), count(*) FILTER (WHERE is_public AND in_year)
        FROM (SELECT *, date_trunc('month', day)::date AS month FROM ({facts}) dated WHERE day IS NOT NULL) fact
        GROUP BY GROUPING SETS ({sets})
        HAVING {pk} IS NOT NULL OR ({city})
    """


COUNTS = (
    count(of_cases(ONCE, is_once=True)),
    count(of_cases(OFTEN, is_once=False)),
    count(of_cases(PARTS, is_once=False), ("", "category", "division", "station", "deputy")),
    count(of_cases(PARTS, is_once=False, department="fact.department_id"), ("department",)),
    # Lists of promises and of proposals show these, not suggestions: each is its own.
    count(of_cases(COMMITMENTS, is_once=True, department="fact.department_id")),
    count(PROPOSALS),
)

# A theme counts for its task area too, a street for its county; what concerns the whole city stands with the city.
ABOVE = """
    CREATE TEMP TABLE counted_above ON COMMIT DROP AS
    SELECT 'category' AS of, id AS of_id, id AS above_id FROM suggestions_category
    UNION ALL SELECT 'category', id, parent_id FROM suggestions_category WHERE parent_id IS NOT NULL
    UNION ALL SELECT 'division', id, id FROM liaison_division WHERE level IN ('county', 'street')
    UNION ALL SELECT 'division', id, parent_id FROM liaison_division WHERE level = 'street'
"""
FRESH = """
    CREATE TEMP TABLE counted_fresh ON COMMIT DROP AS
    WITH monthly AS (
        SELECT part.of, coalesce(above_id, part.of_id) AS of_id, figure, month, days, sum(number) AS number,
            sum(public) AS public, sum(public_in_year) AS public_in_year
        FROM counted_part part LEFT JOIN counted_above above ON above.of = part.of AND above.of_id = part.of_id
        WHERE part.of <> 'division' OR above_id IS NOT NULL
        GROUP BY 1, 2, 3, 4, 5
    ), spanned AS MATERIALIZED (
        SELECT of, of_id, 'month' AS span, month AS begins, figure, days, number, public FROM monthly
        UNION ALL
        SELECT of, of_id, 'year', date_trunc('year', month)::date, figure, days, sum(number), sum(public_in_year)
        FROM monthly GROUP BY 1, 2, 4, 5, 6
    ), reached AS (
        SELECT *, sum(number) OVER (figure_of ORDER BY days) AS upto, sum(number) OVER figure_of AS whole
        FROM spanned WHERE days IS NOT NULL WINDOW figure_of AS (PARTITION BY of, of_id, figure, span, begins)
    )
    SELECT of, of_id, span, begins, figure, sum(number)::bigint AS number, sum(public)::bigint AS public,
        min(days) FILTER (WHERE upto * 2 >= whole) AS median, min(days) FILTER (WHERE upto * 10 >= whole * 9) AS p90
    FROM reached GROUP BY of, of_id, figure, span, begins
    UNION ALL
    SELECT of, of_id, span, begins, figure, sum(number)::bigint, sum(public)::bigint, NULL, NULL
    FROM spanned WHERE days IS NULL GROUP BY of, of_id, figure, span, begins
"""
SHARES = " ".join(f"WHEN '{figure.name}' THEN '{figure.base}'" for figure in FIGURES if figure.base)
FINAL = f"""
    CREATE TEMP TABLE counted_final ON COMMIT DROP AS
    SELECT f.*, b.number AS base
    FROM (
        SELECT *, CASE WHEN figure LIKE 'declined:%%' THEN 'declined' ELSE CASE figure {SHARES} END END AS share_of
        FROM counted_fresh
    ) f
    LEFT JOIN counted_fresh b ON b.of = f.of AND b.of_id = f.of_id AND b.span = f.span AND b.begins = f.begins
        AND b.figure = f.share_of
"""
SAME = "f.of = s.of AND f.of_id = s.of_id AND f.span = s.span AND f.begins = s.begins AND f.figure = s.figure"
OUTDATED = f"""
    DELETE FROM suggestions_statistic s WHERE NOT EXISTS (
        SELECT FROM counted_final f WHERE {SAME} AND (f.number, f.public, f.base, f.median, f.p90)
            IS NOT DISTINCT FROM (s.number, s.public, s.base, s.median, s.p90)
    )
"""
NEW = f"""
    INSERT INTO suggestions_statistic (of, of_id, span, begins, figure, number, public, base, median, p90)
    SELECT of, of_id, span, begins, figure, number, public, base, median, p90 FROM counted_final f
    WHERE NOT EXISTS (SELECT FROM suggestions_statistic s WHERE {SAME})
"""
TABLES = ("day", "case", "move", "stay", "part", "above", "fresh", "final")
# Each step with the table it fills, which the planner is then told about.
STEPS = (
    (CALENDAR, "day"), (CASES, "case"), (MOVES, "move"), (STAYS, "stay"), (PART, ""),
    *((sql, "") for sql in COUNTS[:-1]), (COUNTS[-1], "part"), (ABOVE, "above"), (FRESH, "fresh"), (FINAL, "final"),
)  # fmt: skip
