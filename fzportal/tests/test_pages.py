"""What every page has: doors, switches, words for dates, little weight, nothing inline."""

import gzip
import html
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

pytestmark = [pytest.mark.urls("fzportal.tests.failing_urls"), pytest.mark.django_db]
WRITTEN = ["/about/", "/help/", "/privacy/", "/accessibility/", "/sitemap/"]
STATIC = Path(settings.BASE_DIR) / "static"
SUNDAY = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)  # 14:30 in Fuzhou


@pytest.fixture
def page(client):
    """The page at an address as a Chinese reader gets it, unescaped."""

    def get(path, **cookies):
        for name, value in cookies.items():
            client.cookies[name] = value
        response = client.get(path, headers={"accept-language": "zh-CN"})
        assert response.status_code == 200
        return html.unescape(response.content.decode())

    return get


def say(template, **values):
    return Template(template).render(Context(values))


@pytest.mark.parametrize("path", [*WRITTEN, "/gallery/"])
def test_a_page_is_chinese_has_one_heading_and_nothing_inline(page, path):
    body = page(path)
    assert '<html lang="zh-CN">' in body
    assert len(re.findall("<h1[ >]", body)) == 1
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", body)
    assert re.findall(r'(?:src|href)="https?://(?!beian\.miit\.gov\.cn)', body) == []


@pytest.mark.parametrize("path", WRITTEN)
def test_a_written_page_asks_the_database_nothing(client, path, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", WRITTEN)
def test_a_written_page_is_wholly_translated(page, path):
    body = re.sub(r"<[^>]+>", " ", page(path)[page(path).index("<main") :])
    assert re.findall(r"\b[a-z]{3,} [a-z]{3,}\b", body) == []


def test_the_door_one_stands_behind_is_marked(page):
    doors = page("/about/").split('<nav class="doors"')[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', doors)[:2] == ["/suggestions/new/", "/suggestions/"]
    assert "aria-current" not in doors


@pytest.mark.parametrize(
    ("path", "marked"),
    [("/suggestions/", ("/suggestions/", "page")), ("/suggestions/2026-000231/", ("/suggestions/", "true")),
     ("/suggestions/new/", ("/suggestions/new/", "page")), ("/about/", None)],
)  # fmt: skip
def test_the_nearest_door_is_current(rf, path, marked):
    drawn = Template("{% doors %}").render(Context({"request": rf.get(path)}))
    found = re.findall(r'href="([^"]+)" aria-current="(\w+)"', drawn)
    assert found == ([marked] if marked else [])


def test_a_door_to_a_page_that_does_not_exist_is_left_out():
    assert say('{% door "no_such_page" "Nowhere" %}') == ""


def test_the_large_print_link_sets_a_cookie_and_comes_back(client):
    link = re.search(r'href="(/mode/elder/\?next=[^"]+)"', client.get("/help/?a=1&b=%E4%BA%8C").content.decode())[1]
    response = client.get(html.unescape(link))
    assert response["Location"] == "/help/?a=1&b=%E4%BA%8C"
    assert client.cookies["mode"].value == "elder"
    assert 'data-mode="elder"' in client.get("/help/").content.decode()
    client.get("/mode/normal/?next=/help/")
    assert "data-mode" not in client.get("/help/").content.decode()


def test_the_language_link_turns_the_page_english_and_back(client):
    client.get("/language/en/?next=/help/")
    assert "Whom to call" in client.get("/help/").content.decode()
    client.get("/language/zh-hans/?next=/help/")
    assert "该找谁" in client.get("/help/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_a_switch_never_leads_to_another_site(client, target):
    assert client.get("/mode/elder/", {"next": target})["Location"] == "/"
    assert client.get("/language/en/", {"next": target})["Location"] == "/"


def test_unknown_modes_and_languages_are_not_found(client):
    assert [client.get(path).status_code for path in ("/mode/huge/", "/language/tlh/")] == [404, 404]


def test_legal_items_are_shown_when_set_and_hidden_when_empty(page, settings):
    assert "ICP备案号" not in page("/about/")
    settings.PORTAL = settings.PORTAL | {"icp": "闽ICP备00000000号"}
    assert "闽ICP备00000000号" in page("/about/")


def test_the_demo_says_so_on_every_page(page, settings):
    settings.DEMO = True
    assert "演示数据" in page("/about/")
    settings.DEMO = False
    assert "演示数据" not in page("/about/")


def test_a_wrong_form_answers_422_with_an_error_title_and_the_words(client):
    response = client.post("/gallery/", {"title": "电梯批次公开"}, headers={"accept-language": "zh-CN"})
    body = html.unescape(response.content.decode())
    assert response.status_code == 422
    assert "<title>错误：组件" in body
    assert 'value="电梯批次公开"' in body


@pytest.mark.parametrize(
    ("language", "template", "shown"),
    [
        ("zh-hans", "{{ at|when }}", "2026年11月22日（星期日）14:30"),
        ("zh-hans", "{{ at|day }}", "2026年11月22日（星期日）"),
        ("zh-hans", "{{ at|short_day }}", "11月22日"),
        ("zh-hans", "{{ at|span:until }}", "14:30—17:05"),
        ("zh-hans", "{{ at|span:tomorrow }}", "2026年11月22日（星期日）14:30—2026年11月23日（星期一）0:00"),
        ("zh-hans", "{{ plain|when }}", "2026年11月25日（星期三）"),
        ("zh-hans", "{{ missing|when }}{{ missing|day }}{{ missing|span:at }}{{ missing|iso }}", ""),
        ("zh-hans", "{{ at|iso }}", "2026-11-22T14:30:00+08:00"),
        ("en", "{{ at|when }}", "Sunday 22 November 2026, 14:30"),
        ("en", "{{ at|day }}", "Sunday 22 November 2026"),
    ],
)
def test_times_are_written_as_people_here_write_them(language, template, shown):
    values = {
        "at": SUNDAY,
        "until": datetime(2026, 11, 22, 9, 5, tzinfo=UTC),
        "tomorrow": datetime(2026, 11, 22, 16, 0, tzinfo=UTC),
        "plain": date(2026, 11, 25),
    }
    with translation.override(language):
        assert say(template, **values) == shown


def test_citizens_words_become_paragraphs_and_their_markup_text():
    shown = say("{{ words|lines }}", words="第一段\n第二行\r\n\r\n\n<script>alert(1)</script> & “引号”")
    assert shown == "<p>第一段<br>第二行</p>\n<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; “引号”</p>"


def test_a_status_is_a_word_with_a_mark():
    shown = say('{% include "ui/status.html" with label="办理中" tone="wait" only %}')
    assert shown.strip() == '<span class="status tone-wait"><span class="mark" aria-hidden="true"></span>办理中</span>'


def test_what_a_card_wraps_is_not_escaped_but_its_title_is():
    shown = say("{% card title=title %}<b>{{ words }}</b>{% endcard %}", title="<i>", words="<u>")
    assert "<b>&lt;u&gt;</b>" in shown
    assert "<h2>&lt;i&gt;</h2>" in shown


def test_style_and_script_stay_light():
    public = [path for path in (STATIC / "css").glob("*.css") if path.name != "admin.css"]
    css = sum(len(gzip.compress(path.read_bytes())) for path in public)
    js = sum(len(gzip.compress(path.read_bytes())) for path in (STATIC / "js").glob("*.js"))
    assert css < 25 * 1024
    assert js < 13 * 1024


def test_colours_are_set_in_the_tokens_and_nowhere_forced():
    for path in (STATIC / "css").glob("*.css"):
        assert "!important" not in path.read_text()
    for name in ("base", "forms"):
        assert re.findall(r"#[0-9a-f]{3,8}\b|rgb\(", (STATIC / "css" / f"{name}.css").read_text()) == []


def test_the_header_shows_what_is_unread_and_asks_once(client, citizen, django_assert_max_num_queries):
    news = {"topic": "suggestions.suggestionchange", "event": "accepted", "audience": "author", "channel": "inbox"}
    for number in (1, 2):
        citizen.notifications.create(change_id=number, state="sent", **news)
    client.force_login(citizen)
    with django_assert_max_num_queries(4):
        body = client.get("/about/", headers={"accept-language": "zh-CN"}).content.decode()
    assert re.search(r'href="/my/">我的 <span class="count">2<span class="visually-hidden"> 条未读', body)


def test_the_desk_is_offered_to_those_who_work_here_only(client, citizen, handler):
    client.force_login(citizen)
    assert 'href="/desk/"' not in client.get("/about/").content.decode()
    client.force_login(handler)
    assert 'href="/desk/"' in client.get("/about/").content.decode()
