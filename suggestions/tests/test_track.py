"""Number and query code open a case without an account; neither tells a guesser anything."""

import time

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from fzportal.cache import ForgivingRedisCache
from suggestions import workflow
from suggestions.forms.track import as_number
from suggestions.models import Suggestion
from suggestions.views import track

WRONG = "编号和查询码对不上"


def post(client, number, code, **extra):
    return client.post(reverse("track"), {"number": number, "code": code}, **extra)


def wide(text):
    """Full-width, as a Chinese keyboard types it."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


WRITTEN = [
    "2026-000231",
    "2026000231",
    "2026 000231",
    "２０２６－０００２３１",
    "2026—000231",
    " 2026 - 231 ",
    "2026‑000231",
]


@pytest.mark.parametrize("typed", [*WRITTEN, "2026\u200b-000231"])
def test_a_number_is_read_however_it_is_written(typed):
    assert as_number(typed) == "2026-000231"


@pytest.mark.parametrize("typed", ["", "231", "abc", "1999-000001", "2026", "2026-", "2026-000231x", "-", "2026--1--2"])
def test_what_is_no_number_is_none(typed):
    assert as_number(typed) == ""


def test_number_and_code_open_the_case_and_stand_in_no_address(case, client):
    suggestion = case("in_progress")
    response = post(client, suggestion.number, suggestion.query_code)
    assert (response.status_code, response.url) == (302, f"/track/{suggestion.number}/")
    page = client.get(response.url).content.decode()
    assert "现在由福州市教育局主办" in page
    assert suggestion.situation in page
    assert suggestion.query_code not in page
    assert suggestion.query_code not in response.url


def test_the_code_is_read_in_any_case_with_blanks_dashes_and_full_width(case, client):
    suggestion = case("submitted")
    code = suggestion.query_code
    for typed in (code.lower(), f"{code[:4]}-{code[4:]}", f" {code[:2]} {code[2:]} ", wide(code), wide(code.lower())):
        assert post(client, wide(suggestion.number), typed).status_code == 302


def test_an_unknown_number_and_a_wrong_code_are_answered_alike(case, client):
    suggestion = case("submitted")
    answers = [post(client, n, c) for n, c in ((suggestion.number, "AAAAAAAA"), ("2026-999999", suggestion.query_code))]
    pages = [
        r.content.decode().replace(suggestion.number, "N").replace("2026-999999", "N") for r in answers
    ]  # fmt: skip
    assert [r.status_code for r in answers] == [422, 422]
    assert WRONG in pages[0]
    assert _without_tokens(pages[0], "AAAAAAAA") == _without_tokens(pages[1], suggestion.query_code)


def _without_tokens(page, code):
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(code, "C")


def test_a_code_is_compared_even_where_there_is_no_number(case, monkeypatch):
    suggestion = case("submitted")
    compared = []
    real = Suggestion.opens_with
    monkeypatch.setattr(Suggestion, "opens_with", lambda self, code: compared.append(code) or real(self, code))
    assert track.lookup("2026-999999", "AAAAAAAA") is None
    assert track.lookup(suggestion.number, "AAAAAAAA") is None
    assert track.lookup(suggestion.number, suggestion.query_code) == suggestion
    assert len(compared) == 3


def test_a_draft_has_no_door_here(draft):
    assert track.lookup("", draft.query_code) is None


@pytest.mark.parametrize("page", ["", "answer/", "withdraw/", "rate/"])
def test_a_case_not_opened_leads_to_the_form_whether_it_exists_or_not(case, client, citizen, page):
    suggestion = case("replied")
    client.force_login(citizen)  # an account opens nothing here, not even its own
    for number in (suggestion.number, "2026-999999"):
        response = client.get(f"/track/{number}/{page}")
        assert (response.status_code, response.url) == (302, f"/track/?number={number}")
    assert suggestion.number in client.get(f"/track/?number={suggestion.number}").content.decode()


def test_the_door_closes_when_one_leaves_and_after_two_hours(case, client, monkeypatch):
    suggestion = case("submitted")
    post(client, suggestion.number, suggestion.query_code)
    home = f"/track/{suggestion.number}/"
    assert client.get(home).status_code == 200
    later = time.time() + track.OPEN_SECONDS + 1
    monkeypatch.setattr(track.time, "time", lambda: later)
    assert client.get(home).status_code == 302
    monkeypatch.undo()
    assert client.get(home).status_code == 200
    client.post(reverse("track_leave"))
    assert client.get(home).status_code == 302


def test_no_page_here_is_kept_by_a_cache_or_told_to_another_site(case, client):
    suggestion = case("submitted")
    answers = [
        client.get("/track/"),
        post(client, suggestion.number, "AAAAAAAA"),
        post(client, suggestion.number, suggestion.query_code),
    ]
    answers.append(client.get(f"/track/{suggestion.number}/"))
    for response in answers:
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "same-origin"


def test_too_many_tries_from_one_address_are_answered_429(client, db):
    limit = track.PER_ADDRESS[0]
    statuses = [post(client, f"2026-{n:06}", "AAAAAAAA").status_code for n in range(limit + 1)]
    assert statuses == [422] * limit + [429]
    assert post(client, "2026-000001", "AAAAAAAA", REMOTE_ADDR="10.9.8.7").status_code == 422


def test_too_many_tries_at_one_number_are_answered_429_from_everywhere(case, client):
    suggestion = case("submitted")
    limit = track.PER_NUMBER[0]
    for number in (suggestion.number, "2026-999999"):
        statuses = [post(client, number, "AAAAAAAA", REMOTE_ADDR=f"10.0.{n}.1").status_code for n in range(limit)]
        assert statuses == [422] * limit
        assert post(client, number, suggestion.query_code, REMOTE_ADDR="10.1.1.1").status_code == 429


@pytest.fixture
def _forget_the_stop():
    """The next test finds the cache server trusted again, and nothing counted here."""
    yield
    ForgivingRedisCache._closed_until.clear()
    cache.clear()


@pytest.mark.fault
@pytest.mark.usefixtures("_forget_the_stop")
def test_tracking_works_and_is_limited_with_valkey_stopped(case, client, valkey):
    suggestion = case("submitted")
    valkey.stop()
    assert post(client, suggestion.number, suggestion.query_code).status_code == 302
    assert client.get(f"/track/{suggestion.number}/").status_code == 200
    statuses = {post(client, suggestion.number, "AAAAAAAA").status_code for _n in range(track.PER_NUMBER[0] + 1)}
    assert statuses == {422, 429}


def test_a_suggestion_taken_in_at_the_counter_is_opened_by_its_code(city, office, client):
    arrived = Suggestion(
        title="路灯不亮", situation="晚上很暗。", channel="phone", submitted_at=timezone.now(), division=city.street
    )
    workflow.take_in([(arrived, {"phone": "+8613800000000"})], by=office)
    arrived.refresh_from_db()
    assert post(client, arrived.number, arrived.query_code).status_code == 302
    assert "路灯不亮" in client.get(f"/track/{arrived.number}/").content.decode()
