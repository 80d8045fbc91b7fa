"""The public list: filters and orders live in the address; every published row once, at the cost of one."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from liaison.models import Division
from suggestions import search
from suggestions.models import Category, PublicVersion, Reply, Suggestion

LIST = "/suggestions/"


@pytest.fixture
def shelf(city, citizen):
    """``shelf(n, **fields)``: n published suggestions, a minute apart."""

    def make(count, *, title="食堂菜单请公开", published=True, **fields):
        made = []
        for _n in range(count):
            n = Suggestion.objects.count() + 1
            at = timezone.now() - timedelta(days=30) + timedelta(minutes=n)
            values = {"status": "accepted", "category": city.category, "division": city.street, "submitted_at": at}
            suggestion = Suggestion.objects.create(
                number=f"2026-{n:06}", author=citizen, title=f"{title}{n}", situation="情况", **values | fields
            )
            if published:
                suggestion.public = PublicVersion.objects.create(suggestion=suggestion, title=suggestion.title)
                suggestion.published_at = at
                suggestion.save()
                search.index(suggestion)
            made.append(suggestion)
        return made

    return make


def shown(client, **asked):
    response = client.get(LIST, asked)
    assert response.status_code == 200
    return [entry.number for entry in response.context["entries"]]


def numbers(rows):
    return [row.number for row in rows]


def answer(suggestion, deputy, result="A"):
    now = timezone.now()
    Reply.objects.create(
        suggestion=suggestion, deputy=deputy.deputy, author=deputy, text="已办。", result=result, released_at=now
    )
    suggestion.answered_at = now
    suggestion.save(update_fields=["answered_at"])


def test_only_published_ones_are_listed_whoever_looks(shelf, client, office, citizen):
    public, _hidden = shelf(2), shelf(2, published=False)
    for user in (None, citizen, office):
        if user:
            client.force_login(user)
        assert shown(client) == numbers(reversed(public))


def test_every_filter_narrows_and_they_join(shelf, client, city, deputy):
    other_street = Division.objects.filter(parent=city.gulou).exclude(pk=city.street.pk).first()
    parks = Category.objects.get(slug="parks")
    a, b, c, d = (
        shelf(1)[0],
        shelf(1, category=parks, division=city.cangshan, status="closed")[0],
        shelf(1, division=other_street, status="in_progress", department=city.education)[0],
        shelf(1, division=city.gulou, status="declined", category=None)[0],
    )
    answer(b, deputy, "C")
    Suggestion.objects.filter(pk=c.pk).update(due_at=timezone.now() - timedelta(days=3))
    expected = {
        "theme=education": [c, a],
        "theme=people": [c, a],
        "theme=environment": [b],
        "county=350102": [d, c, a],
        f"county=350102&street={city.street.code}": [a],
        "county=350104": [b],
        "state=deputy": [a],
        "state=department": [c],
        "state=closed": [b],
        "state=ended": [d],
        f"department={city.education.pk}": [c],
        "result=C": [b],
        "result=A": [],
        "overdue=on": [c],
        "theme=people&county=350102&overdue=on": [c],
        "theme=parks&state=deputy": [],
    }
    for query, rows in expected.items():
        found = [e.number for e in client.get(f"{LIST}?{query}").context["entries"]]
        assert found == numbers(rows), query


def test_the_authors_own_time_is_not_counted_as_overdue(shelf, client):
    shelf(1, status="replied", due_at=timezone.now() - timedelta(days=3))
    shelf(1, status="needs_info", due_at=timezone.now() - timedelta(days=3))
    assert shown(client, overdue="on") == []


@pytest.mark.parametrize(
    "query",
    ["theme=none", "county=1", "street=350102003", "state=x", "department=abc", "department=999999", "result=Z",
     "sort=x", "page=x", "q=%00", "q=" + "a" * 300, "overdue=maybe", "theme=education&theme=<b>"],
)  # fmt: skip
def test_nonsense_in_the_address_is_answered_all_the_same(shelf, client, query):
    shelf(1)
    assert client.get(f"{LIST}?{query}").status_code == 200


def test_the_three_orders(shelf, client, deputy):
    a, b, c = shelf(3)
    for row, supporters in ((a, 5), (b, 9), (c, 5)):
        Suggestion.objects.filter(pk=row.pk).update(supporters=supporters)
    answer(b, deputy)
    answer(a, deputy)
    assert shown(client) == numbers([c, b, a])
    assert shown(client, sort="supported") == numbers([b, c, a])
    assert shown(client, sort="answered") == numbers([a, b])


@pytest.mark.parametrize(
    "query", ["", "sort=supported", "sort=answered", "q=食堂", "q=食堂&sort=supported", "theme=people"]
)
def test_a_walk_through_the_pages_meets_every_row_once_both_ways_while_more_arrive(shelf, client, deputy, query):
    rows = shelf(45)
    for n, row in enumerate(rows):
        answer(row, deputy)
        Suggestion.objects.filter(pk=row.pk).update(supporters=n // 4)
    known, seen, address = set(numbers(rows)), [], f"{LIST}?{query}"
    while address:
        response = client.get(address)
        seen.append([e.number for e in response.context["entries"]])
        answer(shelf(1)[0], deputy)
        older = response.context["older"]
        address = older and LIST + older
    flat = [number for page in seen for number in page if number in known]
    assert len(flat) == len(set(flat)) == 45
    back, newer = [], response.context["newer"]
    while newer:
        response = client.get(LIST + newer)
        back.append([e.number for e in response.context["entries"]])
        newer = response.context["newer"]
    there = [number for page in seen[:-1] for number in page if number in known]
    assert [n for page in reversed(back) for n in page if n in known] == there


def test_search_finds_a_fragment_and_sorts_the_exact_one_first(shelf, client):
    pieces = shelf(1, title="红绿灯坏；绿灯时短；灯时不亮；右转红绿")[0]
    exact = shelf(1, title="红绿灯时间太短")[0]
    shelf(1, title="内河有臭味")
    newest = shelf(1, title="红绿 绿灯 灯时")[0]
    assert shown(client, q="红绿灯时") == numbers([exact, newest, pieces])


def test_a_number_typed_as_a_search_opens_its_case_for_those_who_may_see_it(shelf, client, citizen):
    public, hidden = shelf(1)[0], shelf(1, published=False)[0]
    for typed in (public.number, public.number.replace("-", " "), "２０２６" + public.number[4:]):
        assert client.get(LIST, {"q": typed}).url == public.get_absolute_url()
    assert shown(client, q=hidden.number) == []
    client.force_login(citizen)
    assert client.get(LIST, {"q": hidden.number}).url == hidden.get_absolute_url()


def test_the_count_says_how_many_and_gives_up_at_a_thousand(shelf, client, monkeypatch):
    shelf(3)
    assert "3 条建议" in client.get(LIST).content.decode()
    monkeypatch.setattr("fzportal.paging.count.__defaults__", (2,))
    assert "2 多条建议" in client.get(LIST).content.decode()


def test_a_chip_removes_its_own_filter_and_leaves_the_others(shelf, client, city):
    shelf(1)
    response = client.get(f"{LIST}?q=食堂&county=350102&street={city.street.code}&sort=supported&page=x")
    chips = {str(label): (word, url) for label, word, url in response.context["chips"]}
    assert {word for word, _url in chips.values()} == {"食堂", "鼓楼区", "温泉街道"}
    by_word = dict(chips.values())
    assert by_word["鼓楼区"] == "?q=%E9%A3%9F%E5%A0%82&sort=supported"
    assert "county=350102" in by_word["食堂"]
    assert "q=" not in by_word["食堂"]


def test_filters_stay_chosen_in_the_form_and_in_the_next_pages_address(shelf, client):
    shelf(25)
    response = client.get(f"{LIST}?q=食堂&theme=people&sort=supported")
    page = response.content.decode()
    assert 'value="people" selected' in page
    assert 'value="supported" selected' in page
    assert re.search(r'rel="next" href="\?q=%E9%A3%9F%E5%A0%82&amp;theme=people&amp;sort=supported&amp;page=', page)


def test_an_empty_answer_says_what_to_do(shelf, client):
    page = client.get(LIST).content.decode()
    assert "还没有公开的建议" in page
    assert f'href="{reverse("suggestion_new")}"' in page
    shelf(1)
    page = client.get(LIST, {"q": "没有这样的话"}).content.decode()
    assert "没有找到符合的建议" in page
    assert f'href="{LIST}"' in page


@pytest.mark.parametrize(
    "query", ["", "q=食堂", "q=食堂&sort=supported", "county=350102&state=replied", "sort=answered"]
)
def test_the_list_costs_the_same_with_one_and_with_twenty_rows(shelf, client, deputy, city, query):
    def cost():
        with CaptureQueriesContext(connection) as found:
            client.get(f"{LIST}?{query}")
        return len(found)

    def fill(count):
        for row in shelf(count, status="replied", department=city.education, deputy=deputy.deputy):
            answer(row, deputy)

    fill(1)
    first = cost()
    fill(19)
    assert len(client.get(f"{LIST}?{query}").context["entries"]) == 20
    assert cost() == first
    assert first <= 16


def test_html_in_titles_names_and_questions_is_text(shelf, client):
    shelf(1, title="<script>alert(1)</script>")
    page = client.get(LIST, {"q": "<script>alert(1)</script>", "theme": '"><script>'}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_page_of_twenty_stays_within_its_weight(shelf, client):
    shelf(20, title="一条标题很长的建议" * 8)
    assert len(client.get(LIST).content) <= 45_000
