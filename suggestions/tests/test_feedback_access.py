"""axe finds nothing on the pages of figures, departments, proposals, downloads and passages; nothing is cut off."""

import pytest

from suggestions import statistics, workflow
from suggestions.models import Passage, Suggestion
from tests.looks import LOOKS, findings, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(case, raised, city, citizen, office):
    """A proposal answered and one assigned, a rated case and a declined one, all counted."""
    raised("replied")
    other = Suggestion.objects.create(
        author=citizen, title="公交站台夏天太烫，座椅坐不住", situation="不锈钢座椅烫手。", category=city.category,
        division=city.street,
    )  # fmt: skip
    assigned = raised("assigned", case("triaging", other))
    third = Suggestion.objects.create(
        author=citizen, title="隔壁装修噪音", situation="早上六点开始。", category=city.category
    )
    case("declined", third)
    for suggestion in Suggestion.objects.exclude(status="declined"):
        workflow.publish(suggestion, by=office)
    Passage.objects.create(department=city.education, title="开头", text="您好，您的建议《{title}》收悉。")
    statistics.refresh()
    return assigned


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_where_it_is_told_what_came_of_it(town, new_page, live, city, deputy, handler, width, elder):
    page, found = new_page(width, elder=elder), {}
    page.emulate_media(reduced_motion="reduce")
    everybody = [
        "/figures/", f"/figures/?of=department-{city.education.pk}", "/figures/about/", "/figures/data/",
        "/departments/", f"/departments/{city.education.pk}/", "/proposals/", f"/proposals/{town.pk}/",
        f"/deputies/{deputy.deputy.pk}/",
    ]  # fmt: skip
    deputys = ["/desk/proposals/", f"/desk/proposals/{town.pk}/", "/desk/proposals/new/", "/my/preferences/"]
    handlers = ["/desk/", "/desk/passages/", f"/desk/proposals/{town.pk}/", "/desk/exports/"]
    for user, paths in ((None, everybody), (deputy, deputys), (handler, handlers)):
        if user:
            page.context.clear_cookies(name="sessionid")
            sign_in(page, user, live)
        for path in paths:
            assert page.goto(path).status == 200, path
            for details in page.locator("main details.disclosure").all():
                details.evaluate("details => { details.open = true; }")
            found[f"{user} {path}"] = findings(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
