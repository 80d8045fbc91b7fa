"""A reply as it is read: by who releases it, by everybody, by its author in messages; the old beside the new."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fzportal.templatetags.ui import day
from notifications.messages import message
from suggestions import workflow

DAY = timezone.localdate() + timedelta(days=40)
POINTS = [("菜单没有公开", "每周一公布。"), ("食材来源看不到", "按月公示。")]
WHOLE = {
    "text": "现答复如下。", "result": "B", "contact": "后勤处，0591-00000009", "points": POINTS,
    "promises": [("全市推开", DAY)],
}  # fmt: skip
# In the order in which it is read.
SAID = ("现答复如下。", *POINTS[0], *POINTS[1], "承诺事项", "全市推开", day(DAY))


@pytest.fixture
def handed_in(case, handler, office):
    suggestion = case("in_progress")
    workflow.publish(suggestion, by=office)
    workflow.hand_in(suggestion, by=handler, **WHOLE)
    return suggestion


@pytest.fixture
def released(handed_in, approver):
    workflow.release_reply(handed_in, by=approver)
    return handed_in


def in_order(html, *words):
    """Each of ``words`` stands on the page after the one before."""
    at = -1
    for word in words:
        found = html.find(word, at + 1)
        assert found > at, word
        at = found


def test_who_releases_it_reads_each_point_with_its_answer_the_promise_and_the_writer(client, handed_in, approver):
    client.force_login(approver)
    html = client.get(f"/desk/{handed_in.number}/").content.decode()
    in_order(html, handed_in.situation, "审核中", "B 类", *SAID, "tel:0591-00000009", "王经办")


@pytest.mark.parametrize("room", ["suggestions", "track"])
def test_everybody_reads_the_released_reply_point_by_point(room, client, released):
    if room == "track":
        client.post("/track/", {"number": released.number, "code": released.query_code})
    html = client.get(f"/{room}/{released.number}/").content.decode()
    in_order(html, "福州市教育局的答复", "B 类：正在解决或已列入计划", *SAID, "咨询方式", "tel:0591-00000009")
    assert "王经办" not in html


def test_nothing_of_a_reply_under_review_is_public(client, handed_in, citizen):
    client.force_login(citizen)
    html = client.get(handed_in.get_absolute_url()).content.decode()
    assert not any(word in html for word in ("现答复如下", "全市推开", POINTS[0][1], "0591-00000009"))


def test_handled_again_the_old_reply_stays_beside_the_new(client, released, citizen, handler, approver):
    workflow.rate(released, by=citizen, attitude=3, result=1, reason="太晚")
    workflow.hand_in(released, by=handler, text="已提前完成。", result="A", points=POINTS[:1])
    workflow.release_reply(released, by=approver)
    client.logout()
    html = client.get(released.get_absolute_url()).content.decode()
    in_order(html, "此前的答复", "现答复如下。", "不满意", "最新答复", "A 类", "已提前完成。")
    assert "replies-beside" in html and html.count("此前的答复") == html.count("最新答复") == 1


def test_a_single_reply_is_called_neither_old_nor_new(client, released):
    html = client.get(released.get_absolute_url()).content.decode()
    assert "此前的答复" not in html and "最新答复" not in html


def test_the_author_is_told_each_promise_with_its_day(released):
    change = released.changes.get(event="replied")
    promised = f"答复作出以下承诺：\n全市推开，{day(DAY)} 前完成"
    for audience in ("author", "followers", "deputy"):
        assert promised in message(change, audience).paragraphs


def test_who_releases_it_is_told_what_it_would_promise(handed_in):
    change = handed_in.changes.get(event="reply_review")
    assert f"答复作出以下承诺：\n全市推开，{day(DAY)} 前完成" in message(change, "approver").paragraphs


def test_an_earlier_replys_promises_are_not_told_again(released, citizen, handler, approver):
    workflow.rate(released, by=citizen, attitude=3, result=1, reason="太晚")
    workflow.hand_in(released, by=handler, text="已提前完成。", result="A")
    workflow.release_reply(released, by=approver)
    change = released.changes.filter(event="replied").last()
    assert not any("全市推开" in part for part in message(change, "author").paragraphs)


def test_ten_replies_with_points_cost_as_many_queries_as_two(
    client, released, citizen, handler, city, django_assert_num_queries
):
    from suggestions.models import Commitment, Reply, ReplyPoint

    def again(count):
        for _n in range(count):
            now = timezone.now()
            about = {"suggestion": released, "department": city.education, "author": handler}
            reply = Reply.objects.create(text="又答", result="B", handed_in_at=now, released_at=now, **about)
            ReplyPoint.objects.create(reply=reply, position=1, point="一", answer="二")
            Commitment.objects.create(
                suggestion=released, reply=reply, department=city.education, what="事", due_on=DAY, status="promised"
            )

    def public():
        assert client.get(released.get_absolute_url()).status_code == 200

    again(1)
    public()
    with CaptureQueriesContext(connection) as two:
        public()
    again(8)
    with django_assert_num_queries(len(two)):
        public()
