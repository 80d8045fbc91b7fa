"""The demo's stations, deputies and reception rules."""

from datetime import time, timedelta

from django.utils import timezone

from liaison import tasks, workflow
from liaison.models import (
    Constituency,
    Delegation,
    Deputy,
    Division,
    Field,
    ReceptionRule,
    RotaPlace,
    Station,
    StationMember,
    Term,
)

from .people import first_day, person, street


def load_stations(stations):
    """Practice centres and stations of every kind."""
    for row in stations:
        own = {k: v for k, v in row.items() if k not in ("county", "street", "fields")}
        station = Station.objects.create(division=street(row), is_demo=True, **own)
        station.fields.set(Field.objects.filter(name__in=row["fields"]))


def load_heads():
    """A head for every station that has none among the personas."""
    headed = StationMember.objects.filter(role="head").values("station")
    for station in Station.objects.filter(is_demo=True).exclude(pk__in=headed):
        user = person("站长（演示）", "", f"station{station.pk}@demo.example")
        StationMember.objects.create(user=user, station=station, role="head", since=first_day())


def load_deputies(deputies, people):
    """Deputies of the current term with their residencies; two of them have accounts."""
    term = Term.objects.get(number=16)
    for row in deputies:
        own = {name: row[name] for name in ("name", "pinyin", "level", "occupation", "about")}
        deputy = Deputy.objects.create(
            user=people.get(row["key"]), term=term, since=first_day(), is_demo=True, **own, **elected(row)
        )
        deputy.divisions.set(Division.objects.filter(name__in=row["divisions"], level=Division.Level.COUNTY))
        deputy.fields.set(Field.objects.filter(name__in=row["fields"]))
        deputy.stations.set(Station.objects.filter(slug__in=row["stations"]))
        people[f"seat of {row['key']}"] = deputy


def elected(row) -> dict:
    """By whom: municipal deputies by a unit, into a delegation; the others by a constituency (DOMAIN rule 9)."""
    if row["level"] == Deputy.Level.MUNICIPAL:
        return {"delegation": Delegation.objects.get(name=row["delegation"]), "electing_unit": row["unit"]}
    place = street(row)
    return {"constituency": Constituency.objects.get_or_create(name=row["constituency"], division=place)[0]}


def load_rules(rules):
    """Reception days of every pattern, unrolled for a year; what is near is asked and announced at once."""
    # Today has a session of its own.
    tomorrow = timezone.localdate() + timedelta(days=1)
    for row in rules:
        own = {k: v for k, v in row.items() if k not in ("station", "deputies", "begins", "ends")}
        rule = ReceptionRule.objects.create(
            station=Station.objects.get(slug=row["station"]), since=tomorrow, begins=time.fromisoformat(row["begins"]),
            ends=time.fromisoformat(row["ends"]), **own,
        )  # fmt: skip
        known = {d.pinyin: d for d in Deputy.objects.filter(is_demo=True)}
        RotaPlace.objects.bulk_create([
            RotaPlace(rule=rule, deputy=known[pinyin], position=n) for n, pinyin in enumerate(row["deputies"])
        ])  # fmt: skip
        workflow.unroll(rule)
    tasks.sessions()
    tasks.appointments()
