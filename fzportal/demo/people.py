"""The demo's people: personas who can be signed in as, and everybody else."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.utils import timezone

from accounts.models import OfficeMember
from liaison.models import Division, Station, StationMember
from suggestions.models import Department, DepartmentMember


def person(name, nickname, email, is_demo=False):
    """Somebody with a verified (invented) address and no password: the demo page signs them in."""
    user = get_user_model().objects.create_user(email=email, name=name, nickname=nickname, is_demo=is_demo)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def street(row) -> Division:
    """The street a row names, under its county."""
    return Division.objects.get(name=row["street"], parent__name=row["county"])


def load_departments(names):
    """Usual municipal organs, each with a handler and an approver of its own."""
    for n, name in enumerate(names):
        department = Department.objects.create(name=name, is_demo=True)
        for role, title in (("handler", "经办"), ("approver", "审核")):
            user = person(f"{title}（演示）", "", f"{role}{n}@demo.example")
            DepartmentMember.objects.create(user=user, department=department, role=role, since=first_day())


def load_roles(personas, people):
    """What the personas who are not deputies may do."""
    for row in personas:
        user = people[row["key"]]
        if row.get("office"):
            OfficeMember.objects.create(user=user, since=first_day())
        if "station" in row:
            station = Station.objects.get(name=row["station"])
            StationMember.objects.create(user=user, station=station, role=row["role"], since=first_day())
        if "department" in row:
            department = Department.objects.get(name=row["department"])
            DepartmentMember.objects.create(user=user, department=department, role=row["role"], since=first_day())


def first_day():
    """Memberships begin well before the oldest case."""
    return timezone.localdate() - timedelta(days=365)
