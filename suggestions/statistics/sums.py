"""Facts become figures, in SQL: a histogram of working days by slice and month, its sums by year, and what differs.

Every step reads its table once and groups by small numbers: the time grows with the facts, not faster.
"""

# What a figure is of, and the slices of a fact that count for it.
KINDS = {
    "city": ("city",), "category": ("theme", "area"), "division": ("street", "county"), "station": ("station",),
    "deputy": ("deputy",), "department": ("department",),
}  # fmt: skip
SLICES = ("city", "theme", "area", "street", "county", "station", "deputy", "department")
# Of these there are so many, with so few cases a month, that how long a stage took is counted by year alone.
SMALL = ("street", "station", "deputy")

PART = """
    CREATE TEMP TABLE counted_part (
        of_id bigint, of int, figure int, month int, days int, number int, public int, public_in_year int,
        has_month boolean
    ) ON COMMIT DROP
"""


def sums(numbers) -> list[str]:
    """Add the histograms of every slice to ``counted_part``; ``numbers``: those of the figures."""
    stages = ", ".join(str(number) for name, number in numbers.items() if name.startswith("stage:"))
    found = []
    for of, slices in enumerate(KINDS.values()):
        for name in slices:
            has_month = f"figure NOT IN ({stages})" if name in SMALL else "true"
            found.append(f"""
                INSERT INTO counted_part
                SELECT {name}, {of}, figure, month_shown, days, count(*),
                    count(*) FILTER (WHERE is_public AND in_month), count(*) FILTER (WHERE is_public AND in_year),
                    {has_month}
                FROM (
                    SELECT *, CASE WHEN {has_month} THEN month ELSE month / 12 * 12 END AS month_shown FROM counted_fact
                ) fact
                WHERE {name} IS NOT NULL GROUP BY {name}, figure, month_shown, days
            """)
    return found


# ``begins``: the month, or the year.
FRESH = """
    CREATE TEMP TABLE counted_fresh ON COMMIT DROP AS
    WITH spanned AS MATERIALIZED (
        SELECT of_id, of, figure, month AS begins, false AS is_year, days, number, public
        FROM counted_part WHERE has_month
        UNION ALL
        SELECT of_id, of, figure, month / 12, true, days, sum(number)::int, sum(public_in_year)::int
        FROM counted_part GROUP BY of_id, of, figure, month / 12, days
    ), reached AS (
        SELECT *, sum(number) OVER (figure_of ORDER BY days) AS upto, sum(number) OVER figure_of AS whole
        FROM spanned WHERE days IS NOT NULL WINDOW figure_of AS (PARTITION BY of_id, of, figure, begins, is_year)
    )
    SELECT of_id, of, figure, begins, is_year, sum(number) AS number, sum(public) AS public,
        min(days) FILTER (WHERE upto * 2 >= whole) AS median, min(days) FILTER (WHERE upto * 10 >= whole * 9) AS p90
    FROM reached GROUP BY of_id, of, figure, begins, is_year
    UNION ALL
    SELECT of_id, of, figure, begins, is_year, sum(number), sum(public), NULL, NULL
    FROM spanned WHERE days IS NULL GROUP BY of_id, of, figure, begins, is_year
"""
OF = " ".join(f"WHEN {number} THEN '{of}'" for number, of in enumerate(KINDS))
FINAL = f"""
    CREATE TEMP TABLE counted_final ON COMMIT DROP AS
    SELECT CASE f.of {OF} END AS of, f.of_id, CASE WHEN f.is_year THEN 'year' ELSE 'month' END AS span,
        CASE WHEN f.is_year THEN make_date(f.begins, 1, 1) ELSE make_date(f.begins / 12, f.begins %% 12 + 1, 1) END
            AS begins,
        f.name AS figure, f.number, f.public, b.number AS base, f.median, f.p90
    FROM (SELECT * FROM counted_fresh JOIN counted_name USING (figure)) f
    LEFT JOIN counted_fresh b ON b.of_id = f.of_id AND b.of = f.of AND b.figure = nullif(f.share_of, 0)
        AND b.begins = f.begins AND b.is_year = f.is_year
"""
# ``stands``: the row of the table; a row without a figure is one that counts no more. A full join is never a loop,
# which an empty or unknown table would tempt the planner to.
CHANGED = """
    CREATE TEMP TABLE counted_change ON COMMIT DROP AS
    SELECT s.id AS stands, f.* FROM counted_final f FULL JOIN suggestions_statistic s
        ON f.of = s.of AND f.of_id = s.of_id AND f.span = s.span AND f.begins = s.begins AND f.figure = s.figure
    WHERE (f.number, f.public, f.base, f.median, f.p90)
        IS DISTINCT FROM (s.number, s.public, s.base, s.median, s.p90)
"""
GONE = """
    DELETE FROM suggestions_statistic s USING counted_change c WHERE s.id = stands AND c.figure IS NULL
"""
UPDATED = """
    UPDATE suggestions_statistic s
    SET number = c.number, public = c.public, base = c.base, median = c.median, p90 = c.p90
    FROM counted_change c WHERE s.id = stands AND c.figure IS NOT NULL
"""
NEW = """
    INSERT INTO suggestions_statistic (of, of_id, span, begins, figure, number, public, base, median, p90)
    SELECT of, of_id, span, begins, figure, number, public, base, median, p90 FROM counted_change WHERE stands IS NULL
"""
