"""Numbers of suggestions and proposals, without a gap, and the code that opens a suggestion without an account."""

from django.db import models
from django.db.models import F

from fzportal.codes import new_code

# As printed on the paper of a proposal of deputies.
PAPER = "榕人代建〔{year}〕{n}号"


def new_query_code() -> str:
    """Eight letters and digits, 8 x 10^11 of them."""
    return new_code(8)


class YearlySeries(models.Model):
    """The last number given in a year. The row is locked while a number is taken, so none is given twice."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.year}-{self.last:06}"

    @classmethod
    def advance(cls, year: int, count: int = 1) -> range:
        """The next ``count`` numbers of the year. Call inside a transaction: a rollback gives them back."""
        cls.objects.get_or_create(year=year)
        cls.objects.filter(year=year).update(last=F("last") + count)
        last = cls.objects.get(year=year).last
        return range(last - count + 1, last + 1)


class NumberSeries(YearlySeries):
    """Numbers of suggestions."""

    @classmethod
    def take(cls, year: int, count: int = 1) -> list[str]:
        """The next ``count`` numbers, "2026-000231", as ``advance``."""
        return [f"{year}-{n:06}" for n in cls.advance(year, count)]


class ProposalSeries(YearlySeries):
    """Numbers of proposals of deputies."""

    @classmethod
    def take(cls, year: int) -> str:
        """The next paper's number, "榕人代建〔2026〕123号", as ``advance``."""
        [n] = cls.advance(year)
        return PAPER.format(year=year, n=n)
