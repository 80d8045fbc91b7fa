"""The whole submission in Chromium: on a phone and a desk screen, in large print, without JavaScript, by keyboard."""

import os
import re
from pathlib import Path

import pytest
from django.core import mail

from suggestions import workflow
from suggestions.models import Suggestion
from tests.looks import LOOKS, findings

from .made import pdf, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLE = "学校食堂菜单公开，希望每周一次"
SITUATION = "孩子在校吃午餐，家长看不到食材从哪里来。\n\n上学期问过两次，都说“以后再说”。"


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def published(case, office):
    """One that others have submitted, to be found similar."""
    suggestion = case("accepted")
    workflow.publish(suggestion, by=office)
    return suggestion


class Walk:
    """Somebody at a page; ``look`` checks and, when SHOTS names a folder, photographs every page on the way."""

    def __init__(self, page, width, name, *, checks=True):
        self.page, self.width, self.name, self.checks, self.found, self.count = page, width, name, checks, {}, 0

    def look(self, name):
        self.count += 1
        if folder := os.environ.get("SHOTS"):
            path = Path(folder) / f"{self.name}-{self.count:02}-{name}.png"
            self.page.screenshot(path=str(path), full_page=True)
        if self.checks:
            self.found[name] = findings(self.page)

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def go(self, files):
        page = self.page
        page.goto("/suggestions/new/")
        self.look("scope")
        self.press("继续")
        self.look("scope-error")
        page.get_by_label("12345", exact=False).or_(page.get_by_label("个人的办事咨询")).first.check()
        self.press("继续")
        self.look("elsewhere")
        self.press("这是一条建议，继续填写")
        self.look("words")
        self.press("保存并继续")
        self.look("words-error")
        page.get_by_label("标题", exact=True).fill(TITLE)
        page.locator("#id_situation").fill(SITUATION)
        page.locator("#id_proposal").fill("每周一公布菜单、供货单位和检测结果。")
        self.press("保存并继续")
        self.place()
        self.files(files)
        self.similar()
        self.sign_in()
        self.person()
        self.look("check")
        self.press("提交建议")
        self.look("done")

    def place(self):
        page = self.page
        self.look("place")
        page.locator("#id_category").select_option(label="教育")
        if page.locator("#id_division_search").count():
            page.locator("#id_division_search").press_sequentially("wqjd")
            page.locator("#id_division_search").press("Enter")
            page.get_by_text("已选：温泉街道").wait_for()
        else:
            page.locator("#id_division").select_option(label="温泉街道")
        page.locator("#id_place").fill("温泉小学")
        self.press("保存并继续")

    def files(self, files):
        page = self.page
        self.look("files")
        page.locator("#id_files").set_input_files(files["bad"])
        self.press("上传")
        self.look("files-error")
        page.locator("#id_files").set_input_files([files["photo"], files["pdf"]])
        self.press("上传")
        assert page.get_by_text("已保存 2 个文件").is_visible()
        self.look("files-kept")
        self.press("保存并继续")

    def similar(self):
        assert self.page.get_by_role("heading", name="已经有人提过相近的建议").is_visible()
        self.look("similar")
        self.page.get_by_role("link", name="我的不一样，继续").click()

    def sign_in(self):
        page = self.page
        self.look("sign-in")
        page.get_by_role("main").get_by_role("link", name="登录").click()
        page.get_by_label("手机号或邮箱").or_(page.locator("#id_address")).first.fill("neighbour@example.com")
        page.locator("main form button:not([class*=plain])").first.click()
        page.wait_for_url("**/confirm/**")
        page.locator("#id_code").fill(re.search(r"\b(\d{6})\b", mail.outbox[-1].body)[1])
        page.locator("main form button:not([class*=plain])").first.click()
        page.wait_for_url("**/person/")

    def person(self):
        page = self.page
        self.look("person")
        self.press("保存并继续")
        self.look("person-error")
        page.get_by_label("姓氏加星号（陈**）").check()
        page.locator("#id_phone").fill("１３８ 0013-8000")
        page.locator("#id_publish").check()
        self.press("保存并继续")


@pytest.fixture
def files(tmp_path):
    made = {"photo": picture(size=(800, 600)), "pdf": pdf(), "bad": b"<svg onload='alert(1)'/>"}
    names = {"photo": "食堂后门.jpg", "pdf": "说明.pdf", "bad": "假照片.jpg"}
    for key, data in made.items():
        (tmp_path / names[key]).write_bytes(data)
    return {key: str(tmp_path / name) for key, name in names.items()}


def assert_it_arrived(neighbour):
    suggestion = Suggestion.objects.get(author=neighbour)
    assert (suggestion.status, suggestion.title, suggestion.situation) == ("submitted", TITLE, SITUATION)
    assert (suggestion.division.name, suggestion.category.slug, suggestion.author_name) == (
        "温泉街道",
        "education",
        "陈**",
    )
    assert suggestion.contact.phone == "+8613800138000"
    assert list(suggestion.consents.values_list("kind", flat=True)) == ["publish"]
    assert list(suggestion.attachments.values_list("name", flat=True)) == ["食堂后门.jpg", "说明.pdf"]
    return suggestion


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_on_any_step(new_page, width, elder, files, neighbour, published):
    walk = Walk(new_page(width, elder=elder), width, f"{width}{'-elder' if elder else ''}")
    walk.go(files)
    suggestion = assert_it_arrived(neighbour)
    assert suggestion.number in walk.page.inner_text("main") and suggestion.query_code in walk.page.inner_text("main")
    assert walk.found == {name: [] for name in walk.found}
    assert len(walk.found) == 15


def test_the_whole_way_works_without_javascript(new_page, files, neighbour, published):
    walk = Walk(new_page(375, javascript=False), 375, "plain", checks=False)
    walk.go(files)
    assert_it_arrived(neighbour)


def test_nothing_breaks_the_security_policy_on_the_way_and_going_back_afterwards_shows_the_confirmation(
    new_page, files, neighbour, published
):
    page = new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    Walk(page, 1280, "back", checks=False).go(files)
    # The browser itself logs every 422.
    assert [text for text in complaints if "422" not in text] == []
    for _n in range(2):
        page.go_back()
        page.reload()
    assert page.url.endswith("/done/")


def test_words_are_saved_while_somebody_types(new_page, city):
    page = new_page()
    page.goto("/suggestions/new/")
    page.get_by_label("提一条建议", exact=False).check()
    page.get_by_role("button", name="继续", exact=True).click()
    page.locator("#id_title").fill("才写了标题")
    page.get_by_text("自动保存").wait_for()
    assert Suggestion.objects.get().title == "才写了标题"


def test_a_street_is_found_by_name_pinyin_and_initials(new_page, city):
    page = new_page()
    page.goto("/suggestions/new/")
    page.get_by_label("提一条建议", exact=False).check()
    page.get_by_role("button", name="继续", exact=True).click()
    page.goto(page.url.replace("/words/", "/place/"))
    field, select = page.locator("#id_division_search"), page.locator("#id_division")
    for wanted, found in [("温泉街", "温泉街道"), ("wenquan jie", "温泉街道"), ("wqjd", "温泉街道"), ("闽侯", "14")]:
        field.fill(wanted)
        page.locator(
            ".narrowing [role=status]", has_text="已选：" + found if not found.isdigit() else "找到"
        ).wait_for()
    field.fill("没有这个地方")
    page.get_by_text("没有找到").wait_for()
    field.fill("")
    page.wait_for_timeout(400)
    assert select.locator("option").count() == 200
