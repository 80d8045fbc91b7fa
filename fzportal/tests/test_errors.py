"""Failures have a page in our own words, with a number to name and with everything that had been typed."""

import html
import logging
import re

import pytest
from django.db import connection
from django.template import Engine
from django.test import Client

from fzportal.middleware import RequestIdFilter

pytestmark = pytest.mark.urls("fzportal.tests.failing_urls")
WORDS = "学校食堂每周菜单请公开\n家长想知道 <食材> 从哪里来"


@pytest.fixture
def visitor():
    """A browser that sees what a person sees: the page, not the exception."""
    return Client(raise_request_exception=False, headers={"accept-language": "zh-CN"})


@pytest.fixture
def no_database(transactional_db):
    """The database server is away."""
    kept = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": "1"}
    yield
    connection.close()
    connection.settings_dict |= kept


def text(response):
    return html.unescape(response.content.decode())


def given_back(response):
    """What stands in the read-only boxes of an error page."""
    return [
        html.unescape(box)
        for box in re.findall(r"<textarea[^>]* readonly>(.*?)</textarea>", response.content.decode(), re.S)
    ]


def test_every_answer_carries_a_new_request_id(visitor):
    first, second = (visitor.get("/about/")["X-Request-Id"] for _time in range(2))
    assert re.fullmatch("[0-9a-f]{12}", first)
    assert first != second


def test_a_log_line_of_a_request_carries_its_id(visitor, caplog):
    caplog.handler.addFilter(RequestIdFilter())
    with caplog.at_level(logging.ERROR):
        response = visitor.get("/fails/broken/")
    assert {record.request_id for record in caplog.records} == {response["X-Request-Id"]}


def test_a_bug_shows_a_page_with_the_request_id_and_asks_the_database_nothing(visitor, db, django_assert_num_queries):
    visitor.cookies["sessionid"] = "whatever"
    with django_assert_num_queries(0):
        response = visitor.get("/fails/broken/")
    assert response.status_code == 500
    assert "系统出错了" in text(response)
    assert response["X-Request-Id"] in text(response)


def test_after_a_bug_the_words_typed_stand_on_the_page_escaped(visitor):
    response = visitor.post("/fails/broken/", {"situation": WORDS, "title": "菜单公开"})
    assert given_back(response) == [WORDS, "菜单公开"]
    assert "<食材>" not in response.content.decode()


def test_secrets_and_mere_choices_are_not_given_back(visitor):
    typed = {
        "password1": "not to be shown", "oldpassword": "nor this one", "code": "123456", "query_code": "ABCDEFGH",
        "csrfmiddlewaretoken": "x" * 64, "one_time_key": "y" * 32, "category": "12", "title": "菜单公开",
    }  # fmt: skip
    assert given_back(visitor.post("/fails/broken/", typed)) == ["菜单公开"]


def test_a_page_that_cannot_be_drawn_is_replaced_by_a_plain_one(visitor, monkeypatch):
    def fail(*arguments, **values):
        raise OSError("the disk is gone")

    monkeypatch.setattr(Engine, "get_template", fail)
    response = visitor.get("/fails/broken/")
    assert response.status_code == 500
    assert response["X-Request-Id"] in text(response)


def test_a_database_away_answers_503_with_the_words_and_when_to_try_again(visitor, no_database):
    response = visitor.post("/fails/asks/", {"situation": WORDS})
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "系统繁忙或正在维护" in text(response)
    assert given_back(response) == [WORDS]


def test_a_database_away_answers_503_to_somebody_signed_in_on_any_page(visitor, no_database):
    visitor.cookies["sessionid"] = "a-session-that-was"
    assert visitor.get("/about/").status_code == 503


def test_a_lock_waited_for_too_long_answers_503(visitor):
    assert visitor.get("/fails/locked/").status_code == 503


def test_too_many_tries_answer_429_in_our_words(visitor):
    response = visitor.post("/fails/busy/", {"situation": WORDS})
    assert (response.status_code, response["Retry-After"]) == (429, "30")
    assert "操作过于频繁" in text(response)
    assert given_back(response) == [WORDS]


def test_an_expired_form_answers_403_and_gives_the_words_back():
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-CN"})
    response = strict.post("/fails/asks/", {"situation": WORDS})
    assert response.status_code == 403
    assert "表单已过期" in text(response)
    assert given_back(response) == [WORDS]


def test_a_forbidden_act_answers_403_and_a_wrong_address_404(visitor, db):
    forbidden, lost = visitor.get("/fails/others/"), visitor.get("/no/such/page/")
    assert (forbidden.status_code, lost.status_code) == (403, 404)
    assert "您无权进行此操作" in text(forbidden)
    assert "没有找到这个页面" in text(lost)


def test_an_error_page_keeps_the_large_print_view(visitor):
    visitor.cookies["mode"] = "elder"
    assert 'data-mode="elder"' in text(visitor.get("/fails/broken/"))
