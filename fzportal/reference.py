"""The rows every city starts with: divisions, the working-day calendar, themes, reasons, promises, fields, terms.

``load()`` adds what is missing and never overwrites what the office has edited.
"""

import json
from datetime import date
from pathlib import Path

import chinese_calendar
from django.db import transaction

from liaison.models import Delegation, Division, Field, Term
from suggestions.models import Category, DeclineReason, ServicePromise

from .models import Holiday

DATA = Path(__file__).parent / "data"
FIRST_YEAR = 2018
HOLIDAY_NAMES = {
    "New Year's Day": "元旦", "Spring Festival": "春节", "Tomb-sweeping Day": "清明节", "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节", "Mid-autumn Festival": "中秋节", "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}  # fmt: skip


def rows(name: str) -> list[dict]:
    """A file of ``fzportal/data``."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


@transaction.atomic
def load():
    """Add every reference row that is missing. Safe to call at every start."""
    load_divisions()
    load_holidays()
    load_congress()
    load_categories()
    DeclineReason.objects.bulk_create([DeclineReason(**row) for row in rows("decline_reasons")], ignore_conflicts=True)
    ServicePromise.objects.bulk_create([ServicePromise(**row) for row in rows("promises")], ignore_conflicts=True)


def load_divisions():
    """Province, city, counties, streets, in that order, each under its parent."""
    known = dict(Division.objects.values_list("code", "pk"))
    for level in Division.Level.values:
        new = [
            Division(parent_id=known.get(row["parent"]), **{k: v for k, v in row.items() if k != "parent"})
            for row in rows("divisions")
            if row["level"] == level and row["code"] not in known
        ]
        Division.objects.bulk_create(new)
        known |= {d.code: d.pk for d in new}


def load_holidays():
    """Days that differ from their weekday, from the State Council's notices as ``chinesecalendar`` has them."""
    off, worked = chinese_calendar.holidays, chinese_calendar.workdays
    days = [_holiday(day, name, is_working=False) for day, name in off.items() if day.weekday() < 5]
    days += [_holiday(day, name, is_working=True) for day, name in worked.items() if day.weekday() >= 5]
    Holiday.objects.bulk_create([d for d in days if d.date >= date(FIRST_YEAR, 1, 1)], ignore_conflicts=True)


def _holiday(day, name, *, is_working):
    return Holiday(date=day, is_working=is_working, name=HOLIDAY_NAMES.get(name, name))


def load_congress():
    """Fields, the terms, a delegation for each county-level division."""
    names = dict.fromkeys(field for row in rows("categories") for field in row["fields"])
    Field.objects.bulk_create([Field(name=name) for name in names], ignore_conflicts=True)
    Term.objects.get_or_create(number=16, defaults={"since": date(2022, 1, 1)})
    counties = Division.objects.filter(level=Division.Level.COUNTY)
    Delegation.objects.bulk_create(
        [Delegation(name=f"{county.name}代表团", division=county) for county in counties], ignore_conflicts=True
    )


def load_categories():
    """Task areas, then their themes, each with its fields."""
    fields = {field.name: field for field in Field.objects.all()}
    for row in rows("categories"):
        parent = Category.objects.filter(slug=row["parent"]).first()
        of_fields = [fields[name] for name in row["fields"]]
        values = {"name": row["name"], "aliases": row["aliases"], "position": row["position"], "parent": parent}
        category, made = Category.objects.get_or_create(slug=row["slug"], defaults=values)
        if made:
            category.fields.set(of_fields)
