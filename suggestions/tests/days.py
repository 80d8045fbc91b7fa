"""A year and more of a small city's cases: dice choose the case, the act and the time between; real verbs act."""

from contextlib import suppress
from datetime import timedelta

from django.utils import timezone

from fzportal.workflow import MoveNotAllowed
from liaison.models import Division
from suggestions import workflow
from suggestions.models import Category, Commitment, DeclineReason, Extension, Suggestion


class Days:
    """``Days(dice, monkeypatch, people, city).live(steps)``; ``people``: the cast by name."""

    def __init__(self, dice, monkeypatch, people, city):
        self.dice, self.people, self.city = dice, people, city
        self.now = timezone.make_aware(timezone.datetime(2025, 9, 25, 9))
        monkeypatch.setattr(timezone, "now", lambda: self.now)
        self.categories = [*Category.objects.all()[:6], city.category]
        self.divisions = [city.street, city.gulou, city.cangshan, city.whole, Division.objects.filter(
            level="street", parent=city.cangshan).first()]  # fmt: skip
        self.reasons = list(DeclineReason.objects.all()[:3])
        self.cases = []

    def live(self, steps):
        for _n in range(steps):
            self.now += timedelta(hours=self.dice.choice([1, 1, 2, 4, 8, 12]))
            self.tick()
            if len(self.cases) < 22 and self.dice.random() < 0.2:
                self.begin()
            elif self.cases:
                self.act(self.dice.choice(self.cases))

    def begin(self):
        someone = self.dice.choice(["citizen", "neighbour"])
        suggestion = Suggestion.objects.create(
            author=self.people[someone], title="路灯不亮", situation="暗。", category=self.dice.choice(self.categories),
            division=self.dice.choice(self.divisions), station=self.dice.choice([None, self.city.station]),
        )  # fmt: skip
        workflow.submit(suggestion, by=suggestion.author, consents=("publish",), contact={"phone": "+8613800000000"})
        if self.dice.random() < 0.6:
            workflow.publish(suggestion, by=self.people["office"])
        self.cases.append(suggestion)

    def tick(self):
        """What the portal does by itself."""
        for suggestion in Suggestion.objects.filter(status="replied", due_at__lt=self.now):
            workflow.close_silent(suggestion, now=self.now)
        for commitment in Commitment.objects.due(self.now):
            workflow.miss(commitment, now=self.now)

    def act(self, suggestion):
        suggestion.refresh_from_db()
        choices = [*getattr(self, f"in_{suggestion.status}", lambda _s: [])(suggestion), *self.at_any_time(suggestion)]
        if choices:
            with suppress(MoveNotAllowed):
                self.dice.choice(choices)()

    def who(self, suggestion, role):
        """A member of the lead department."""
        other = suggestion.department_id == self.city.traffic.pk
        return self.people[f"other_{role}" if other else role]

    def in_submitted(self, s):
        office = self.people["office"]
        yield lambda: workflow.accept(s, by=office)
        yield lambda: workflow.accept(s, by=office)
        yield lambda: workflow.ask(s, by=office, question="在哪里？")
        yield lambda: workflow.decline(s, by=office, reason=self.dice.choice(self.reasons))

    def in_needs_info(self, s):
        yield lambda: workflow.answer(s, by=s.author, text="在路口。")

    def in_accepted(self, s):
        yield lambda: workflow.claim(s, by=self.people[self.dice.choice(["deputy", "other_deputy"])])
        yield lambda: self.assign(s)
        yield lambda: workflow.merge(s, by=self.people["office"], into=self.dice.choice(self.cases))

    def in_triaging(self, s):
        mine = next(p for p in ("deputy", "other_deputy") if self.people[p].deputy.pk == s.deputy_id)
        deputy = self.people[mine]
        yield lambda: workflow.answer_directly(s, by=deputy, text="已说明。", result="D")
        yield lambda: workflow.refer(s, by=deputy, opinion="请办理。")
        yield lambda: workflow.refer(s, by=deputy, opinion="请办理。")
        yield lambda: workflow.release(s, by=deputy)

    def in_referred(self, s):
        yield lambda: self.assign(s)

    def assign(self, s):
        lead, other = self.dice.sample([self.city.education, self.city.traffic], 2)
        co = [other] if self.dice.random() < 0.3 else []
        workflow.assign(s, by=self.people["office"], department=lead, co=co)

    def in_assigned(self, s):
        yield lambda: workflow.take_on(s, by=self.who(s, "handler"))
        yield lambda: workflow.take_on(s, by=self.who(s, "handler"))
        yield lambda: workflow.return_case(s, by=self.who(s, "handler"), reason="不属于我单位")
        yield lambda: [
            workflow.return_part(p, by=self.people[h], reason="无关")
            for p in s.assignments.active().co() for h in ("handler", "other_handler")
        ]  # fmt: skip

    def in_in_progress(self, s):
        on = timezone.localdate(self.now) + timedelta(days=self.dice.choice([3, 20, 60]))
        promises = [("装好路灯", on), ("再查一遍", on + timedelta(days=9))][: self.dice.choice([0, 1, 2])]
        result = "B" if promises else "A"

        def hand_in():
            workflow.hand_in(s, by=self.who(s, "handler"), text="已办。", result=result, promises=promises)

        yield from (hand_in, hand_in)
        yield lambda: workflow.ask_extension(s, by=self.who(s, "handler"), days=5, reason="要招标")

    in_rehandling = in_in_progress

    def in_reply_review(self, s):
        yield lambda: workflow.release_reply(s, by=self.who(s, "approver"))
        yield lambda: workflow.release_reply(s, by=self.who(s, "approver"))
        yield lambda: workflow.send_back(s, by=self.who(s, "approver"), reason="写清楚")

    def in_replied(self, s):
        grade = self.dice.choice([1, 1, 2, 3])
        # Some never say anything.
        if self.cases.index(s) % 4:
            yield lambda: workflow.rate(
                s, by=s.author, attitude=self.dice.choice([1, 2, 3]), result=grade, reason="如实"
            )

    def in_closed(self, s):
        grade = self.dice.choice([1, 2, 3])
        yield lambda: workflow.change_rating(s, by=s.author, attitude=2, result=grade, reason="再想想")

    def in_supervised(self, s):
        office, second = self.people["office"], self.people["other_office"]
        yield lambda: workflow.order_again(s, by=office, note="请再办")
        yield lambda: (workflow.propose_closing(s, by=office, reason="已尽力"), workflow.close_over(s, by=second))

    def at_any_time(self, s):
        for extension in Extension.objects.filter(suggestion=s, is_granted=None):
            yield lambda e=extension: workflow.decide_extension(e, by=self.people["office"], is_granted=True)
        # Some promises are forgotten.
        for promise in s.commitments.pending() if self.cases.index(s) % 2 else ():
            yield lambda p=promise: self.keep(p, s)
        if self.dice.random() < 0.05:
            yield lambda: workflow.withdraw(s, by=s.author)

    def keep(self, promise, s):
        if promise.status == "reported":
            workflow.confirm_kept(promise, by=self.who(s, "approver"))
        else:
            workflow.report_kept(promise, by=self.who(s, "handler"), report="装好了")
