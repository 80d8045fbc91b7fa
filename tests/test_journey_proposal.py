"""The way of a proposal through its pages: three suggestions taken up, one report, three answers."""

import pytest
from django.conf import settings
from django.utils import timezone

from notifications.models import Notification
from notifications.workflow import announce
from suggestions.models import Proposal, Suggestion

from .cast import WORDS, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at(client, live, new_page):
    """``at(user, javascript=False)``: a page on which ``user`` is signed in."""

    def enter(user, **options):
        page = new_page(375, **options)
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live}])
        return page

    return enter


def press(page, name, exact=True):
    page.get_by_role("button", name=name, exact=exact).click()


@pytest.mark.parametrize("javascript", [False, True])
def test_three_suggestions_taken_up_by_one_deputy_are_answered_by_one_report(
    javascript, at, case, city, citizen, neighbour, deputy, office, handler, approver
):
    third = person("三山", "郑三山", "third@example.com")
    claimed = [
        case("triaging", Suggestion.objects.create(
            author=author, title=title, situation="家长看不到。", category=city.category, division=city.street
        ))
        for author, title in ((citizen, "请公开食堂菜单"), (neighbour, "请公开食堂账目"), (third, "请公开检测结果"))
    ]  # fmt: skip

    page = at(deputy, javascript=javascript)
    for suggestion in claimed:
        page.goto(f"/desk/{suggestion.number}/")
        page.get_by_text("吸纳为代表建议", exact=True).first.click()
        if suggestion != claimed[0]:
            page.get_by_label("您的代表建议").select_option(index=1)
        press(page, "吸纳为代表建议")
    proposal = Proposal.objects.get()
    page.goto(f"/desk/proposals/{proposal.pk}/")
    assert page.get_by_text("写明情况和建议内容").is_visible()
    page.get_by_text("修改文字", exact=True).first.click()
    page.get_by_label("情况").fill(WORDS["situation"])
    page.get_by_label("建议内容").fill(WORDS["request"])
    press(page, "修改文字")
    press(page, "提交")
    proposal.refresh_from_db()
    assert proposal.number in page.content()

    page = at(office, javascript=javascript)
    page.goto(f"/admin/suggestions/proposal/{proposal.pk}/assign/")
    page.get_by_label("主办单位").select_option(label="福州市教育局")
    press(page, "交办")

    page = at(handler, javascript=javascript)
    page.goto(f"/desk/proposals/{proposal.pk}/")
    press(page, "开始办理")
    page.get_by_text("登记联系沟通", exact=True).first.click()
    page.get_by_label("电话", exact=True).check()
    page.get_by_label("日期").fill(timezone.localdate().isoformat())
    page.get_by_label("沟通情况").fill("已向代表说明办理思路。")
    press(page, "登记联系沟通")
    page.get_by_label("答复", exact=True).fill("自下学期起每周公开。")
    page.get_by_label("A 类：已解决或基本解决").check()
    press(page, "提交审核")

    page = at(approver, javascript=javascript)
    page.goto(f"/desk/proposals/{proposal.pk}/")
    press(page, "审核通过并公布")
    page.goto(f"/proposals/{proposal.pk}/")
    assert page.get_by_text("自下学期起每周公开。").is_visible()

    states = Suggestion.objects.submitted().order_by("pk").values_list("status", "replies__text")
    assert list(states) == [("replied", "自下学期起每周公开。")] * 3
    announce()
    told = Notification.objects.filter(event="answered_by_proposal", channel="inbox").order_by("pk")
    assert [n.recipient for n in told] == [citizen, neighbour, third]
