"""The delivery log of a case: who was told what, when, by which channel and how it went."""

import pytest
from django.core import mail

from notifications import workflow as news
from notifications.models import Notification
from suggestions import delivery, workflow
from suggestions.models import Follow
from tests.cast import person


def told(suggestion):
    """[(word, about, who, channel, result)] of the log."""
    return [
        (entry.word, entry.about, line.who, line.channel, line.result)
        for entry in delivery.log(suggestion) for line in entry.lines
    ]  # fmt: skip


@pytest.fixture
def sent(case, office):
    """A submitted case whose first news has gone out; the office's mail did not arrive."""
    suggestion = case("submitted")
    news.announce(seconds=60)
    news.deliver(seconds=60)
    Notification.objects.filter(channel="email", recipient=office).update(state="failed", error="550 no such person")
    return suggestion


def test_it_says_who_was_told_what_by_which_channel_and_how_it_went(sent):
    assert told(sent) == [
        ("提交", "", "提出人 榕树下", "站内消息", "尚未阅读"),
        ("提交", "", "提出人 榕树下", "电子邮件", "已发送"),
        ("提交", "", "人大代表工作机构 办**", "站内消息", "尚未阅读"),
        ("提交", "", "人大代表工作机构 办**", "电子邮件", "发送失败：550 no such person"),
    ]


def test_news_of_departments_promises_and_the_proposal_stands_in_it(case, city, office, handler, other_handler):
    suggestion = case("in_progress")
    workflow.involve(suggestion, by=office, department=city.traffic)
    news.announce(seconds=60)
    assert ("站内消息", "尚未阅读") in [row[3:] for row in told(suggestion) if row[1] == "福州市交通运输局"]
    assert {entry.at for entry in delivery.log(suggestion)} <= {c.at for c in delivery.changes_of(suggestion).values()}


def test_news_not_sent_says_why(case, office):
    suggestion = case("submitted")
    news.announce(seconds=60)
    workflow.accept(suggestion, by=office)
    news.deliver(seconds=60)
    results = {row[4] for row in told(suggestion) if row[2].startswith("人大代表工作机构") and row[3] == "电子邮件"}
    assert results == {"未发送：情况已变化"}


def test_an_address_without_an_account_is_masked(sent):
    Notification.objects.filter(channel="email", audience="author").update(recipient=None, address="lin@example.com")
    assert ("提交", "", "提出人 li***@example.com", "电子邮件", "已发送") in told(sent)


def test_followers_are_counted_not_named(draft, citizen):
    for n in range(4):
        Follow.objects.create(suggestion=draft, user=person(f"关注者{n}", f"关{n}", f"f{n}@example.com"))
    draft.changes.create(before="triaging", after="replied", event="replied", role="deputy")
    news.announce(seconds=60)
    news.mark_all_read(by=Follow.objects.first().user)
    assert sorted(row[2:] for row in told(draft) if "关注" in row[2]) == [
        ("关注或附议的人 （4人）", "电子邮件", "等待发送"), ("关注或附议的人 （4人）", "站内消息", "1人已读"),
    ]  # fmt: skip


def test_the_office_sees_it_in_the_admin_and_sends_again_what_failed(client, office, sent):
    client.force_login(office)
    page = f"/admin/suggestions/suggestion/{sent.pk}/change/"
    text = client.get(page).content.decode()
    assert "550 no such person" in text
    again = f"/admin/suggestions/suggestion/{sent.pk}/tell-again/"
    assert again in text
    assert client.get(again).status_code == 405
    answer = client.post(again, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert "已重新发送 1 条通知。" in answer.content.decode()
    mail.outbox.clear()
    news.deliver(seconds=60)
    assert [m.to for m in mail.outbox] == [["office@example.com"]]
    assert again not in client.get(page).content.decode()


def test_sending_again_is_of_this_case_and_the_offices_alone(client, office, sent, citizen, handler):
    other = f"/admin/suggestions/suggestion/{sent.pk}/tell-again/"
    for somebody in (citizen, handler):
        client.force_login(somebody)
        client.post(other)
    Notification.objects.filter(state="failed").update(change_id=0)
    client.force_login(office)
    client.post(other)
    assert Notification.objects.filter(state="failed").count() == 1


def test_who_works_on_it_reads_it_at_the_desk_without_the_button(client, case, handler, deputy):
    suggestion = case("in_progress")
    news.announce(seconds=60)
    Notification.objects.filter(channel="email", audience="author").update(state="failed", error="550")
    client.force_login(handler)
    page = client.get(f"/desk/{suggestion.number}/").content.decode()
    assert "通知情况" in page
    assert "tell-again" not in page
    assert "可由人大代表工作机构重新发送" in page


def test_a_deputy_who_may_only_claim_it_does_not_read_it(client, case, office, deputy):
    suggestion = case("accepted")
    news.announce(seconds=60)
    client.force_login(deputy)
    page = client.get(f"/desk/{suggestion.number}/")
    assert page.status_code == 200
    assert "通知情况" not in page.content.decode()


def test_a_long_history_costs_as_many_queries_as_a_short_one(case, office, django_assert_max_num_queries):
    suggestion, costs = case("submitted"), []
    news.announce(seconds=60)
    delivery.log(suggestion)
    for more in (0, 20):
        for _n in range(more):
            suggestion.changes.create(before="submitted", after="submitted", event="published", role="office")
        news.announce(seconds=60)
        with django_assert_max_num_queries(7) as cost:
            assert len(delivery.log(suggestion)) == 1 + more
        costs.append(len(cost))
    assert costs[0] == costs[1]
