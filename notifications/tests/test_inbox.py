"""The inbox."""

import pytest
from django.urls import reverse

from notifications import workflow
from notifications.models import Notification
from suggestions.models import Suggestion, SuggestionChange

INBOX = "/my/inbox/"


@pytest.fixture
def mine(client, citizen):
    """The citizen's own browser."""
    client.force_login(citizen)
    return client


@pytest.fixture
def news(citizen, city):
    """``news(20)``: so many pieces of news, about as many suggestions, for the citizen."""

    def make(count):
        for n in range(count):
            suggestion = Suggestion.objects.create(
                author=citizen, title=f"建议之{n}", status="accepted", number=f"2026-{Suggestion.objects.count():06}",
                submitted_at=citizen.date_joined, category=city.category, division=city.street,
                department=city.education, shown_as="nickname",
            )  # fmt: skip
            SuggestionChange.objects.create(
                subject=suggestion, before="submitted", after="accepted", event="accepted", role="office"
            )
        workflow.announce(seconds=60)
        return list(Notification.objects.in_inbox_of(citizen)[:count])

    return make


def test_the_inbox_needs_signing_in(client, db):
    for path in (INBOX, "/my/inbox/1/", "/my/preferences/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")


def test_an_empty_inbox_says_what_to_do(mine):
    page = mine.get(INBOX)
    assert page.status_code == 200
    assert "还没有消息" in page.content.decode()
    assert reverse("suggestion_new") in page.content.decode()


def test_news_stands_newest_first_with_its_words(mine, news):
    news(2)
    page = mine.get(INBOX).content.decode()
    assert "2条消息" in page
    assert "您的建议《建议之1》已由人大代表工作机构受理。" in page
    assert page.index("建议之1") < page.index("建议之0")


def test_what_citizens_wrote_is_text_in_the_inbox(mine, news):
    news(1)
    Suggestion.objects.update(title="<script>alert(1)</script>")
    page = mine.get(INBOX).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_one_opens_news_once_and_is_led_to_the_case(mine, news, citizen):
    first, _second = news(2)
    answer = mine.get(f"{INBOX}{first.pk}/")
    assert answer["Location"] == first.change.subject.get_absolute_url()
    first.refresh_from_db()
    read_at = first.read_at
    assert read_at is not None
    mine.get(f"{INBOX}{first.pk}/")
    first.refresh_from_db()
    assert first.read_at == read_at
    assert Notification.objects.in_inbox_of(citizen).unread().count() == 1


def test_another_persons_news_does_not_exist(client, news, neighbour):
    [item] = news(1)
    client.force_login(neighbour)
    assert client.get(f"{INBOX}{item.pk}/").status_code == 404
    client.post("/my/inbox/read/")
    item.refresh_from_db()
    assert item.read_at is None


def test_everything_is_marked_read_by_one_button_and_not_by_a_link(mine, news, citizen):
    news(3)
    assert mine.get("/my/inbox/read/").status_code == 405
    assert Notification.objects.in_inbox_of(citizen).unread().count() == 3
    assert mine.post("/my/inbox/read/")["Location"] == INBOX
    assert Notification.objects.in_inbox_of(citizen).unread().count() == 0


def test_the_header_counts_what_is_unread(mine, news):
    news(3)
    page = mine.get("/help/").content.decode()
    assert '<span class="count">3<' in page
    mine.post("/my/inbox/read/")
    assert '<span class="count">' not in mine.get("/help/").content.decode()


def test_e_mails_and_outdated_news_are_not_in_the_inbox(mine, news, citizen):
    news(2)
    Notification.objects.filter(channel="inbox").update(state="outdated")
    assert Notification.objects.filter(recipient=citizen, channel="email").count() == 2
    assert "还没有消息" in mine.get(INBOX).content.decode()


def test_pages_follow_each_other_without_gaps(mine, news, citizen):
    news(45)
    seen, address = [], INBOX
    while address and len(seen) < 60:
        page = mine.get(address)
        seen += [item["news"].pk for item in page.context["items"]]
        address = page.context["older"] and INBOX + page.context["older"]
    assert seen == list(Notification.objects.in_inbox_of(citizen).values_list("pk", flat=True))
    assert len(seen) == 45


def test_twenty_rows_cost_as_many_queries_as_one(mine, news, django_assert_num_queries, django_assert_max_num_queries):
    news(1)
    mine.get(INBOX)
    with django_assert_max_num_queries(12) as one:
        mine.get(INBOX)
    news(19)
    with django_assert_num_queries(len(one)):
        assert len(mine.get(INBOX).context["items"]) == 20
