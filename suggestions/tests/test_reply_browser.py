"""Writing a reply in the browser: rows and passages without leaving the page, saved by themselves; accessible."""

import pytest

from suggestions import workflow
from suggestions.models import Passage, Reply
from suggestions.tests.test_claim import another
from tests.looks import findings, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def begun(case, city):
    Passage.objects.create(department=city.education, title="结尾", text="咨询电话 {phone}。")
    return case("in_progress")


def test_rows_grow_and_a_passage_goes_where_one_writes_without_leaving_the_page(live, page, begun, handler):
    sign_in(page, handler, live)
    page.goto(f"/desk/{begun.number}/")
    page.get_by_label("第 1 条诉求").fill("菜单没有公开")
    page.get_by_label("对第 1 条的答复").fill("每周一公布。")
    page.get_by_role("button", name="添加一条").click()
    page.keyboard.type("食材来源")
    page.get_by_label("对第 2 条的答复").fill("按月公示。")
    page.get_by_label("常用语", exact=True).select_option(label="结尾")
    page.get_by_role("button", name="插入常用语").click()
    assert page.get_by_label("对第 2 条的答复").input_value() == "按月公示。咨询电话 0591-00000001。"
    assert page.evaluate("document.querySelectorAll('.reply-form [id]').length") == page.evaluate(
        "new Set(Array.from(document.querySelectorAll('.reply-form [id]'), e => e.id)).size"
    )
    page.get_by_label("答复", exact=True).fill("现答复如下。")
    # Some seconds after the last key.
    page.locator(".saved", has_text="草稿已于").wait_for()
    points = [(p.point, p.answer) for p in Reply.objects.get().points.all()]
    assert points == [("菜单没有公开", "每周一公布。"), ("食材来源", "按月公示。咨询电话 0591-00000001。")]


def test_the_form_with_errors_and_the_note_on_copies_is_accessible(
    live, new_page, begun, draft, case, handler, approver
):
    text = "经核查，学校食堂自下周起每周一公布菜单，供货单位名单和检测报告在校门口公示栏张贴，家长可以预约查看。"
    workflow.hand_in(begun, by=handler, text=text, result="A", points=[("菜单", "已公布")])
    workflow.release_reply(begun, by=approver)
    other = another(draft, "另一所学校")
    case("in_progress", other)
    page = new_page(375, elder=True)
    sign_in(page, handler, live)
    page.goto(f"/desk/{other.number}/")
    page.get_by_label("答复", exact=True).fill(text)
    page.get_by_label("A 类").check()
    page.get_by_role("button", name="提交审核").click()
    page.get_by_role("heading", name="请检查以下内容").wait_for()
    assert page.get_by_text(f"与 {begun.number} 的答复有").is_visible()
    assert findings(page) == []
