"""Nearly the same as another reply of the unit: said to who writes and to who releases; it never blocks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from suggestions import near, workflow
from suggestions.models import Reply, Suggestion
from suggestions.tests.test_claim import another

BODY = (
    "经核查，该路段路灯因线路老化熄灭。我局已安排维修班组更换电缆二百米、灯具十二盏，并将该路段列入每周巡查范围，"
    "今后出现故障在二十四小时内修复。"
)
OTHER = "学校食堂自下周起每周一公布菜单，供货单位名单和检测报告在校门口公示栏张贴，家长可以预约查看进货台账和留样记录。"


def framed(body, name="王先生"):
    return f"{name}，您好！您的来信已收悉，感谢您对我们工作的关心。\n{body}\n感谢您的理解与支持，欢迎继续监督。"


@pytest.fixture
def answered(draft, case, handler, approver):
    """An earlier case of the unit, answered with BODY."""
    earlier = another(draft, "路灯不亮")
    case("in_progress", earlier)
    workflow.hand_in(earlier, by=handler, text=framed(BODY), result="A")
    workflow.release_reply(earlier, by=approver)
    return earlier


@pytest.fixture
def begun(answered, case, client, handler):
    suggestion = case("in_progress")
    client.force_login(handler)
    return suggestion


def path(suggestion, act=""):
    return f"/desk/{suggestion.number}/{act and act + '/'}"


def hand_in(client, suggestion, text, **more):
    return client.post(path(suggestion, "hand-in"), {"text": text, "result": "A"} | more)


def test_the_fixed_phrases_alone_make_no_two_replies_alike():
    assert near.body(framed(BODY)) == near.body(framed(BODY, "陈女士"))
    assert near.share(near.grams(framed(BODY)), near.grams(framed(OTHER))) < 0.1


def test_a_reply_of_nothing_but_phrases_is_compared_as_a_whole():
    said = "您好，您的来信已收悉，感谢您的支持。"
    assert near.share(near.grams(said), near.grams(said)) == 1
    assert near.body("") == "" and near.share(near.grams(""), near.grams(BODY)) == 0


def test_a_copy_is_shown_before_it_is_handed_in_and_goes_through_once_confirmed(client, begun, answered):
    answer = hand_in(client, begun, framed(BODY, "陈女士"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert f"与 {answered.number} 的答复有 100% 相同" in html and "路灯不亮" in html
    assert Suggestion.objects.get(pk=begun.pk).status == "in_progress"
    assert hand_in(client, begun, framed(BODY, "陈女士"), still="on").status_code == 302
    assert Suggestion.objects.get(pk=begun.pk).status == "reply_review"


def test_the_same_body_answered_point_by_point_is_found_too(client, begun):
    answer = hand_in(client, begun, "您好，现答复如下。", point_0="路灯", answer_0=BODY)
    assert answer.status_code == 422
    assert "still" in answer.context["form"].errors


def test_another_answer_in_the_same_frame_goes_straight_through(client, begun):
    assert hand_in(client, begun, framed(OTHER)).status_code == 302


def test_saving_a_draft_asks_nothing(client, begun):
    assert client.post(path(begun, "draft"), {"text": framed(BODY)}).status_code == 302


def test_the_approver_reads_the_same_note_and_may_release(client, begun, answered, approver):
    hand_in(client, begun, framed(BODY), still="on")
    client.force_login(approver)
    assert f"与 {answered.number} 的答复有 100% 相同" in client.get(path(begun)).content.decode()
    client.post(path(begun, "release"))
    assert Suggestion.objects.get(pk=begun.pk).status == "replied"
    assert "几乎相同" not in client.get(path(begun)).content.decode()


def copies(suggestion, text=BODY, **options):
    return [n.reply.suggestion_id for n in near.copies(text, department_id=suggestion.department_id, **options)]


def test_only_this_unit_and_the_last_180_days_are_looked_at(begun, answered, city):
    assert copies(begun) == [answered.pk]
    assert near.copies(BODY, department_id=city.traffic.pk) == []
    assert copies(begun, now=timezone.now() + timedelta(days=181)) == []
    assert copies(begun, besides=answered.replies.get().pk) == []


def test_the_old_reply_to_the_same_case_is_a_copy_as_well(answered, handler, citizen):
    workflow.rate(answered, by=citizen, attitude=2, result=1, reason="没有解决")
    assert copies(answered) == [answered.pk]


def test_a_hundred_earlier_replies_cost_as_many_queries_as_one(begun, answered, handler, django_assert_num_queries):
    with django_assert_num_queries(2):
        near.copies(BODY, department_id=begun.department_id)
    now = timezone.now()
    of_case = {"title": "路灯", "situation": "不亮", "submitted_at": now, "status": "closed"}
    cases = [Suggestion(number=f"2026-8{n:05}", **of_case) for n in range(100)]
    said = {"department_id": begun.department_id, "author": handler, "text": OTHER, "result": "A"}
    replies = [Reply(suggestion=s, **said, handed_in_at=now, released_at=now) for s in cases]
    Suggestion.objects.bulk_create(cases)
    Reply.objects.bulk_create(replies)
    with django_assert_num_queries(2):
        assert len(near.copies(OTHER, department_id=begun.department_id)) == near.NAMED
