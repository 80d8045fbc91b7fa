"""The demo city: invented people, places and departments, believable concerns, every one marked 演示数据."""

from django.contrib.auth import get_user_model
from django.db import transaction

from fzportal.reference import rows

from .meetings import Meeting
from .people import load_departments, load_roles, person
from .places import load_deputies, load_heads, load_rules, load_stations
from .proposals import raise_proposal
from .stories import Story, pass_days, settle, since_office_hours, stand_behind


@transaction.atomic
def load() -> bool:
    """Load the demo city once; True when this call loaded it."""
    if get_user_model().objects.filter(is_demo=True).exists():
        return False
    data, schedule = rows("demo"), rows("demo_schedule")
    people = {row["key"]: person(row["name"], row["nickname"], row["email"], is_demo=True) for row in data["personas"]}
    load_stations(schedule["stations"])
    load_departments(data["departments"])
    load_deputies(schedule["deputies"], people)
    load_roles(data["personas"], people)
    load_heads()
    for n in range(1, 13):
        people[f"neighbour{n}"] = person(f"演示市民{n}", f"演示市民{n}", f"neighbour{n}@demo.example")
    told = tell_stories(data["suggestions"], people)
    for row in data["proposals"]:
        raise_proposal(row, people, told)
    for row in schedule["sessions"]:
        Meeting(row, people).live()
    load_rules(schedule["rules"])
    return True


def tell_stories(suggestions, people) -> dict:
    """Every suggestion, from its first day to where it stands, by title."""
    neighbours = [user for key, user in people.items() if key.startswith("neighbour")]
    titles = {}
    for age, row in enumerate(suggestions):
        titles[row["title"]] = Story(row, people, titles).tell()
        stand_behind(titles[row["title"]], neighbours[: row["supporters"]])
        pass_days(titles[row["title"]], row.get("rest", age % 3) + since_office_hours())
        settle(titles[row["title"]])
    return titles
