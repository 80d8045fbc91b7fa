"""What a suggestion is called: its number, and the code that opens it without an account."""

from django.db import models
from django.db.models import F

from fzportal.codes import new_code


def new_query_code() -> str:
    """Eight letters and digits, 8 x 10^11 of them."""
    return new_code(8)


class NumberSeries(models.Model):
    """The last number given in a year. The row is locked while a number is taken, so none is given twice."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.year}-{self.last:06}"

    @classmethod
    def take(cls, year: int, count: int = 1) -> list[str]:
        """The next ``count`` numbers, "2026-000231". Call inside a transaction: a rollback gives them back."""
        cls.objects.get_or_create(year=year)
        cls.objects.filter(year=year).update(last=F("last") + count)
        last = cls.objects.get(year=year).last
        return [f"{year}-{n:06}" for n in range(last - count + 1, last + 1)]
