"""axe-core finds nothing on the pieces every page is built from, at any width, in any mode."""

import pytest

from tests.looks import findings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("fzportal.tests.failing_urls"),
    pytest.mark.django_db(transaction=True),
]
PATHS = [
    "/gallery/",
    "/about/",
    "/help/",
    "/privacy/",
    "/accessibility/",
    "/sitemap/",
    "/no/such/page/",
    "/fails/others/",
]
MODES = {"normal": {}, "elder": {"elder": True}, "dark": {}}


@pytest.fixture(params=[375, 1280])
def width(request):
    return request.param


@pytest.fixture(params=MODES)
def visit(request, new_page, width):
    """A page at that width, in normal, large-print or dark display."""
    page = new_page(width, **MODES[request.param])
    page.emulate_media(color_scheme="dark" if request.param == "dark" else "light", reduced_motion="reduce")
    return page


def test_axe_finds_nothing_and_nothing_is_cut_off_at_the_side(visit, width):
    found = {}
    for path in PATHS:
        visit.goto(path)
        found[path] = findings(visit)
    assert found == {path: [] for path in PATHS}


def test_axe_finds_nothing_in_a_form_with_errors_and_the_summary_has_the_focus(visit):
    visit.goto("/gallery/")
    visit.get_by_label("标题").fill("电梯批次公开")
    visit.get_by_role("button", name="提交").click()
    visit.wait_for_load_state()
    assert visit.title().startswith("错误：")
    assert visit.evaluate("document.activeElement.classList.contains('summary')")
    assert findings(visit) == []


def test_targets_are_large_enough(visit):
    """44 px, in the large-print view 60; links inside a sentence are excepted (WCAG 2.5.8)."""
    visit.goto("/gallery/")
    least = 60 if visit.evaluate("document.documentElement.dataset.mode") == "elder" else 44
    small = visit.evaluate(
        """least => Array.from(document.querySelectorAll(
              `header a, nav a, footer a, button, summary, select, .choices label,
               input:not([type=checkbox]):not([type=radio])`))
            .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < least - 0.5)
            .map(e => e.outerHTML.slice(0, 90) + ' ' + e.getBoundingClientRect().height)""",
        least,
    )
    assert small == []


def test_no_rule_of_the_content_security_policy_is_broken(new_page):
    page = new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in ("/gallery/", "/about/", "/accounts/login/"):
        page.goto(path)
    assert complaints == []


def test_the_counter_counts_as_the_server_does(new_page):
    page = new_page()
    page.goto("/gallery/")
    page.get_by_label("标题").fill("𠮷" * 61)
    assert page.locator("#id_title + .counter").inner_text() == "已超出 1 字，请删减后再提交"


def test_without_javascript_the_phone_menu_opens_and_searches(new_page):
    page = new_page(375, javascript=False)
    page.goto("/about/")
    page.get_by_text("更多").click()
    page.locator("#search-narrow").fill("电梯")
    page.locator("#search-narrow").press("Enter")
    page.wait_for_url("**/suggestions/?q=*")
