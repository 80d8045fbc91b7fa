"""The verdict in Chromium, on a phone and in large print: rated, changed, promised, kept, supervised, closed over."""

import os
from pathlib import Path

import pytest

from suggestions import workflow
from suggestions.models import Rating, Suggestion
from tests.looks import LOOKS, findings, sign_in

from .promised import LIGHTS, SURVEY, keep, let_pass, reply

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_from_the_rating_to_the_published_end(
    new_page, width, elder, case, live, citizen, handler, approver, office, other_office
):
    suggestion = case("in_progress")
    workflow.publish(suggestion, by=office)
    reply(suggestion, handler, approver, promises=[(LIGHTS, 9), (SURVEY, 20), ("每月公布一次抽检结果", 40)])
    page, found = new_page(width, elder=elder), {}

    def look(name, path=None):
        if path:
            page.goto(path)
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=str(Path(folder) / f"{width}-{name}.png"), full_page=True)
        found[name] = findings(page)

    def press(name):
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_load_state()

    at = f"/suggestions/{suggestion.number}/"
    sign_in(page, citizen, live)
    look("rate", f"{at}rate/")
    page.locator("#id_result_2").check()
    press("提交评价")
    look("rate-error")
    page.locator("#id_attitude_0").check()
    page.locator("#id_reason").fill("没有写明由谁供货。")
    press("提交评价")
    look("rehandling")
    assert "由福州市教育局重新办理" in page.inner_text("main")
    page.get_by_role("link", name="更改评价").click()
    look("change")
    page.locator("#id_result_1").check()
    press("更改评价")
    assert (Rating.objects.get().result, Suggestion.objects.get().status) == (2, "closed")
    kept, missed, _due = suggestion.commitments.all()
    keep(kept, handler, approver)
    let_pass(missed)
    look("promise-rate", f"{at}promises/{kept.pk}/rate/")
    page.locator("#id_attitude_0").check()
    page.locator("#id_result_2").check()
    page.locator("#id_reason").fill("只装了一半。")
    press("提交评价")
    reply(Suggestion.objects.get(), handler, approver)
    workflow.rate(Suggestion.objects.get(), by=citizen, attitude=2, result=1, reason="没有变化")
    workflow.miss(missed)
    look("supervised", at)
    look("ledger", "/commitments/")
    look("ledger-empty", "/commitments/?state=reported")
    sign_in(page, handler, live)
    look("desk-list", "/desk/commitments/")
    look("desk-promise", f"/desk/commitments/{missed.pk}/")
    workflow.propose_closing(Suggestion.objects.get(), by=office, reason="相关规定由上级制定，本市无权更改。")
    sign_in(page, other_office, live)
    look("admin-case", f"/admin/suggestions/suggestion/{suggestion.pk}/change/")
    look("admin-consent", f"/admin/suggestions/suggestion/{suggestion.pk}/close-over/")
    press("同意办结")
    page.context.clear_cookies()
    look("closed-over", at)
    assert "相关规定由上级制定，本市无权更改。" in page.inner_text("main")
    look("list", "/suggestions/")
    assert found == dict.fromkeys(found, [])
