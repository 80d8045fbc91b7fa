"""The pages of this app in a real browser: axe finds nothing, narrow or wide, small or large print."""

import pytest

from fzportal.workflow import record
from notifications import messages, workflow
from notifications.models import Notification
from tests.looks import LOOKS, findings, sign_in

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


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing(new_page, live, paths, citizen, width, elder, tmp_path):
    page = new_page(width, elder=elder)
    sign_in(page, citizen, live)
    for name, path in paths.items():
        assert page.goto(path).status == 200
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        assert findings(page) == [], name


def test_one_reads_opens_and_unsubscribes_without_javascript(new_page, live, paths, citizen):
    page = new_page(375, javascript=False)
    sign_in(page, citizen, live)
    page.goto("/my/inbox/")
    assert page.locator(".row .status").all_inner_texts() == ["未读"]
    page.get_by_role("button", name="全部标为已读").click()
    assert page.locator(".row .status").count() == 0
    page.goto(paths["unsubscribe"])
    page.get_by_role("button", name="每周最多一封邮件").click()
    assert page.locator("h1").inner_text() == "您的选择已保存"
    page.goto("/my/preferences/")
    assert page.get_by_role("group", name="我自己的建议").get_by_label("每周一次").is_checked()
