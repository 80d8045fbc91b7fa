"""axe finds nothing on the pages people read, in both views and on both screens; the acts work without JavaScript."""

from datetime import timedelta

import pytest
from django.utils import timezone

from suggestions import search, workflow
from suggestions.models import Rating, Suggestion
from tests.looks import LOOKS, findings, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(case, city, citizen, office):
    """A published case of each kind, by name."""
    cases = {}
    for state in ("in_progress", "needs_info", "replied", "rehandling", "declined"):
        suggestion = Suggestion.objects.create(
            author=citizen,
            title="内河步道夜间照明缺失",
            situation="台阶看不清。",
            category=city.category,
            division=city.street,
        )
        cases[state] = case(state, suggestion)
    cases["overdue"] = case("assigned")
    for suggestion in cases.values():
        workflow.publish(suggestion, by=office)
        search.index(suggestion)
    workflow.view_contact(cases["replied"], by=office, reason="核实地点")
    Suggestion.objects.filter(pk=cases["overdue"].pk).update(due_at=timezone.now() - timedelta(days=8))
    return cases


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_and_nothing_is_cut_off(town, new_page, live, citizen, width, elder):
    page, wrong = new_page(width, elder=elder), []
    addresses = ["/", "/suggestions/", "/suggestions/?q=照明&county=350102", "/suggestions/?q=没有这样的", "/track/"]
    addresses += [suggestion.get_absolute_url() for suggestion in town.values()]
    own = ["/my/", "/my/following/", town["replied"].get_absolute_url(), town["needs_info"].get_absolute_url()]
    own += [town["replied"].get_absolute_url() + "rate/", town["needs_info"].get_absolute_url() + "answer/"]
    own += [town["needs_info"].get_absolute_url() + "withdraw/"]
    for address in [*addresses, None, *own]:
        if address is None:
            sign_in(page, citizen, live)
            continue
        page.goto(address)
        wrong += [(address, found) for found in findings(page)]
    assert wrong == []


def test_without_javascript_a_reply_is_found_by_code_and_rated(town, new_page):
    suggestion = town["replied"]
    page = new_page(375, javascript=False)
    page.goto("/track/")
    page.get_by_label("编号").fill(suggestion.number)
    page.get_by_label("查询码").fill(suggestion.query_code.lower())
    page.get_by_role("button", name="查询", exact=True).click()
    page.get_by_role("link", name="评价答复").click()
    page.get_by_role("group", name="对办理态度的评价").get_by_label("基本满意").check()
    page.get_by_role("group", name="对办理结果的评价").get_by_label("不满意").check()
    page.get_by_role("button", name="提交评价").click()
    assert page.get_by_role("alert").count() == 1
    page.get_by_label("还缺什么").fill("灯还没有装。")
    page.get_by_role("button", name="提交评价").click()
    page.get_by_text("感谢您的直言。").wait_for()
    assert "重新办理" in page.locator("main").inner_text()
    rating = Rating.objects.get(reply__suggestion=suggestion)
    assert (rating.attitude, rating.result, rating.reason) == (2, 1, "灯还没有装。")


def test_without_javascript_a_suggestion_is_found_and_supported(town, new_page, live, neighbour):
    suggestion = town["in_progress"]
    page = new_page(375, javascript=False)
    sign_in(page, neighbour, live)
    page.goto("/suggestions/")
    page.get_by_role("searchbox", name="标题或正文里的字词").fill("台阶看不")
    page.get_by_role("button", name="搜索", exact=True).last.click()
    page.locator(f'a[href="{suggestion.get_absolute_url()}"]').click()
    page.get_by_role("button", name="附议这一条").click()
    assert page.get_by_role("button", name="已附议，取消").count() == 1
    assert Suggestion.objects.get(pk=suggestion.pk).supporters == 1
