"""Rating, answering, withdrawing: the same for who signed in and for who holds the code."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from fzportal.templatetags.ui import day, when
from suggestions import workflow
from suggestions.models import Rating, Suggestion
from suggestions.permissions.verdict import CHANGEABLE

from .promised import LIGHTS, keep, reply

WHY = "没有回答进货来源的问题，请补充说明。"


@pytest.fixture
def code_holder(client):
    """Opens a suggestion with number and code and gives the client."""

    def open_case(suggestion):
        client.logout()
        client.post(reverse("track"), {"number": suggestion.number, "code": suggestion.query_code})
        return client

    return open_case


@pytest.fixture(params=["suggestion", "track"])
def room(request, client, citizen, code_holder):
    """``enter(suggestion)`` signs in or opens by code; ``at(name)`` gives the address of an act there."""

    class Room:
        name = request.param

        def enter(self, suggestion):
            self.number = suggestion.number
            if self.name == "track":
                return code_holder(suggestion)
            client.force_login(citizen)
            return client

        def at(self, act):
            return reverse(f"{self.name}_{act}", args=[self.number])

        @property
        def home(self):
            return reverse("suggestion_detail" if self.name == "suggestion" else "track_case", args=[self.number])

    return Room()


def now(suggestion):
    return Suggestion.objects.get(pk=suggestion.pk)


def test_satisfied_closes_the_case(room, case):
    suggestion = case("replied")
    client = room.enter(suggestion)
    response = client.post(room.at("rate"), {"attitude": "2", "result": "3"})
    assert (response.status_code, response.url) == (302, room.home)
    rating = Rating.objects.get()
    assert (rating.attitude, rating.result, rating.missed_points, rating.reason) == (2, 3, False, "")
    assert now(suggestion).status == "closed"
    assert "您的评价已记录" in client.get(room.home).content.decode()


def test_dissatisfied_with_the_result_has_it_handled_again(room, case):
    suggestion = case("replied")
    client = room.enter(suggestion)
    page = client.get(room.at("rate")).content.decode()
    assert "对结果不满意：由福州市教育局重新办理" in page
    client.post(room.at("rate"), {"attitude": "3", "result": "1", "missed_points": "on", "reason": WHY})
    rating = Rating.objects.get()
    assert (rating.attitude, rating.result, rating.missed_points, rating.reason) == (3, 1, True, WHY)
    assert now(suggestion).status == "rehandling"


def test_no_grade_is_chosen_beforehand_and_the_three_stand_in_one_order_twice(room, case):
    client = room.enter(case("replied"))
    page = client.get(room.at("rate")).content.decode()
    assert "checked" not in page
    for name in ("attitude", "result"):
        assert re.findall(rf'name="{name}" value="(\d)"', page) == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"reason": WHY}, {"attitude", "result"}),
        ({"attitude": "3", "result": "1", "reason": "  "}, {"reason"}),
        ({"attitude": "9", "result": "3", "reason": WHY}, {"attitude"}),
        ({"attitude": "3", "result": "1", "reason": WHY * 200}, {"reason"}),
    ],
)
def test_a_rating_that_says_too_little_is_422_and_keeps_the_words(room, case, sent, errors):
    suggestion = case("replied")
    client = room.enter(suggestion)
    response = client.post(room.at("rate"), sent)
    page = response.content.decode()
    assert (response.status_code, set(response.context["form"].errors)) == (422, errors)
    assert "<title>错误：" in page
    assert sent["reason"].strip() in page
    assert (now(suggestion).status, Rating.objects.count()) == ("replied", 0)


def test_a_rating_that_comes_too_late_is_409_with_the_page_as_it_is_and_the_words(room, case, citizen):
    suggestion = case("replied")
    client = room.enter(suggestion)
    workflow.rate(now(suggestion), by=citizen, attitude=3, result=3)
    response = client.post(room.at("rate"), {"attitude": "3", "result": "1", "reason": WHY})
    page = response.content.decode()
    assert response.status_code == 409
    assert "您提交时情况已有变化：评价" in page or "您提交时情况已有变化：提出人评价" in page
    assert WHY in page
    assert "已办结" in page
    assert Rating.objects.count() == 1


def test_a_question_is_answered_and_the_screening_goes_on(room, case):
    suggestion = case("needs_info")
    client = room.enter(suggestion)
    assert "是哪一所学校？" in client.get(room.at("answer")).content.decode()
    assert client.post(room.at("answer"), {"text": " \n "}).status_code == 422
    response = client.post(room.at("answer"), {"text": "温泉小学\n二年级"})
    assert (response.status_code, response.url) == (302, room.home)
    assert (now(suggestion).status, suggestion.changes.last().note) == ("submitted", "温泉小学\n二年级")
    assert client.post(room.at("answer"), {"text": "再答一次"}).status_code == 409


def test_withdrawing_asks_first_and_ends_it(room, case):
    suggestion = case("in_progress")
    client = room.enter(suggestion)
    assert "撤回后不能恢复" in client.get(room.at("withdraw")).content.decode()
    assert now(suggestion).status == "in_progress"
    client.post(room.at("withdraw"), {"note": "已经解决"})
    assert now(suggestion).status == "withdrawn"
    page = client.get(room.home).content.decode()
    assert room.at("withdraw") not in page


@pytest.mark.parametrize(("act", "state"), [("rate", "accepted"), ("answer", "accepted"), ("withdraw", "closed")])
def test_an_act_out_of_season_leads_back_to_the_case(room, case, act, state):
    client = room.enter(case(state))
    response = client.get(room.at(act))
    assert (response.status_code, response.url) == (302, room.home)


@pytest.mark.parametrize("act", ["rate", "answer", "withdraw"])
def test_only_the_author_may_and_others_are_refused(case, office, deputy, neighbour, client, act):
    suggestion = case("replied")
    address = reverse(f"suggestion_{act}", args=[suggestion.number])
    response = client.get(address)
    assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={address}")
    client.force_login(neighbour)
    assert client.get(address).status_code == 404  # not published: not there
    workflow.publish(suggestion, by=office)
    for user in (neighbour, office, deputy):
        client.force_login(user)
        data = {"attitude": 3, "result": 3, "text": "x", "reason": "x"}
        assert (client.get(address).status_code, client.post(address, data).status_code) == (403, 403)
    assert now(suggestion).status == "replied"


def test_the_case_invites_to_the_act_whose_time_it_is(room, case):
    suggestion = case("needs_info")
    client = room.enter(suggestion)
    page = client.get(room.home).content.decode()
    assert f'href="{room.at("answer")}"' in page
    assert "现在等您补充材料" in page
    assert room.at("rate") not in page


def test_after_a_dissatisfied_rating_the_page_says_who_does_what_by_when(room, case, handler, approver):
    suggestion = case("replied")
    client = room.enter(suggestion)
    client.post(room.at("rate"), {"attitude": "3", "result": "1", "reason": WHY})
    due = day(now(suggestion).due_at)
    assert f"感谢您的直言。由福州市教育局重新办理，{due}前再次答复。" in client.get(room.home).content.decode()
    reply(suggestion, handler, approver)
    assert "对结果不满意：人大代表工作机构介入督办" in client.get(room.at("rate")).content.decode()
    client.post(room.at("rate"), {"attitude": "3", "result": "1", "reason": WHY})
    due = day(now(suggestion).due_at)
    assert f"人大代表工作机构介入督办，{due}前决定如何处理。" in client.get(room.home).content.decode()


def test_a_bad_word_for_the_attitude_alone_wants_a_reason_too(room, case):
    suggestion = case("replied")
    response = room.enter(suggestion).post(room.at("rate"), {"attitude": "1", "result": "2"})
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"reason"})


def test_the_same_page_changes_the_rating_and_says_what_was_given_until_when_and_what_it_does(room, case):
    suggestion = case("closed")
    client = room.enter(suggestion)
    assert f'href="{room.at("rate")}"' in client.get(room.home).content.decode()
    response = client.get(room.at("rate"))
    page = response.content.decode()
    assert "更改评价" in page
    assert f"{when(Rating.objects.get().at + CHANGEABLE)}之前可以更改" in page
    assert "对结果不满意：撤销办结，由福州市教育局重新办理" in page
    form = response.context["form"]
    assert [form[name].value() for name in ("attitude", "result", "reason")] == [3, 3, ""]
    sent = {"attitude": "3", "result": "1", "reason": WHY, "version": form["version"].value()}
    response = client.post(room.at("rate"), sent)
    assert (response.status_code, response.url, now(suggestion).status) == (302, room.home, "rehandling")
    # The page in the other window is about a rating that is another one now.
    response = client.post(room.at("rate"), sent | {"result": "3"})
    assert (response.status_code, now(suggestion).status) == (409, "rehandling")
    assert WHY in response.content.decode()


def test_a_change_that_comes_after_seven_days_is_409_with_the_words_kept(room, case):
    suggestion = case("closed")
    client = room.enter(suggestion)
    version = client.get(room.at("rate")).context["form"]["version"].value()
    Rating.objects.update(at=timezone.now() - CHANGEABLE)
    response = client.post(room.at("rate"), {"attitude": "3", "result": "1", "reason": WHY, "version": version})
    page = response.content.decode()
    assert response.status_code == 409
    assert "评价七天内可以更改" in page
    assert WHY in page
    assert (now(suggestion).status, Rating.objects.get().result) == ("closed", 3)
    response = client.get(room.at("rate"))
    assert (response.status_code, response.url) == (302, room.home)
    assert room.at("rate") not in client.get(room.home).content.decode()


def test_a_kept_promise_is_rated_from_its_own_page_once(room, case, handler, approver):
    suggestion = reply(case("in_progress"), handler, approver, promises=[(LIGHTS, 9)])
    promise = keep(suggestion.commitments.get(), handler, approver)
    client = room.enter(suggestion)
    name = {"suggestion": "promise_rate", "track": "track_promise_rate"}[room.name]
    address = reverse(name, args=[suggestion.number, promise.pk])
    assert f'href="{address}"' in client.get(room.home).content.decode()
    page = client.get(address)
    assert LIGHTS in page.content.decode()
    assert "missed_points" not in page.context["form"].fields
    assert client.post(address, {"attitude": "3"}).status_code == 422
    response = client.post(address, {"attitude": "3", "result": "2", "reason": ""})
    assert (response.status_code, response.url, now(suggestion).status) == (302, room.home, "replied")
    response = client.post(address, {"attitude": "1", "result": "1", "reason": WHY})
    assert (response.status_code, WHY in response.content.decode()) == (409, True)
    assert client.get(reverse(name, args=[suggestion.number, promise.pk + 999])).status_code == 404
