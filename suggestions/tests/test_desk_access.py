"""axe-core finds nothing on the desk: lists and case pages, filled, empty and with errors; keys and phones work."""

from datetime import timedelta

import pytest
from django.utils import timezone

from suggestions import workflow
from suggestions.models import Suggestion
from suggestions.tests.test_claim import another
from tests.looks import LOOKS, findings, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visited(live, new_page):
    """``visited(width, elder, [(user, path), …])``: path -> what is wrong there."""

    def visit(width, elder, steps):
        found = {}
        for user, path in steps:
            page = new_page(width, elder=elder)
            page.emulate_media(reduced_motion="reduce")
            sign_in(page, user, live)
            page.goto(path)
            for name in page.locator("main details.disclosure").all():
                name.evaluate("details => { details.open = true; }")
            found[f"{user.name} {path}"] = findings(page)
            page.context.close()
        return found

    return visit


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_on_a_deputys_pages(width, elder, visited, case, deputy, citizen):
    claimed = case("triaging")
    late, soon = (
        case("accepted", another(claimed, "路口信号灯时间太短，老人过不去")),
        case("accepted", another(claimed)),
    )
    Suggestion.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(days=3))
    pages = ["/desk/?queue=pool", "/desk/?queue=claimed", "/desk/?queue=overdue", "/desk/?queue=passed-on"]
    pages += [f"/desk/{s.number}/?queue=pool" for s in (claimed, late, soon)]
    pages += [f"/desk/{claimed.number}/merge/?into={late.number}", f"/desk/{claimed.number}/merge/?into=1"]
    found = visited(width, elder, [(deputy, path) for path in pages] + [(citizen, "/desk/")])
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_on_a_departments_pages(
    width, elder, visited, case, city, handler, approver, office, officer, citizen
):
    review = case("reply_review")
    again = case("rehandling", another(review, "加装电梯审批请公开进度"))
    begun, given = case("in_progress", another(review)), case("assigned", another(review))
    workflow.save_reply(begun, by=handler, text="正在核实。", result="B")
    steps = [(handler, f"/desk/?queue={q}") for q in ("assigned", "in-progress", "to-release", "department-overdue")]
    steps += [(handler, f"/desk/{s.number}/?queue=in-progress") for s in (given, begun, again, review)]
    steps += [(approver, f"/desk/{review.number}/?queue=to-release"), (office, "/desk/"), (officer, "/desk/")]
    steps += [(office, f"/desk/{begun.number}/")]
    found = visited(width, elder, steps)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_a_reply_without_a_class_keeps_its_words_and_leads_to_what_is_missing(live, new_page, case, handler):
    suggestion = case("in_progress")
    page = new_page(375)
    sign_in(page, handler, live)
    page.goto(f"/desk/{suggestion.number}/?queue=in-progress")
    page.locator("#id_hand-in_text").fill("我局已研究，答复如下。")
    page.get_by_role("button", name="提交审核").click()
    page.wait_for_load_state()
    assert page.title().startswith("错误：")
    assert page.locator("#id_hand-in_text").input_value() == "我局已研究，答复如下。"
    assert findings(page) == []


def test_somebody_faster_is_said_on_the_page_as_it_is_now(live, new_page, case, city, handler):
    suggestion = case("in_progress")
    page = new_page(375)
    sign_in(page, handler, live)
    page.goto(f"/desk/{suggestion.number}/?queue=in-progress")
    page.locator("#id_hand-in_text").fill("写了一半")
    workflow.hand_in(suggestion, by=handler, text="另一个窗口交的", result="A")
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_load_state()
    assert "您的操作没有生效" in page.locator("main").inner_text()
    assert page.locator(".kept textarea").input_value() == "写了一半"
    assert findings(page) == []


def test_j_and_k_walk_the_list_and_enter_opens_the_case(live, new_page, case, deputy):
    first = case("accepted")
    second = case("accepted", another(first))
    page = new_page(1280)
    sign_in(page, deputy, live)
    page.goto("/desk/?queue=pool")
    for key in ("j", "j", "k", "j", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(f"**/desk/{second.number}/?queue=pool")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_deputy_claims_and_refers_on_a_phone_with_or_without_scripts(javascript, live, new_page, case, city, deputy):
    suggestion = case("accepted")
    page = new_page(375, javascript=javascript)
    sign_in(page, deputy, live)
    page.goto("/desk/")
    page.get_by_role("link", name=suggestion.title).click()
    page.get_by_role("button", name="认领").click()
    page.get_by_role("link", name=suggestion.number).click()
    page.locator("summary", has_text="转交").click()
    page.locator("textarea[name=opinion]").fill("请教育局研究。")
    page.get_by_role("button", name="转交").click()
    page.wait_for_url("**/desk/")
    assert Suggestion.objects.get(pk=suggestion.pk).status == "referred"


def test_what_a_handler_types_is_saved_by_itself(live, new_page, case, city, handler):
    suggestion = case("in_progress")
    page = new_page(1280)
    sign_in(page, handler, live)
    page.goto(f"/desk/{suggestion.number}/")
    with page.expect_response(f"**/desk/{suggestion.number}/draft/") as saved:
        page.locator("#id_hand-in_text").fill("自动保存的话")
    assert saved.value.status == 204
    assert suggestion.replies.get().text == "自动保存的话"
