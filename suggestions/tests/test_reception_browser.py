"""From the counter to the timeline in Chromium: on a phone and a desk screen, in large print, without JavaScript."""

import os
from pathlib import Path

import pytest

from liaison import workflow as liaison
from liaison.models import Reception
from suggestions.models import Suggestion
from tests.looks import LOOKS, findings, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "食堂不公开菜单。我问过两次，都说“以后再说”。"


@pytest.fixture
def visit(session, officer):
    return liaison.book(session.slots.first(), by=officer, name="陈阿婆", topic="想知道食堂的食材从哪里来")


class Walk:
    """Somebody at a page; ``look`` checks and, when SHOTS names a folder, photographs."""

    def __init__(self, page, width, name, *, checks=True):
        self.page, self.width, self.name, self.checks, self.found = page, width, name, checks, {}

    def look(self, name):
        if folder := os.environ.get("SHOTS"):
            self.page.screenshot(path=str(Path(folder) / f"{self.name}-{name}.png"), full_page=True)
        if self.checks:
            self.found[name] = findings(self.page)

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def receive(self, visit):
        page = self.page
        page.goto(f"/desk/appointments/{visit.pk}/reception/")
        self.look("record")
        self.press("保存登记")
        self.look("record-error")
        page.locator("#id_own_words").fill(WORDS)
        page.get_by_label("登记为群众建议").or_(page.locator("#id_outcome_1")).first.check()
        page.locator("#id_notes").fill("老人听力不便。")
        page.locator("#id_is_confirmed").check()
        page.locator("#id_may_publish").check()
        self.press("保存登记")
        self.look("suggestion")
        page.locator("#id_title").fill("请公开学校食堂的菜单")
        page.locator("#id_category").select_option(label="教育")
        if page.locator("#id_is_claimed").count():
            page.locator("#id_is_claimed").check()
        self.press("生成建议")
        self.look("raised")


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_from_the_counter_to_the_timeline(
    new_page, width, elder, visit, deputy, client, live, settings
):
    page = new_page(width, elder=elder)
    sign_in(page, deputy, live)
    walk = Walk(page, width, f"{width}{'-elder' if elder else ''}")
    walk.receive(visit)
    made = Suggestion.objects.get()
    assert (made.status, made.situation, made.deputy) == ("triaging", WORDS, deputy.deputy)
    assert made.query_code in page.inner_text("main")
    for name, path in (
        ("read", f"/desk/appointments/{visit.pk}/reception/"),
        ("case", f"/desk/{made.number}/"),
        ("detail", f"/suggestions/{made.number}/"),
        ("addressed", f"/suggestions/new/?deputy={deputy.deputy.pk}"),
    ):
        page.goto(path)
        walk.look(name)
    page.locator("#id_topic_0").check()
    walk.press("继续")
    walk.look("addressed-words")
    walk.press("不指定对象")
    assert page.get_by_text("写给").count() == 0
    assert walk.found == {name: [] for name in walk.found}
    assert len(walk.found) == 9


def test_the_way_from_the_counter_works_without_javascript(new_page, visit, officer, client, live, settings):
    page = new_page(375, javascript=False)
    sign_in(page, officer, live)
    Walk(page, 375, "plain", checks=False).receive(visit)
    made = Suggestion.objects.get()
    assert (made.status, made.reception) == ("submitted", Reception.objects.get())
    assert made.number in page.inner_text("main")
