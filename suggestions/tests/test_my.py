"""/my/: what waits for me first; mine and nobody else's; the same cost for one row and for twenty."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from suggestions import workflow
from suggestions.models import Follow, Suggestion


@pytest.fixture
def many(case, city, citizen, office):
    """``many(n, state)``: n more of citizen's in a state, published."""

    def make(count, state="submitted", author=None):
        made = []
        for n in range(count):
            suggestion = Suggestion.objects.create(
                author=author or citizen,
                title=f"第{n}条建议",
                situation="情况。",
                category=city.category,
                division=city.street,
            )
            case(state, suggestion)
            workflow.publish(suggestion, by=office)
            made.append(suggestion)
        return made

    return make


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_my_page_asks_to_sign_in(client, db):
    for name in ("my", "my_following"):
        assert client.get(reverse(name)).url == f"{reverse('account_login')}?next={reverse(name)}"


def test_what_waits_for_me_stands_first_with_its_way_in(case, draft, many, citizen, client):
    asked, answered = many(1, "needs_info")[0], many(1, "replied")[0]
    client.force_login(citizen)
    page = client.get("/my/").content.decode()
    waiting = page.partition('id="waiting"')[2].partition("</section>")[0]
    assert reverse("suggestion_answer", args=[asked.number]) in waiting
    assert reverse("suggestion_rate", args=[answered.number]) in waiting
    assert page.index('id="waiting"') < page.index('id="drafts"') < page.index('id="mine"')
    assert draft.title in page.partition('id="drafts"')[2].partition("</section>")[0]


def test_the_page_shows_mine_and_what_i_follow_and_nobody_elses(many, citizen, neighbour, client):
    mine, other, quiet = many(1)[0], many(1, author=neighbour)[0], many(1, author=neighbour)[0]
    workflow.follow(other, by=citizen)
    client.force_login(citizen)
    page = client.get("/my/").content.decode()
    assert mine.number in page
    assert other.number in page
    assert quiet.number not in page
    assert [e.number for e in client.get("/my/following/").context["entries"]] == [other.number]


def test_followed_ones_that_are_no_longer_public_are_not_shown(many, citizen, neighbour, office, client):
    other = many(1, author=neighbour)[0]
    workflow.follow(other, by=citizen)
    workflow.unpublish(other, by=office, reason="含有隐私")
    client.force_login(citizen)
    assert client.get("/my/following/").context["entries"] == []


def test_my_page_costs_the_same_with_one_and_with_twenty_rows(many, citizen, neighbour, client):
    client.force_login(citizen)
    many(1, "replied")
    Follow.objects.create(suggestion=many(1, author=neighbour)[0], user=citizen)
    costs = queries(client, "/my/"), queries(client, "/my/following/")
    many(19, "needs_info")
    for other in many(19, author=neighbour):
        Follow.objects.create(suggestion=other, user=citizen)
    assert (queries(client, "/my/"), queries(client, "/my/following/")) == costs
    assert len(client.get("/my/following/").context["entries"]) == 20


def test_an_empty_page_says_what_to_do(citizen, client):
    client.force_login(citizen)
    page = client.get("/my/").content.decode()
    assert "还没有提交过建议" in page
    assert reverse("suggestion_new") in page
    assert "还没有关注任何建议" in client.get("/my/following/").content.decode()


def test_my_page_is_kept_by_no_cache(citizen, client):
    client.force_login(citizen)
    assert "no-store" in client.get("/my/")["Cache-Control"]
