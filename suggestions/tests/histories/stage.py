"""The people, their departments, and what the histories remember by themselves of who listens to what."""

from datetime import timedelta

from django.utils import timezone

from fzportal import workdays
from liaison import workflow as liaison
from suggestions.models import Department, DepartmentMember, Suggestion
from suggestions.permissions import CodeHolder
from tests.cast import make_session, person


def people_of(city, cast):
    """``cast`` and those who work for departments, by name; with the departments each of them handles or approves."""
    health = Department.objects.create(name="福州市卫生健康委员会", phone="0591-00000003")
    found = dict(cast)
    more = [
        ("third_handler", health, ["handler"]), ("third_approver", health, ["approver"]),
        # Writes and releases, but never releases what they wrote.
        ("double", city.education, ["handler", "approver"]),
    ]  # fmt: skip
    for name, department, roles in more:
        found[name] = person("", name, f"{name}@example.com")
        for role in roles:
            DepartmentMember.objects.create(user=found[name], department=department, role=role)
    found["other_deputy"].deputy.divisions.add(city.gulou)
    departments = [city.education, city.traffic, health]
    handlers = [["handler", "double"], ["other_handler"], ["third_handler"]]
    approvers = [["approver", "double"], ["other_approver"], ["third_approver"]]
    pks = [d.pk for d in departments]
    return found, departments, dict(zip(pks, handlers, strict=True)), dict(zip(pks, approvers, strict=True))


def heard_at_station(city, cast):
    """A reception record of a visitor without an account, whom ``deputy`` heard."""
    slot = make_session(city.station, [cast["deputy"].deputy]).slots.first()
    visit = liaison.book(slot, by=cast["officer"], name="来访人", phone="+8613900000000")
    return liaison.take_down(
        visit, by=cast["officer"], deputies=[cast["deputy"].deputy], own_words="食堂", outcome="suggestion"
    )


class Stage:
    """Who is who in each case. ``standin``: who tries everything in the place of whoever should, or None."""

    city = cast = departments = handlers = approvers = reception = clock = None

    def __init__(self):
        self.people = dict(self.cast)
        self.cases, self.listeners, self.recused, self.standin, self.case = [], {}, {}, None, None

    def begin(self, author):
        """A draft of ``author``'s, a name."""
        case = Suggestion.objects.create(
            author=self.people[author], title="学校食堂菜单请公开", situation="看不到食材来源。", proposal="每周公布。",
            category=self.city.category, division=self.city.street,
        )  # fmt: skip
        self.remember(case)

    def remember(self, case):
        self.cases.append(case.pk)
        self.listeners[case.pk] = {"supports": set(), "follows": set()}
        self.recused[case.pk] = set()

    # Who acts

    def by(self, name):
        """The person of that name: "code" holds the code of the case, "clock" is the portal itself."""
        name = self.standin or name
        if name == "code":
            return CodeHolder(self.case)
        return None if name == "clock" else self.people[name]

    def office(self, n):
        return self.by(("office", "other_office")[n // 2 % 2])

    def author_of(self, case):
        names = [name for name, user in self.people.items() if user.pk == case.author_id]
        return names[0] if names else "code"

    def claimer_of(self, case):
        return "other_deputy" if case.deputy_id == self.people["other_deputy"].deputy.pk else "deputy"

    def handler_of(self, case, n):
        names = self.handlers.get(case.department_id, ["stranger"])
        return self.by(names[n % len(names)])

    def approver_of(self, case, n):
        names = self.approvers.get(case.department_id, ["stranger"])
        return self.by(names[n % len(names)])

    def keeper(self, promise, n):
        names = self.handlers[promise.department_id]
        return self.by(names[n % len(names)])

    def confirmer(self, promise, n):
        names = self.approvers[promise.department_id]
        return self.by(names[n % len(names)])

    def bearer(self, proposal):
        return self.by(next(n for n in ("deputy", "other_deputy") if self.people[n].deputy.pk == proposal.deputy_id))

    def co_handler(self, part):
        return self.by(self.handlers[part.department_id][0])

    def passer_by(self, n):
        return ("neighbour", "stranger", "citizen", "officer", "deputy")[n % 5]

    # What they act on

    def another(self, case, n):
        others = [pk for pk in self.cases if pk != case.pk] or [case.pk]
        return Suggestion.objects.get(pk=others[n % len(others)])

    def co_part(self, case, n):
        parts = list(case.assignments.active().co().select_related("suggestion"))
        return parts[n % len(parts)] if parts else None

    def promise(self, case, n):
        rows = list(case.commitments.given().select_related("suggestion"))
        return rows[n % len(rows)] if rows else None

    def day_close(self, days):
        return workdays.close_of(timezone.localdate() + timedelta(days=days))

    # What the history remembers by itself

    def name_of(self, by):
        return next(name for name, user in self.people.items() if user.pk == by.pk)

    def listens(self, case, name, how):
        self.listeners[case.pk][how].add(self.standin or name)

    def listens_no_more(self, case, name, how):
        self.listeners[case.pk][how].discard(self.standin or name)

    def stood_aside(self, case, name):
        self.recused[case.pk].add(self.standin or name)

    def joined(self, case, into):
        """Whoever listened to ``case`` listens to ``into`` now, and so does its author; nobody to their own."""
        mine, theirs, author = self.listeners[case.pk], self.listeners[into.pk], self.author_of(into)
        for how in mine:
            theirs[how] |= mine[how] - {author}
        theirs["follows"] |= {self.author_of(case)} - {author, "code"}
