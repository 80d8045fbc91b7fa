"""What the script adds in a real browser: drafts save themselves, one press sends once, keys walk a list."""

import time

import pytest

from fzportal.tests import failing_urls

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("fzportal.tests.failing_urls"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def writing(new_page):
    """The page one writes on."""
    failing_urls.received.clear()
    page = new_page()
    page.goto("/writes/")
    return page


def test_a_draft_is_saved_a_few_seconds_after_the_last_key_and_says_so(writing):
    writing.get_by_label("内容").fill("电梯批次公开")
    writing.get_by_text("自动保存").wait_for()
    assert failing_urls.received == [("draft", "电梯批次公开")]


def test_when_saving_fails_the_page_says_that_the_words_are_still_there(writing):
    writing.route("**/writes/", lambda route: route.abort())
    writing.get_by_label("内容").fill("电梯批次公开")
    writing.get_by_text("暂时未能自动保存").wait_for()
    assert writing.get_by_label("内容").input_value() == "电梯批次公开"


def test_pressing_twice_sends_once(writing):
    writing.get_by_label("内容").fill("电梯批次公开")
    writing.evaluate(
        "() => { const b = document.querySelector('main form .button'); b.click(); b.click(); b.click(); }"
    )
    time.sleep(1.2)
    assert [kind for kind, _text in failing_urls.received] == ["sent"]


def test_leaving_with_unsaved_words_asks_first_and_after_saving_does_not(writing):
    asked = []
    writing.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    writing.get_by_label("内容").press_sequentially("电梯")
    writing.goto("/about/")
    assert asked == ["beforeunload"]
    writing.goto("/writes/")
    writing.get_by_label("内容").press_sequentially("电梯")
    writing.get_by_text("自动保存").wait_for()
    writing.goto("/about/")
    assert asked == ["beforeunload"]


def test_j_and_k_walk_the_rows_and_enter_opens_one(writing):
    for key in "jjjk":
        writing.keyboard.press(key)
    assert writing.evaluate("document.activeElement.textContent") == "一"
    writing.keyboard.press("j")
    writing.keyboard.press("Enter")
    writing.wait_for_url("**/help/")


def test_typing_j_in_a_field_is_typing(writing):
    writing.get_by_label("内容").press_sequentially("jk")
    assert writing.get_by_label("内容").input_value() == "jk"


def test_reading_aloud_is_offered_only_where_the_browser_can(new_page):
    page = new_page()
    page.goto("/gallery/")
    assert page.get_by_role("button", name="朗读").is_visible()
    mute = new_page()
    mute.add_init_script("delete window.speechSynthesis; delete Window.prototype.speechSynthesis")
    mute.goto("/gallery/")
    assert mute.evaluate("'speechSynthesis' in window") is False
    assert not mute.get_by_text("朗读", exact=True).is_visible()
