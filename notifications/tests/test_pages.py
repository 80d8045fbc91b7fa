"""The pages of this app in a real browser: axe finds nothing, narrow or wide, small or large print."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from fzportal.workflow import record
from notifications import messages, workflow
from notifications.models import Notification

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def paths(case, office, citizen):
    """Every page of this app, filled; its address by name."""
    suggestion = case("needs_info")
    workflow.announce()
    workflow.mark_all_read(by=citizen)
    record(suggestion, "published", by=office, role="office")
    workflow.announce()
    mail = Notification.objects.filter(channel="email", audience="author").first()
    off = messages.unsubscribe_url(mail).removeprefix("http://testserver")
    return {"inbox": "/my/inbox/", "preferences": "/my/preferences/", "unsubscribe": off}


@pytest.mark.parametrize("elder", [False, True], ids=["normal", "elder"])
@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_nothing(new_page, live, paths, citizen, width, elder, tmp_path):
    page = new_page(width, elder=elder)
    browser = Client()
    browser.force_login(citizen)
    page.context.add_cookies([{"name": "sessionid", "value": browser.cookies["sessionid"].value, "url": live}])
    for name, path in paths.items():
        assert page.goto(path).status == 200
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        found = Axe().run(page).response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_one_reads_opens_and_unsubscribes_without_javascript(new_page, live, paths, citizen):
    page = new_page(375, javascript=False)
    browser = Client()
    browser.force_login(citizen)
    page.context.add_cookies([{"name": "sessionid", "value": browser.cookies["sessionid"].value, "url": live}])
    page.goto("/my/inbox/")
    assert page.locator(".row .status").all_inner_texts() == ["未读"]
    page.get_by_role("button", name="全部标为已读").click()
    assert page.locator(".row .status").count() == 0
    page.goto(paths["unsubscribe"])
    page.get_by_role("button", name="不再接收邮件").click()
    assert page.locator("h1").inner_text() == "已不再向您发送邮件"
    page.goto("/my/preferences/")
    assert not page.get_by_label("通过邮件接收消息").is_checked()
