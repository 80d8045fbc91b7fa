"""Whatever everybody does in whatever order: no illegal way, no dead end, no date unexplained, nobody left out."""

import os
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from fzportal.models import Holiday
from fzportal.workflow import MoveNotAllowed
from notifications import workflow as notifications
from notifications.models import Notification
from suggestions import tasks, workflow
from suggestions.models import Assignment, Commitment, Proposal, Suggestion
from tests.clock import settable

from .histories import acts, told
from .histories.holds import Touched, everything_holds, proposal_holds
from .histories.stage import Stage, heard_at_station, people_of

# `make histories` asks for 1,000 and another beginning each time; here as many as a test run has time for.
HISTORIES = int(os.environ.get("HISTORIES", "40"))
SEED = int(os.environ.get("HISTORIES_SEED", "20260101"))
STEPS = 50
# A failing history is told step by step as it is; making it short takes minutes: HISTORIES_SHRINK=1.
PHASES = [Phase.generate, Phase.shrink] if os.environ.get("HISTORIES_SHRINK") else [Phase.generate]
# Each part is a test of its own, for two processes to share.
PARTS = 4
PEOPLE = (
    "citizen", "neighbour", "stranger", "deputy", "other_deputy", "officer", "handler", "approver", "other_handler",
    "other_approver", "office", "other_office",
)  # fmt: skip
MONDAY = datetime(2024, 3, 4, 9, tzinfo=timezone.get_fixed_timezone(480))
LAST_DAY = datetime(2026, 10, 1, tzinfo=timezone.get_fixed_timezone(480))
numbers = st.integers(0, 59)
KINDS = (Suggestion, Assignment, Commitment, Proposal)


class Histories(Stage, RuleBasedStateMachine):
    """Three cases and more: of a citizen, of somebody without an account, of a neighbour; and a clock."""

    steps = finished = 0
    happened = Counter()

    def __init__(self):
        RuleBasedStateMachine.__init__(self)
        Stage.__init__(self)
        self.touched = Touched()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.clock.set(MONDAY)

    @initialize(is_claimed=st.booleans())
    def three_cases(self, is_claimed):
        for author in ("citizen", "neighbour"):
            self.begin(author)
        by = self.people["deputy" if is_claimed else "officer"]
        self.remember(workflow.raise_from_reception(
            self.reception, by=by, title="食堂", category=self.city.category, division=self.city.street,
            is_claimed=is_claimed,
        ))  # fmt: skip

    @rule(what=st.integers(0, 23), which=numbers, pick=numbers, n=numbers)
    def step(self, what, which, pick, n):
        """One rule for all that happens: hypothesis leaves out rules at random, and half a world goes nowhere."""
        type(self).steps += 1
        # Nothing happens at the same moment as something else.
        self.clock.advance(seconds=1)
        case = self.chosen(which)
        if what < 17:
            self.attempt(self.fitting(case, what), pick, case, n)
        elif what == 17:
            self.attempt(acts.ANYWHERE, pick, case, n)
        elif what < 20:
            self.standin = (*PEOPLE, "double", "third_handler", "code", "clock")[which % 16]
            self.attempt(acts.ALL, pick, case, n)
            self.standin = None
        elif what < 22:
            self.wait((1, 26, 24 * 4, 24 * 12, 24 * 30)[n % 5])
        elif what == 22:
            self.change_the_calendar(n)
        else:
            self.tell()
        for touched in Suggestion.objects.filter(pk__in=self.touched.since()):
            everything_holds(self, touched)
        if what < 20 and case.taken_up_id:
            proposal_holds(self, Proposal.objects.get(pk=case.taken_up_id))

    def chosen(self, which):
        """A case, rather one that goes on; when none does, a new one begins."""
        rows = list(Suggestion.objects.filter(pk__in=self.cases).order_by("pk"))
        going = [case for case in rows if case.status not in ("declined", "merged", "withdrawn")]
        if not going:
            self.begin(("citizen", "neighbour")[which % 2])
            return Suggestion.objects.get(pk=self.cases[-1])
        if which % 2 and self.case in going:
            return next(case for case in going if case == self.case)
        among = rows if which % 10 == 8 else going
        return among[which // 2 % len(among)]

    def fitting(self, case, what):
        """What fits the case: its state, the proposal it is taken up into, or what was promised in it."""
        if case.taken_up_id and (what > 14 or (case.status == "escalated" and what)):
            return acts.OF_PROPOSALS[case.taken_up.status]
        if what > 12 and case.commitments.given().exists():
            return acts.OF_PROMISES
        return acts.OFTEN[case.status]

    def attempt(self, possible, pick, case, n):
        """Let somebody act. What is refused leaves no line behind."""
        act = possible[pick % len(possible)]
        # Nobody lets the clock raise a proposal, and there must be one.
        if act in (acts.take_up, *acts.ON_PROPOSALS) and (
            self.standin == "clock" or (act is not acts.take_up and case.taken_up_id is None)
        ):
            return
        # Seldom: a case taken back, or turned away, has no history.
        if act in acts.ENDING and n % 4 and self.standin is None:
            act = possible[0]
        self.case, lines = case, case.changes.count()
        said = f"{case.pk} {case.status}: {act.__name__} {n} {self.standin or ''}"
        try:
            act(self, case, n)
            note(said)
        except MoveNotAllowed:
            note(f"({said})")
            assert case.changes.count() == lines

    def wait(self, hours):
        """Time passes, and what happens by itself happens; running twice changes nothing more."""
        self.clock.set(min(self.clock.moment + timedelta(hours=hours), LAST_DAY))
        note(f"-> {self.clock.moment}")
        self.what_time_brings()
        if hours == 26:
            lines = self.lines()
            self.what_time_brings()
            assert self.lines() == lines

    def what_time_brings(self):
        for task in (tasks.remind, tasks.close_silent, tasks.close_silent_proposals, tasks.miss_commitments):
            task()

    def count(self):
        """What happened how often, for those who want to see that everything does: HISTORIES_COUNT=1."""
        for kind in KINDS:
            changes = kind._meta.get_field("changes").related_model.objects
            self.happened.update(changes.values_list("event", flat=True))

    def lines(self):
        """How many lines of history there are."""
        return [kind._meta.get_field("changes").related_model.objects.count() for kind in KINDS]

    def change_the_calendar(self, n):
        """A day off is announced or called off, and every running promise is counted anew, once."""
        day = timezone.localdate() + timedelta(days=n % 15)
        row, made = Holiday.objects.get_or_create(date=day, defaults={"is_working": day.weekday() > 4, "name": "调整"})
        if not made:
            row.delete()
        tasks.recalculate()
        lines = self.lines()
        tasks.recalculate()
        assert self.lines() == lines

    def tell(self):
        """Everything untold is told: to each whom it concerns, once; and once more tells nobody."""
        models = [kind._meta.get_field("changes").related_model for kind in KINDS]
        untold = [change for model in models for change in model.objects.filter(told_at=None)]
        whom = [(change, told.expected(self, change)) for change in untold]
        notifications.announce(seconds=60)
        for change, names in whom:
            change.refresh_from_db()
            assert change.told_at is not None
            found = told.heard(change)
            assert len(found) == len(set(found))
            if names is not None:
                assert {self.named(pk) for pk in found} == names, f"{change.event} as {change.role}: {change}"
        rows = Notification.objects.count()
        assert (notifications.announce(), Notification.objects.count()) == (0, rows)

    def named(self, pk):
        return next(name for name, user in self.people.items() if user.pk == pk)

    def teardown(self):
        try:
            self.tell()
            self.count()
            type(self).finished += 1
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)


@pytest.fixture
def clock():
    with settable(MONDAY) as found:
        yield found


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_in_whatever_order_the_rules_hold(part, clock, city, request):
    cast = {name: request.getfixturevalue(name) for name in PEOPLE}
    Histories.city, Histories.clock = city, clock
    Histories.reception = heard_at_station(city, cast)
    Histories.cast, Histories.departments, Histories.handlers, Histories.approvers = people_of(city, cast)
    Histories.steps = Histories.finished = 0
    run_state_machine_as_test(
        seed(SEED + part)(Histories),
        settings=settings(
            max_examples=HISTORIES // PARTS, stateful_step_count=STEPS + 1, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), phases=PHASES, report_multiple_bugs=False,
        ),
        _min_steps=STEPS + 1,
    )  # fmt: skip
    if os.environ.get("HISTORIES_COUNT"):
        print(Histories.steps, "steps", Histories.happened.most_common())
    assert Histories.finished >= HISTORIES // PARTS
    assert Histories.steps >= STEPS * (HISTORIES // PARTS)
