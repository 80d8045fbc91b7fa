"""The demo's suggestions: each travels by the real verbs; ``pass_days`` then moves its past back.

So its timeline reads like weeks.
"""

from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from fzportal import workdays
from suggestions import workflow
from suggestions.models import (
    AssignmentChange,
    Category,
    CommitmentChange,
    DeclineReason,
    Department,
    DepartmentMember,
    Extension,
    Rating,
    Suggestion,
)

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
        """A member of the lead department."""
        return member(self.case.department, role)

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

    def assign(self, department, co=()):
        others = Department.objects.filter(name__in=co)
        workflow.assign(self.case, by=self.office, department=Department.objects.get(name=department), co=others)

    def take_on(self):
        workflow.take_on(self.case, by=self.staff("handler"))

    def opinion(self, department, text):
        part = self.case.assignments.co().get(department__name=department)
        workflow.give_opinion(part, by=member(part.department, "handler"), text=text)

    def give_up(self, reason, proposed):
        unit = Department.objects.get(name=proposed)
        workflow.return_case(self.case, by=self.staff("handler"), reason=reason, proposed=unit)

    def ask_extension(self, days, reason):
        workflow.ask_extension(self.case, by=self.staff("handler"), days=days, reason=reason)

    def grant(self):
        workflow.decide_extension(self.case.extensions.get(is_granted=None), by=self.office, is_granted=True)

    def progress(self, text):
        workflow.note_progress(self.case, by=self.staff("handler"), text=text, is_public=True)

    def hand_in(self, result, text, promises=()):
        contact = f"{self.case.department}办公室（演示）0591-0000 0000"
        made = [(what, timezone.localdate() + timedelta(days=days)) for what, days in promises]
        workflow.hand_in(self.case, by=self.staff("handler"), text=text, result=result, contact=contact, promises=made)

    def release(self):
        workflow.release_reply(self.case, by=self.staff("approver"))

    def rate(self, attitude, result, reason):
        workflow.rate(self.case, by=self.case.author, attitude=attitude, result=result, reason=reason)

    def keep(self, report):
        workflow.report_kept(self.case.commitments.get(), by=self.staff("handler"), report=report)

    def confirm(self):
        workflow.confirm_kept(self.case.commitments.get(), by=self.staff("approver"))

    def rate_promise(self, attitude, result):
        promise = self.case.commitments.get()
        workflow.rate_promise(promise, by=self.case.author, attitude=attitude, result=result)

    def miss(self):
        workflow.miss(self.case.commitments.get(), by=None)

    def supervise(self):
        workflow.name_supervisor(self.case, by=self.office, supervisor=self.office)

    def propose_closing(self, reason):
        workflow.propose_closing(self.case, by=self.office, reason=reason)

    def close_over(self):
        workflow.close_over(self.case, by=self.people["office2"])


def member(department, role):
    """Somebody of a department: a persona when there is one."""
    members = DepartmentMember.objects.filter(department=department, role=role)
    return members.order_by("-user__is_demo", "pk").first().user


def stand_behind(suggestion, people):
    """Supporters, where the suggestion can be read."""
    if suggestion.published_at:
        for user in people:
            workflow.support(suggestion, by=user)


def pass_days(suggestion, days):
    """Let ``days`` pass: everything that happened to the case so far happened that much earlier.

    The days on which promises are due stay: the story names them as seen from today.
    """
    gap = timedelta(days=days)
    earlier(Suggestion.objects.filter(pk=suggestion.pk), gap, "created_at submitted_at published_at answered_at")
    earlier(Suggestion.objects.filter(pk=suggestion.pk), gap, "due_at due_since")
    earlier(suggestion.changes, gap, "at due_at")
    earlier(suggestion.replies, gap, "created_at handed_in_at released_at")
    earlier(suggestion.assignments, gap, "at due_at due_since opinion_at")
    earlier(suggestion.versions, gap, "at")
    earlier(suggestion.consents, gap, "given_at")
    earlier(suggestion.extensions, gap, "asked_at decided_at due_before due_after")
    earlier(suggestion.supervisions, gap, "began_at closing_at ended_at")
    earlier(suggestion.commitments, gap, "due_since fulfilled_at missed_at")
    earlier(Rating.objects.filter(of(suggestion)), gap, "at")
    earlier(AssignmentChange.objects.filter(subject__suggestion=suggestion), gap, "at due_at")
    earlier(CommitmentChange.objects.filter(subject__suggestion=suggestion), gap, "at")
    suggestion.refresh_from_db()


def earlier(rows, gap, names):
    """Move the moments ``names`` of ``rows`` back by ``gap``."""
    rows.update(**{name: F(name) - gap for name in names.split()})


def of(suggestion):
    """Ratings of its replies and of its promises."""
    return Q(reply__suggestion=suggestion) | Q(commitment__suggestion=suggestion)


def settle(suggestion):
    """Count the running promises anew from their shifted beginnings, and call old news told."""
    for running in (suggestion, *suggestion.assignments.exclude(due_at=None)):
        recount(running)
    old = timezone.now() - TOLD_AFTER
    suggestion.changes.filter(at__lt=old).update(told_at=F("at"))
    AssignmentChange.objects.filter(subject__suggestion=suggestion, at__lt=old).update(told_at=F("at"))
    CommitmentChange.objects.filter(subject__suggestion=suggestion, at__lt=old).update(told_at=F("at"))


def recount(running):
    """The due date as its rule gives it from where the clock now began."""
    if running.due_since and running.due_rule:
        shifted = running.due_at
        running.due_at = workdays.close_of(workdays.due(timezone.localdate(running.due_since), running.due_rule))
        running.save(update_fields=["due_at"])
        running.changes.filter(due_at=shifted).update(due_at=running.due_at)
        Extension.objects.filter(due_after=shifted).update(due_after=running.due_at)
