"""The demo's suggestions: each travels by the real verbs; ``pass_days`` then moves its past back.

So its timeline reads like weeks.
"""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from suggestions import workflow
from suggestions.models import Category, DeclineReason, Department, DepartmentMember, Suggestion

from .people import street

TOLD_AFTER = timedelta(days=2)
MINUTE = 1 / 24 / 60


def since_office_hours() -> float:
    """Days since twenty past ten, this morning or the last: when people in offices are at work."""
    now = timezone.localtime()
    morning = now.replace(hour=10, minute=20)
    return (now - (morning if morning <= now else morning - timedelta(days=1))) / timedelta(days=1)


class Story:
    """One row of the demo file, told step by step through the portal's own verbs."""

    def __init__(self, row, people, earlier):
        self.row, self.people, self.earlier = row, people, earlier
        self.office = people["office"]
        self.case = Suggestion.objects.create(
            author=people[row["author"]], shown_as=row["shown_as"], title=row["title"], situation=row["situation"],
            proposal=row["proposal"], place=row["place"], category=Category.objects.get(slug=row["category"]),
            division=street(row), is_demo=True,
        )  # fmt: skip

    def tell(self) -> Suggestion:
        """Take every step, letting its days pass before it."""
        for n, (verb, days, *rest) in enumerate(self.row["steps"]):
            pass_days(self.case, days + (11 + n * 7 % 29) * MINUTE)
            getattr(self, verb)(*rest)
            self.case.refresh_from_db()
        return self.case

    def staff(self, role):
        """A member of the lead department: a persona when there is one."""
        members = DepartmentMember.objects.filter(department=self.case.department, role=role)
        return members.order_by("-user__is_demo", "pk").first().user

    def submit(self):
        author = self.case.author
        contact = {"name": author.name, "email": author.email}
        workflow.submit(self.case, by=author, consents=["publish", "pass_contact"], contact=contact)

    def accept(self):
        workflow.accept(self.case, by=self.office)

    def ask(self, question):
        workflow.ask(self.case, by=self.office, question=question)

    def publish(self):
        workflow.publish(self.case, by=self.office)

    def decline(self, code):
        workflow.decline(self.case, by=self.office, reason=DeclineReason.objects.get(code=code))

    def merge(self, title):
        workflow.merge(self.case, by=self.office, into=self.earlier[title], note="两条说的是同一件事，合在一起办理。")

    def claim(self):
        workflow.claim(self.case, by=self.people["deputy1"])

    def claim_other(self):
        workflow.claim(self.case, by=self.people["deputy2"])

    def answer(self, result, text):
        workflow.answer_directly(self.case, by=self.case.deputy.user, text=text, result=result)

    def refer(self, opinion):
        workflow.refer(self.case, by=self.case.deputy.user, opinion=opinion)

    def assign(self, department):
        workflow.assign(self.case, by=self.office, department=Department.objects.get(name=department))

    def take_on(self):
        workflow.take_on(self.case, by=self.staff("handler"))

    def hand_in(self, result, text):
        workflow.hand_in(self.case, by=self.staff("handler"), text=text, result=result)

    def release(self):
        workflow.release_reply(self.case, by=self.staff("approver"))

    def rate(self, attitude, result, reason):
        workflow.rate(self.case, by=self.case.author, attitude=attitude, result=result, reason=reason)


def stand_behind(suggestion, people):
    """Supporters, where the suggestion can be read."""
    if suggestion.published_at:
        for user in people:
            workflow.support(suggestion, by=user)


def pass_days(suggestion, days):
    """Let ``days`` pass: everything that happened to the case so far happened that much earlier."""
    gap = timedelta(days=days)
    back = {"created_at", "submitted_at", "published_at", "answered_at", "due_at", "due_since"}
    Suggestion.objects.filter(pk=suggestion.pk).update(**{name: F(name) - gap for name in back})
    suggestion.changes.update(at=F("at") - gap, due_at=F("due_at") - gap)
    suggestion.replies.update(
        created_at=F("created_at") - gap, handed_in_at=F("handed_in_at") - gap, released_at=F("released_at") - gap
    )
    suggestion.assignments.update(at=F("at") - gap, due_at=F("due_at") - gap)
    suggestion.versions.update(at=F("at") - gap)
    suggestion.consents.update(given_at=F("given_at") - gap)
    suggestion.refresh_from_db()


def settle(suggestion):
    """Count the running promise anew from its shifted beginning, and call old news told."""
    if suggestion.due_since and suggestion.due_rule:
        state = Suggestion.Status.ASSIGNED if suggestion.due_rule == "15d" else suggestion.status
        suggestion.due_at, _rule = suggestion.due_for(state, suggestion.due_since)
        suggestion.save(update_fields=["due_at"])
        last = suggestion.changes.last()
        suggestion.changes.filter(pk=last.pk).update(due_at=suggestion.due_at)
    suggestion.changes.filter(at__lt=timezone.now() - TOLD_AFTER).update(told_at=F("at"))
