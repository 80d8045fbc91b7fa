"""Keyset paging: every row once in both directions, whatever is inserted; a broken cursor shows the first page."""

import base64
import json
from datetime import date, timedelta

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from fzportal import paging
from fzportal.models import Holiday
from liaison.models import Division

FIRST = date(2030, 1, 1)


@pytest.fixture
def days(db):
    """45 rows; several share a name, so that the order's first field alone would not do."""
    Holiday.objects.all().delete()
    Holiday.objects.bulk_create(
        [Holiday(date=FIRST + timedelta(days=n), name=f"第{n // 7}周") for n in range(45)]
    )  # fmt: skip
    return Holiday.objects.all()


ORDERS = [
    paging.Order(("name", "id")),
    paging.Order(("name", "id"), descending=False),
    paging.Order(("id",)),
    paging.Order(("date", "id"), descending=False),
]


def walk(rows, order, cursor="", direction="older", between=lambda: None):
    """Pks met from a cursor on, and the last page."""
    met, found = [], paging.page(rows, order, cursor, size=10)
    while True:
        met.append([row.pk for row in found.rows])
        cursor = getattr(found, direction)
        if not cursor:
            return met, found
        between()
        found = paging.page(rows, order, cursor, size=10)


@pytest.mark.parametrize("order", ORDERS)
def test_a_walk_there_and_back_meets_every_row_once_in_order(days, order):
    expected = list(days.order_by(*order.by(False)).values_list("pk", flat=True))
    there, last = walk(days, order)
    assert [pk for page in there for pk in page] == expected
    back, first = walk(days, order, last.newer, "newer")
    assert [pk for page in reversed(back) for pk in page] == expected[:40]
    assert (first.newer, [r.pk for r in first.rows]) == ("", expected[:10])


def test_rows_inserted_while_walking_neither_repeat_nor_hide_the_old_ones(days):
    expected = list(days.order_by("-name", "-id").values_list("pk", flat=True))
    number = iter(range(100))

    def insert():
        n = next(number)
        for name in ("第9周", "第3周", "第0周"):
            Holiday.objects.create(date=FIRST + timedelta(days=1000 + 10 * n + ord(name[1])), name=name)

    met, _last = walk(days, paging.Order(("name", "id")), between=insert)
    flat = [pk for page in met for pk in page]
    assert len(flat) == len(set(flat))
    assert [pk for pk in flat if pk in set(expected)] == expected


def test_rows_without_a_value_come_last_and_are_walked_too(db):
    Division.objects.all().delete()
    top = Division.objects.create(code="1", name="顶", level="province")
    parents = [Division.objects.create(code=f"2{n}", name="县", level="county", parent=top) for n in range(3)]
    for n in range(20):
        Division.objects.create(code=f"3{n:02}", name="街", level="street", parent=parents[n % 3] if n % 2 else None)
    order = paging.Order(("parent_id", "id"), descending=False, nulls=True)
    rows = Division.objects.all()
    expected = list(rows.order_by("parent_id", "id").values_list("pk", flat=True))
    there, last = walk(rows, order)
    assert [pk for page in there for pk in page] == expected
    back, _first = walk(rows, order, last.newer, "newer")
    assert [pk for page in reversed(back) for pk in page] == expected[:20]


def test_one_query_reads_a_page_wherever_it_stands(days, django_assert_num_queries):
    order = paging.Order(("name", "id"))
    with django_assert_num_queries(1):
        first = paging.page(days, order)
    with django_assert_num_queries(1):
        paging.page(days, order, first.older)


def broken():
    return base64.urlsafe_b64encode(json.dumps([False, "第1周\x00", 5]).encode()).decode()


BROKEN = ["", "x", "!!!!", "语", "W10", "e30", "bnVsbA", "WzEsMiwzLDQsNSw2XQ", "W2ZhbHNlLG51bGwsbnVsbF0", broken()]


@pytest.mark.parametrize("cursor", BROKEN)
def test_a_cursor_that_says_nothing_shows_the_first_page(days, cursor):
    order = paging.Order(("name", "id"))
    assert paging.page(days, order, cursor) == paging.page(days, order)


@given(text=st.text(max_size=60))
def test_no_cursor_anybody_types_breaks_a_page(django_db_setup, django_db_blocker, text):
    with django_db_blocker.unblock():
        packed = base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode()
        for cursor in (text, packed):
            paging.page(Holiday.objects.all(), paging.Order(("date", "id")), cursor)


def test_a_count_stops_at_its_cap(days, django_assert_num_queries):
    assert paging.count(days, cap=45) == paging.Count(45, False)
    with django_assert_num_queries(1):
        assert paging.count(days, cap=44) == paging.Count(44, True)


def test_links_keep_the_filters_of_the_address(days):
    request = RequestFactory().get("/?q=食堂&theme=a&theme=b&page=old")
    links = paging.page(days, paging.Order(("name", "id"))).links(request)
    assert links["newer"] == ""
    assert links["older"].startswith("?q=%E9%A3%9F%E5%A0%82&theme=a&theme=b&page=")
    assert "old" not in links["older"]
