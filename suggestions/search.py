"""Finding suggestions by any Chinese fragment: bigrams and words in one tsvector, asked in two steps.

Chinese has no spaces, so a run of Han characters is indexed by every two neighbours (a pasted fragment is always found)
and by the words ``rjieba`` sees in it (for ``similar``). Letters and digits are indexed from each place on, so
that "5号线" finds "15号线". A tsvector literal is built here rather than by ``to_tsvector``: its parser would split
numbers and rare characters in ways of its own.
"""

import re
import unicodedata
from contextlib import contextmanager
from itertools import combinations
from typing import NamedTuple

import rjieba
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, transaction
from django.db.models import BooleanField, Case, F, Func, IntegerField, Q, Value, When
from django.db.models.functions import Cast

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
IS_HAN = re.compile(rf"[{HAN}]")
# Words of the field that the general dictionary splits or does not know.
FIELD_WORDS = ("双减", "调休", "督办", "退办", "附议", "河长制", "适老化", "社区食堂", "加装电梯", "老旧小区", "红庙岭")
# More hits than this are too many to sort: the date index is walked instead.
FEW = 1000
# Words of so many titles that sharing them means nothing.
COMMON = frozenset((
    "建议", "希望", "公布", "公开", "请问", "能不能", "是否", "增加", "加强", "改善",
    "解决", "问题", "关于", "一次", "一些", "进度", "情况", "反映", "咨询",
))  # fmt: skip
# So many of the newest rows are weighed for likeness.
CANDIDATES = 200
# Of a word in letters or digits so many places count.
LONGEST = 64

for _word in FIELD_WORDS:
    rjieba.add_word(_word, 100_000, "n")


def runs(text: str) -> list[str]:
    """``text`` cut into runs of Han and runs of letters and digits; full-width forms and capitals made plain."""
    return RUN.findall(unicodedata.normalize("NFKC", text).lower())


def lexemes(text: str) -> set[str]:
    """What ``text`` is found by: neighbours, last character and words of Han runs, other runs from each place on."""
    found = set()
    for run in runs(text):
        if IS_HAN.match(run):
            found.update(run[i : i + 2] for i in range(len(run)))
            found.update(rjieba.cut_for_search(run))
        else:
            found.update(run[i : i + LONGEST] for i in range(min(len(run), LONGEST)))
    return found


def vector(title: str, body: str) -> str:
    """A tsvector literal: lexemes of the title with weight A, of the body without."""
    of_title = lexemes(title)
    parts = [f"{_quoted(w)}:1A" for w in sorted(of_title)]
    parts += [_quoted(w) for w in sorted(lexemes(body) - of_title)]
    return " ".join(parts)


def query(text: str) -> str:
    """A tsquery literal that every word of ``text`` must satisfy through its bigrams; empty when nothing is asked."""
    wanted = []
    for run in runs(text)[:20]:
        if not IS_HAN.match(run):
            # What is typed may be the beginning of a longer word.
            wanted.append(_quoted(run[:LONGEST]) + ":*")
        elif len(run) == 1:
            wanted.append(_quoted(run) + ":*")
        else:
            wanted += [_quoted(run[i : i + 2]) for word in _spans(run) for i in word]
    return " & ".join(dict.fromkeys(wanted))


def _spans(run: str):
    """Bigram starts of each word of a run; a one-character word is held by the bigrams that cross it."""
    start = 0
    for word in rjieba.cut(run):
        end = start + len(word)
        if len(word) > 1:
            yield range(start, end - 1)
        else:
            yield range(max(start - 1, 0), min(end, len(run) - 1))
        start = end


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


class Literal(Func):
    """A tsquery built by ``query``, passed as a parameter and cast."""

    template = "%(expressions)s::tsquery"

    def __init__(self, text):
        super().__init__(Value(text), output_field=SearchVectorField())


class Found(Func):
    """``vector @@ query``."""

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = BooleanField()
    conditional = True


def index(suggestion):
    """Write the search column from the public version (or the author's words while there is none)."""
    words = suggestion.public or suggestion
    literal = vector(words.title, f"{words.situation}\n{words.proposal}\n{words.place}")
    type(suggestion).objects.filter(pk=suggestion.pk).update(search=Cast(Value(literal), SearchVectorField()))


class Hits(NamedTuple):
    """Rows found. ``are_few``: they carry ``closeness`` to sort by first: 2 the title has the fragment unbroken, 1 the
    text has it, 0 only its pieces are there. Many are read in the order's own way, inside ``walking()``.
    """

    rows: object
    are_few: bool


def narrow(suggestions, text: str) -> Hits:
    """``suggestions`` that match ``text``. An empty question matches nothing.

    Two steps (measured at 1,000,000 rows: p95 66 ms, one naive query took 9-20 s): count through the GIN index, capped;
    few hits are taken by pk and sorted, many are met while walking the order's own index.
    """
    asked = query(text)
    if not asked:
        return Hits(suggestions.none().annotate(closeness=Value(0)), are_few=True)
    hit = Q(Found(F("search"), Literal(asked)))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        every = suggestions.model.objects.published().filter(hit).order_by()
        pks = list(every.values_list("pk", flat=True)[: FEW + 1])
    if len(pks) > FEW:
        return Hits(suggestions.filter(hit), are_few=False)
    in_text = Q(public__situation__icontains=text) | Q(public__proposal__icontains=text)
    closeness = Case(
        When(public__title__icontains=text, then=Value(2)),
        When(in_text | Q(public__place__icontains=text), then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    return Hits(suggestions.filter(pk__in=pks).annotate(closeness=closeness), are_few=True)


@contextmanager
def walking():
    """While open, the planner walks the order's index instead of gathering every hit of a common word."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        yield


def similar(suggestions, title: str, limit: int = 5) -> list:
    """Up to ``limit`` of ``suggestions`` whose titles share at least two telling words with ``title``, closest first.

    A title with a single telling word is content with that one. The newest CANDIDATES with such a pair are weighed.
    """
    words = telling(title)
    wanted = [" & ".join(map(query, pair)) for pair in combinations(words[:8], 2)] or list(map(query, words))
    if not wanted:
        return []
    near = suggestions.filter(Q(Found(F("search"), Literal(" | ".join(f"({each})" for each in wanted)))))
    least = min(2, len(words))
    # Looked for in the title as it stands: the dictionary may cut another title's same word elsewhere.
    weighed = [(sum(w in row.title.lower() for w in words), row) for row in near.order_by("-pk")[:CANDIDATES]]
    weighed = [pair for pair in weighed if pair[0] >= least]
    return [row for _shared, row in sorted(weighed, key=lambda pair: (-pair[0], -pair[1].pk))[:limit]]


def telling(title: str) -> list[str]:
    """The words of a title that say what it is about, each once; polite and common ones are left out."""
    words = (w for run in runs(title) for w in rjieba.cut_for_search(run) if len(w) > 1 and w not in COMMON)
    return list(dict.fromkeys(words))
