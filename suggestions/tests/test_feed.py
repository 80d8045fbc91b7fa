"""The Atom feed: the list's filters, public words only, valid whatever people write, unchanged when nothing changed."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suggestions import search, workflow
from suggestions.models import Category, PublicVersion, Reply, Suggestion

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def address(settings):
    settings.SITE_URL = "https://portal.example"


@pytest.fixture
def publish(city, citizen):
    """``publish(n, **fields)``: published rows, the last one newest."""

    def make(count, title="路灯", answered=False, **fields):
        last, now = Suggestion.objects.count(), timezone.now() - timedelta(days=400)
        values = {"category": city.category, "division": city.street, "department": city.education} | fields
        rows = []
        for n in range(count):
            at = now + timedelta(hours=last + n)
            row = Suggestion.objects.create(
                number=f"2026-7{last + n:05}", title=f"原来的{title}{last + n}", situation="原话", status="replied",
                author=citizen, submitted_at=at, shown_as="nickname", answered_at=at if answered else None, **values,
            )  # fmt: skip
            row.public = PublicVersion.objects.create(
                suggestion=row, title=f"{title}{last + n}", situation="巷子里路灯不亮。", at=at
            )
            row.published_at = at
            row.save()
            search.index(row)
            rows.append(row)
        return rows

    return make


def feed(client, query="", **headers):
    response = client.get(f"/suggestions/feed/{query}", headers=headers)
    assert response.status_code == 200
    return ElementTree.fromstring(response.content)


def titles(tree):
    return [entry.findtext(f"{ATOM}title") for entry in tree.iter(f"{ATOM}entry")]


def links(tree):
    return {link.get("rel"): link.get("href") for link in tree.findall(f"{ATOM}link")}


def test_it_holds_the_newest_25_with_public_words_and_whole_addresses(client, publish):
    rows = publish(30)
    tree = feed(client)
    assert titles(tree) == [f"路灯{n}" for n in range(29, 4, -1)]
    assert links(tree) == {
        "alternate": "https://portal.example/suggestions/", "self": "https://portal.example/suggestions/feed/",
    }  # fmt: skip
    entry = tree.find(f"{ATOM}entry")
    assert links(entry) == {"alternate": f"https://portal.example/suggestions/{rows[-1].number}/"}
    assert entry.findtext(f"{ATOM}summary") == "<p>巷子里路灯不亮。</p>"
    assert [c.get("term") for c in entry.findall(f"{ATOM}category")] == ["教育", "鼓楼区 · 温泉街道", "福州市教育局"]
    text = ElementTree.tostring(tree, encoding="unicode")
    assert [word for word in ("原来的", "原话", "榕树下", "citizen@example.com") if word in text] == []


def test_it_takes_the_lists_filters_and_words_and_says_so(client, publish, city):
    publish(1, "食堂", category=Category.objects.get(slug="education"))
    publish(1, "内河", division=city.cangshan, department=city.traffic)
    for query, expected in (
        ("?county=350104", ["内河1"]), ("?theme=education&county=350102", ["食堂0"]),
        (f"?department={city.traffic.pk}", ["内河1"]), ("?q=食堂", ["食堂0"]), ("?theme=nonsense", ["内河1", "食堂0"]),
        ("?q=没有的", []),
    ):  # fmt: skip
        assert titles(feed(client, query)) == expected, query
    tree = feed(client, "?q=食堂&county=350102&page=x")
    assert tree.findtext(f"{ATOM}title").endswith("建议 · 关键词：食堂 · 县（市、区）：鼓楼区")
    self_link = links(tree)["self"]
    assert self_link == "https://portal.example/suggestions/feed/?q=%E9%A3%9F%E5%A0%82&county=350102"


def test_recently_answered_ones_come_with_the_beginning_of_the_reply(client, publish, city, handler, approver):
    publish(1)
    [row] = publish(1, "食堂", answered=True)
    Reply.objects.create(
        suggestion=row, department=city.education, author=handler, released_by=approver, result="A",
        text="已经公布。", released_at=row.answered_at,
    )  # fmt: skip
    tree = feed(client, "?sort=answered")
    assert titles(tree) == ["食堂1"]
    summary = tree.find(f"{ATOM}entry").findtext(f"{ATOM}summary")
    assert summary == "<p>巷子里路灯不亮。</p><p>福州市教育局的答复：已经公布。</p>"


def test_whatever_people_write_it_stays_valid(client, publish):
    [row] = publish(1)
    evil = "<b>&\x01\x0b\x1f\ufffe]]>😀"
    PublicVersion.objects.filter(pk=row.public_id).update(title=evil, situation=evil)
    tree = feed(client)
    assert titles(tree) == ["<b>&]]>😀"]
    assert tree.find(f"{ATOM}entry").findtext(f"{ATOM}summary") == "<p>&lt;b&gt;&amp;]]&gt;😀</p>"
    assert feed(client, "?q=%01%0b%3Cb%3E") is not None


def test_unpublished_ones_are_gone_at_once_and_a_reader_who_has_it_is_told_so(client, publish, office):
    [row] = publish(1)
    first = client.get("/suggestions/feed/")
    assert first["Content-Type"] == "application/atom+xml; charset=utf-8"
    for header, value in (("If-None-Match", first["ETag"]), ("If-Modified-Since", first["Last-Modified"])):
        assert client.get("/suggestions/feed/", headers={header: value}).status_code == 304
    workflow.unpublish(row, by=office, reason="误发")
    for header, value in (("If-None-Match", first["ETag"]), ("If-Modified-Since", first["Last-Modified"])):
        assert titles(feed(client, **{header: value})) == []
    empty = client.get("/suggestions/feed/")
    assert client.get("/suggestions/feed/", headers={"If-None-Match": empty["ETag"]}).status_code == 304


def test_twenty_entries_cost_the_queries_of_one(client, publish, city, handler, approver):
    counts = []
    for count in (1, 19):
        for row in publish(count, answered=True):
            Reply.objects.create(
                suggestion=row, department=city.education, author=handler, released_by=approver, result="A",
                text="好", released_at=row.answered_at,
            )  # fmt: skip
        client.get("/suggestions/feed/")
        with CaptureQueriesContext(connection) as seen:
            found = titles(feed(client))
        counts.append(len(seen))
    assert (len(found), counts[0]) == (20, counts[1])


def test_the_list_names_its_feed(client, publish):
    publish(1)
    page = client.get("/suggestions/?county=350102&sort=supported").content.decode()
    assert '<link rel="alternate" type="application/atom+xml" title="订阅这个列表"' in page
    assert page.count('href="/suggestions/feed/?county=350102"') == 2
