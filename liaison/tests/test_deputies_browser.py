"""axe-core finds nothing on the deputies' pages, and the office's import works under the strict policy."""

import pytest

from accounts.models import OfficeMember
from liaison.models import Delegation, Deputy, Station
from suggestions import workflow as case_verbs
from tests.cast import make_session, person
from tests.looks import LOOKS, findings

from .test_exchange import DEPUTY, STATION, table

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lin(city, deputy, office, case, draft):
    """林静 with everything a page can show."""
    lin = deputy.deputy
    lin.delegation, lin.electing_unit = Delegation.objects.get(division=city.gulou), "鼓楼区人民代表大会"
    lin.occupation, lin.about = "温泉小学校长", "从教二十年，关注校园食品安全。"
    lin.save()
    lin.stations.set([city.station])
    make_session(city.station, [lin], days=5)
    case("triaging")
    case_verbs.publish(draft, by=office)
    return lin


@pytest.mark.parametrize(("width", "elder"), LOOKS)
def test_axe_finds_nothing_and_nothing_is_cut_off(new_page, lin, other_deputy, width, elder):
    lin_page = f"/deputies/{lin.pk}/"
    paths = ["/deputies/", "/deputies/?county=350102&q=l", "/deputies/?q=xyz", lin_page, f"{lin_page}sheet/"]
    page, found = new_page(width, elder=elder), {}
    for path in paths:
        page.goto(path)
        found[path] = findings(page)
    assert found == {path: [] for path in paths}


def test_without_javascript_a_street_leads_to_its_deputy_and_to_a_suggestion(new_page, lin, other_deputy):
    page = new_page(375, javascript=False)
    page.goto("/deputies/")
    page.get_by_text("按街道、联络站、领域、代表团查找").click()
    page.select_option("select[name=county]", label="鼓楼区")
    page.get_by_role("button", name="显示").click()
    page.get_by_text("按街道、联络站、领域、代表团查找").click()
    page.select_option("select[name=street]", label="温泉街道")
    page.get_by_role("button", name="显示").click()
    assert page.get_by_role("main").get_by_role("heading", level=2).all_inner_texts() == ["林静"]
    page.get_by_role("link", name="林静").click()
    page.get_by_role("link", name="给这位代表提建议").click()
    page.wait_for_url(f"**/suggestions/new/?deputy={lin.pk}")


def test_the_office_takes_a_table_in_under_the_strict_policy(new_page, city, live, tmp_path, settings, client):
    settings.MEDIA_ROOT = tmp_path
    office = person("", "办公室", "office@example.com")
    OfficeMember.objects.create(user=office)
    client.force_login(office, "django.contrib.auth.backends.ModelBackend")
    page, complaints = new_page(), []
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live}])
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    page.goto("/admin/liaison/station/import/")
    page.set_input_files("input[type=file]", files=file(STATION | {"类型": "办事处"}))
    page.get_by_role("button", name="核对文件").click()
    assert "“办事处”不在可选范围内" in page.get_by_role("region", name="有错误的行").inner_text()
    page.set_input_files("input[type=file]", files=file(STATION))
    page.get_by_role("button", name="核对文件").click()
    assert "新增" in page.get_by_role("region", name="将要导入的行").inner_text()
    page.get_by_role("button", name="正式导入").click()
    page.get_by_text("已导入：新增 1 行").wait_for()
    assert Station.objects.filter(slug="dongjie").exists()
    page.goto("/admin/liaison/deputy/import/")
    page.set_input_files("input[type=file]", files=file(DEPUTY))
    page.get_by_role("button", name="核对文件").click()
    page.get_by_role("button", name="正式导入").click()
    assert Deputy.objects.get().pinyin == "zeng guo hua"
    with page.expect_download() as download:
        page.get_by_role("link", name="导出").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert complaints == []


def file(row):
    return {"name": "t.xlsx", "mimeType": "application/octet-stream", "buffer": table(row).read()}
