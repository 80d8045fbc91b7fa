"""Fill a database with a city's worth of cases: fast, in bulk, with every row a real one could have."""

import random
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

from fzportal import reference
from liaison.models import Deputy, Division, Field, Term
from suggestions import search
from suggestions.models import (
    Category,
    Department,
    DepartmentMember,
    Follow,
    PublicVersion,
    Reply,
    Suggestion,
    SuggestionChange,
)

from .texts import texts

BATCH = 2000
PUBLISH = """
    UPDATE suggestions_suggestion AS s SET public_id = v.id, published_at = s.submitted_at + interval '1 day'
    FROM suggestions_publicversion AS v WHERE v.suggestion_id = s.id AND s.public_id IS NULL
"""
INDEX = "CREATE INDEX suggestion_search ON suggestions_suggestion USING gin (search) WITH (fastupdate = off)"
# Half are open, as a desk with 50,000 open cases needs.
STATES = ["submitted"] * 4 + ["accepted"] * 20 + ["triaging"] * 6 + ["assigned"] * 8 + ["in_progress"] * 12
STATES += ["replied"] * 10 + ["closed"] * 35 + ["declined"] * 5


def load(count: int, followers: int) -> dict:
    """Add ``count`` suggestions and one with ``followers``; returns who and what the measures need."""
    reference.load()
    people = make_people("citizen", 2000)
    cast = make_staff()
    frame = {
        "divisions": list(Division.objects.filter(level="street").values_list("pk", flat=True)),
        "categories": list(Category.objects.exclude(parent=None).values_list("pk", flat=True)),
        "authors": people,
        "dice": random.Random(7),
        **cast,
    }
    pairs, made = texts(count), 0
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS suggestion_search")
    while made < count:
        size = min(BATCH, count - made)
        add_batch(made, [next(pairs) for _n in range(size)], frame)
        made += size
    with connection.cursor() as cursor:
        cursor.execute(PUBLISH)
        cursor.execute(INDEX)
        cursor.execute("ANALYZE")
    famous = Suggestion.objects.published().filter(status="in_progress").order_by("pk").first()
    fans = make_people("follower", followers)
    Follow.objects.bulk_create([Follow(suggestion=famous, user_id=pk) for pk in fans], batch_size=BATCH)
    return cast | {"famous": famous}


def make_people(name: str, count: int) -> list[int]:
    """Users with a verified address; returns their pks."""
    users = [get_user_model()(email=f"{name}{n}@bench.example", nickname=f"{name}{n}") for n in range(count)]
    get_user_model().objects.bulk_create(users, batch_size=BATCH)
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=u, email=u.email, verified=True, primary=True) for u in users], batch_size=BATCH
    )
    return [u.pk for u in users]


def make_staff() -> dict:
    """30 departments with a handler and an approver each; a deputy of 鼓楼区 with a field."""
    departments = Department.objects.bulk_create([Department(name=f"承办单位{n}") for n in range(30)])
    handlers, approvers = make_people("handler", 30), make_people("approver", 30)
    for role, members in (("handler", handlers), ("approver", approvers)):
        DepartmentMember.objects.bulk_create(
            [DepartmentMember(user_id=u, department=d, role=role) for u, d in zip(members, departments, strict=True)]
        )
    [user] = make_people("deputy", 1)
    deputy = Deputy.objects.create(user_id=user, name="代表", term=Term.objects.get(number=16))
    deputy.divisions.set(Division.objects.filter(code="350102"))
    deputy.fields.set(Field.objects.all()[:1])
    return {
        "departments": [d.pk for d in departments], "handlers": handlers, "approvers": approvers,
        "deputy": deputy.pk, "deputy_user": user,
    }  # fmt: skip


@transaction.atomic
def add_batch(start, pairs, frame):
    """A batch of suggestions with public versions, five lines of history and, where answered, a reply."""
    cases = [a_case(start + n, title, text, frame) for n, (title, text) in enumerate(pairs)]
    Suggestion.objects.bulk_create(cases)
    open_to_all = [c for c in cases if c.status not in ("submitted", "declined")]
    PublicVersion.objects.bulk_create(
        [PublicVersion(suggestion=c, title=c.title, situation=c.situation) for c in open_to_all]
    )
    SuggestionChange.objects.bulk_create([line for case in cases for line in history(case)])
    Reply.objects.bulk_create([a_reply(c, frame) for c in cases if c.answered_at])


def a_case(n, title, text, frame):
    """One suggestion, submitted somewhere in the last three years."""
    dice = frame["dice"]
    state, at = dice.choice(STATES), timezone.now() - timedelta(minutes=dice.randint(1, 1_500_000))
    answered = state in ("replied", "closed")
    led = state in ("assigned", "in_progress") or answered
    return Suggestion(
        number=f"{at.year}-{n:06}", status=state, author_id=dice.choice(frame["authors"]), title=title, situation=text,
        category_id=dice.choice(frame["categories"]), division_id=dice.choice(frame["divisions"]),
        department_id=dice.choice(frame["departments"]) if led else None,
        deputy_id=frame["deputy"] if state == "triaging" and dice.random() < 0.02 else None,
        submitted_at=at, created_at=at, due_at=at + timedelta(days=20), due_since=at, due_rule="15d",
        answered_at=at + timedelta(days=15) if answered else None, supporters=dice.randint(0, 300),
        search=search.vector(title, text),
    )  # fmt: skip


def history(case):
    """Five lines, told long ago."""
    for n, event in enumerate(("submitted", "accepted", "triaging", "referred", "assigned")):
        at = case.submitted_at + timedelta(days=n)
        yield SuggestionChange(
            subject=case, before="submitted", after=event, event=event, role="office", at=at, told_at=at
        )


def a_reply(case, frame):
    """The released reply of a replied or closed case."""
    place = frame["departments"].index(case.department_id)
    return Reply(
        suggestion=case, department_id=case.department_id, author_id=frame["handlers"][place], result="A",
        released_by_id=frame["approvers"][place], text="已办理，详见说明。" * 12, released_at=case.answered_at,
    )  # fmt: skip
