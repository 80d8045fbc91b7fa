"""Every published figure, of every slice, is what a slow recount of the history finds, and so is the list behind it."""

import random
from datetime import date, timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import OfficeMember
from liaison.models import Deputy
from suggestions import statistics
from suggestions.models import Commitment, DepartmentMember, Proposal, ProposalChange, Statistic, Suggestion

from .days import Days
from .recount import recount

CAST = (
    "citizen", "neighbour", "deputy", "other_deputy", "office", "other_office", "handler", "approver",
    "other_handler", "other_approver",
)  # fmt: skip


@pytest.fixture
def people(request):
    found = {name: request.getfixturevalue(name) for name in CAST}
    for model in (OfficeMember, DepartmentMember, Deputy):
        model.objects.update(since=date(2020, 1, 1))
    return found


def counted():
    rows = Statistic.objects.values_list("of", "of_id", "span", "begins", "figure", "number", "public", "base",
                                         "median", "p90")  # fmt: skip
    return {row[:5]: row[5:] for row in rows}


def a_proposal(dice, city, at):
    """A proposal with its history, answered or not, in time or not."""
    submitted, answered = at, at + timedelta(days=dice.randint(20, 140))
    proposal = Proposal.objects.create(
        number=f"榕人代建〔{at.year}〕{dice.randint(1, 10**9)}号", status="replied", term=city.term, title="建议",
        deputy=Deputy.objects.first(), category=city.category, department=dice.choice([None, city.education]),
        situation="情况", request="请办", submitted_at=submitted, answered_at=answered,
    )  # fmt: skip
    due = dice.choice([None, submitted + timedelta(days=90)])
    ProposalChange.objects.bulk_create(
        ProposalChange(subject=proposal, before=before, after=after, event=event, role="x", at=moment, due_at=due_at)
        for before, after, event, moment, due_at in (
            ("draft", "submitted", "proposal_submitted", submitted, None),
            ("submitted", "draft", "proposal_not_taken", submitted + timedelta(days=1), None),
            ("draft", "submitted", "proposal_submitted", submitted + timedelta(days=2), None),
            ("submitted", "assigned", "proposal_assigned", submitted + timedelta(days=9), due),
            ("assigned", "replied", "proposal_replied", answered, None),
            ("replied", "rehandling", "proposal_rehandling", answered + timedelta(days=9), due),
            ("rehandling", "replied", "proposal_replied", answered + timedelta(days=19), None),
        )
    )


@pytest.mark.parametrize(("seed", "steps"), [(1, 100), (5, 350)])
def test_every_figure_equals_a_recount_of_random_histories(seed, steps, people, city, monkeypatch):
    dice = random.Random(seed)
    days = Days(dice, monkeypatch, people, city)
    for part in range(2):
        days.live(steps)
        for _n in range(5):
            a_proposal(dice, city, days.now)
        statistics.refresh(days.now)
        assert counted() == recount(days.now), part
    behind_every_number()
    if steps == 350:
        they_hold_what_they_are_to_prove(days.now)


def behind_every_number():
    """The list behind a figure shows as many as the figure says are public."""
    for of in ("city", "category", "division", "department", "station", "deputy"):
        # Months of the departments, whose parts are their own; years of the others.
        spans = ("month", "year") if of in ("city", "department") else ("year",)
        for row in Statistic.objects.filter(of=of, span__in=spans):
            if row.figure.startswith(("commitments", "proposals")):
                continue
            last = (row.begins + timedelta(days=370 if row.span == "year" else 31)).replace(day=1) - timedelta(days=1)
            last = last.replace(month=12, day=31, year=row.begins.year) if row.span == "year" else last
            rows = Suggestion.objects.published()
            if of == "category":
                rows = rows.filter(category__in=[row.of_id]) | rows.filter(category__parent=row.of_id)
            elif of == "division":
                rows = rows.filter(division=row.of_id) | rows.filter(division__parent=row.of_id)
            elif of in ("station", "deputy"):
                rows = rows.filter(**{of: row.of_id})
            department = row.of_id if of == "department" else None
            found = statistics.behind(rows, row.figure, row.begins, last, department)
            assert found.count() == row.public, (row, department)


def they_hold_what_they_are_to_prove(now):
    """Nearly every figure has been counted; late answers, broken promises and a turn of the year are there."""
    seen = set(Statistic.objects.filter(number__gt=0).values_list("figure", flat=True))
    # Dice may spare one or two.
    assert len({f.name for f in statistics.FIGURES} - seen) <= 2
    assert Statistic.objects.filter(figure="on_time", number__lt=F("base")).exists()
    assert Commitment.objects.filter(missed_at__isnull=False).exists()
    assert timezone.localdate(now).year > 2025
