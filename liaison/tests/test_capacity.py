"""Whatever happens in whatever order: places taken are places held, never too many, and the line keeps its order."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from fzportal.workflow import MoveNotAllowed
from liaison import workflow
from liaison.models import Appointment
from tests.cast import make_session

A = Appointment.Status
REFUSED = (MoveNotAllowed, workflow.CannotBook)
picks = st.integers(0, 50)
# Few enough to meet again.
PEOPLE = 7


class Slots(RuleBasedStateMachine):
    """Two slots of two places, seven people, a clock that only goes forward."""

    @initialize()
    def begin(self):
        self.session = make_session(self.station, places=2)
        self.slots = list(self.session.slots.all()[:2])
        self.now = self.slots[0].starts_at - timedelta(days=3)

    def some(self, pick):
        """One of the appointments, or None."""
        rows = list(self.session.appointments.order_by("pk"))
        return rows[pick % len(rows)] if rows else None

    def attempt(self, verb, pick, **how):
        """Let ``verb`` act on an appointment; what is not allowed must change nothing, which the invariants see."""
        if visit := self.some(pick):
            try:
                verb(visit, **how)
            except REFUSED:
                return

    @rule(pick=picks, slot=st.integers(0, 1))
    def book(self, pick, slot):
        phone = f"+86138000000{pick % PEOPLE:02}"
        try:
            workflow.book(self.slots[slot], by=self.officer, name=f"{pick}", phone=phone, now=self.now)
        except REFUSED:
            return

    @rule(slot=st.integers(0, 1))
    def walk_in(self, slot):
        try:
            workflow.walk_in(self.slots[slot], by=self.officer, name="路过", now=self.now)
        except REFUSED:
            return

    @rule(pick=picks)
    def cancel(self, pick):
        self.attempt(workflow.cancel, pick, by=self.officer, note="来电取消", now=self.now)

    @rule(pick=picks)
    def accept(self, pick):
        self.attempt(workflow.accept_offer, pick, by=self.officer, now=self.now)

    @rule(pick=picks)
    def lapse(self, pick):
        visit = self.some(pick)
        if visit and visit.status == A.OFFERED:
            self.now = max(self.now, visit.due_at + timedelta(seconds=1))
            workflow.lapse(visit, now=self.now)

    @rule(pick=picks, slot=st.integers(0, 1))
    def change(self, pick, slot):
        self.attempt(workflow.change_slot, pick, slot=self.slots[slot], by=self.officer, now=self.now)

    @rule(pick=picks)
    def check_in(self, pick):
        self.attempt(workflow.check_in, pick, by=self.officer, now=self.now)

    @rule(pick=picks)
    def undo_check_in(self, pick):
        self.attempt(workflow.undo_check_in, pick, by=self.officer)

    @rule(pick=picks)
    def receive(self, pick):
        self.attempt(
            workflow.receive, pick, by=self.officer, deputies=[], own_words="路灯", outcome="advice", now=self.now
        )

    @rule(pick=picks)
    def miss(self, pick):
        self.attempt(workflow.miss, pick, by=None, now=self.now)

    @rule(hours=st.sampled_from([1, 5, 30]))
    def wait(self, hours):
        self.now += timedelta(hours=hours)

    @rule(days=st.sampled_from([-1, 2]))
    def move(self, days):
        starts_at = self.session.starts_at + timedelta(days=days)
        try:
            workflow.move_session(self.session, by=None, starts_at=starts_at, now=self.now)
        except REFUSED:
            return

    @rule(chance=st.integers(0, 9))
    def hold(self, chance):
        if chance == 0 and self.session.status == "announced":
            workflow.hold(self.session, by=None, now=self.now)

    @rule(chance=st.integers(0, 9))
    def call_off(self, chance):
        if chance == 0 and self.session.status == "announced":
            workflow.cancel_session(self.session, by=None, note="停电", now=self.now)

    @invariant()
    def places_taken_are_places_held_and_never_too_many(self):
        for slot in self.session.slots.all():
            assert slot.taken == slot.appointments.holding().count()
            assert slot.taken <= slot.places

    @invariant()
    def nobody_waits_while_a_place_is_free(self):
        for slot in self.session.slots.filter(starts_at__gt=self.now):
            assert slot.taken == slot.places or not slot.appointments.in_line().exists()

    @invariant()
    def the_line_is_served_in_order(self):
        """Whoever was offered a place stood before everybody who still waits."""
        for slot in self.session.slots.all():
            waiting = list(slot.appointments.in_line().values_list("place_in_line", flat=True))
            offered = slot.appointments.filter(status=A.OFFERED).values_list("place_in_line", flat=True)
            assert waiting == sorted(set(waiting))
            assert all(place < waiting[0] for place in offered if waiting)

    @invariant()
    def offers_have_a_deadline_and_nobody_comes_twice(self):
        rows = self.session.appointments
        assert not rows.filter(status=A.OFFERED, due_at=None).exists()
        people = list(rows.open().exclude(person="").values_list("person", flat=True))
        assert len(people) == len(set(people))


@pytest.mark.django_db
def test_places_are_exact_and_the_line_is_kept_whatever_happens(city, officer):
    Slots.station, Slots.officer = city.station, officer
    run_state_machine_as_test(
        Slots,
        settings=settings(
            max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
