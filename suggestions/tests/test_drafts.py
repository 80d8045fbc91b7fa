"""A draft is never lost and never another's: sign-in, lost sessions, two windows, two presses, autosave, purge."""

import re
import threading

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from suggestions import drafts, uploads, workflow
from suggestions.models import Contact, NumberSeries, Suggestion
from suggestions.permissions import CodeHolder

from .made import picture, upload

START = "/suggestions/new/"
STEPS = ["continue", "words", "place", "files", "similar", "person", "check", "done", "discard"]


def page(name, draft, *more):
    return reverse(f"suggestion_new_{name}", args=[draft.pk, *more])


def begin(client):
    response = client.post(START, {"topic": "suggestion"})
    return Suggestion.objects.get(pk=re.search(r"/(\d+)/", response.url)[1])


@pytest.fixture
def signed_in(client, citizen):
    client.force_login(citizen)
    return client


@pytest.fixture
def ready(draft):
    """A draft that lacks only the last press."""
    Contact.objects.create(suggestion=draft, name="林晓榕", phone="+8613800138000")
    return draft


# --- sign-in ---------------------------------------------------------------------------------------------------------


def sign_in_by_code(client, address, wanted):
    """As a person does it: address, the code from the mail, typed; where that leads."""
    client.get(reverse("account_login"), {"next": wanted})
    response = client.post(reverse("account_login") + f"?next={wanted}", {"address": address})
    assert response.status_code == 302
    code = re.search(r"\b(\d{6})\b", mail.outbox[-1].body)[1]
    return client.post(response.url, {"code": code})


def test_a_draft_begun_before_sign_in_is_the_persons_after_it(client, citizen, city):
    draft = begin(client)
    client.post(page("words", draft), {"title": "路灯坏了三个月", "situation": "晚上看不见路。", "proposal": ""})
    response = sign_in_by_code(client, "citizen@example.com", page("person", draft))
    assert response.url == page("person", draft)
    assert client.get(response.url).status_code == 200
    draft.refresh_from_db()
    assert (draft.author, draft.title, draft.situation) == (citizen, "路灯坏了三个月", "晚上看不见路。")
    assert drafts.KEY not in client.session


def test_a_newcomer_signs_up_on_the_way_and_the_draft_is_theirs(client, city):
    draft = begin(client)
    client.post(page("words", draft), {"title": "公交站没有座椅", "situation": "老人只能站着等。", "proposal": ""})
    response = sign_in_by_code(client, "newcomer@example.com", page("person", draft))
    assert response.status_code == 302
    assert client.get(page("person", draft)).status_code == 200
    draft.refresh_from_db()
    assert (draft.author.email, draft.author.is_verified) == ("newcomer@example.com", True)


def test_every_draft_of_the_browser_is_adopted_and_nobody_elses(client, citizen, city):
    mine, others = begin(client), begin(Client())
    client.post(page("words", mine), {"title": "甲", "situation": "甲。"})
    second = begin(client)
    client.force_login(citizen)
    client.get(START)
    authors = dict(Suggestion.objects.values_list("pk", "author"))
    assert authors == {mine.pk: citizen.pk, second.pk: citizen.pk, others.pk: None}


def test_whoever_signs_in_elsewhere_finds_the_draft_on_their_own_page(client, citizen, city):
    draft = begin(client)
    client.post(page("words", draft), {"title": "路灯坏了三个月", "situation": "晚上看不见路。"})
    client.force_login(citizen)
    text = client.get(reverse("my")).content.decode()
    assert page("continue", draft) in text and "路灯坏了三个月" in text


def test_a_draft_is_adopted_once(city, citizen, neighbour):
    draft = Suggestion.objects.create()
    assert workflow.adopt(draft, by=citizen) is True
    assert workflow.adopt(draft, by=neighbour) is False
    assert Suggestion.objects.get().author == citizen


# --- whose it is -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_persons_draft_is_not_found(name, method, client, neighbour, ready):
    client.force_login(neighbour)
    response = getattr(client, method)(
        page(name, ready), {"title": "改", "situation": "改"} if method == "post" else {}
    )
    assert response.status_code == (405 if (name, method) == ("done", "post") else 404)
    ready.refresh_from_db()
    assert (ready.title, ready.status) == ("学校食堂每周菜单和进货来源请公开", "draft")


@pytest.mark.parametrize("who", ["office", "deputy", "handler"])
def test_staff_do_not_read_drafts(who, client, ready, request):
    client.force_login(request.getfixturevalue(who))
    assert client.get(page("check", ready)).status_code == 404


@pytest.mark.parametrize("name", STEPS)
def test_without_a_session_one_is_asked_to_sign_in_whether_or_not_there_is_such_a_draft(name, client, ready):
    for pk in (ready.pk, 999_999):
        url = reverse(f"suggestion_new_{name}", args=[pk])
        response = client.get(url)
        assert (response.status_code, response.url) == (302, f"/accounts/login/?next={url}")


def test_another_browser_does_not_see_a_draft_without_author(client, city):
    draft = begin(client)
    assert Client().get(page("words", draft)).status_code == 302


def test_words_sent_after_the_session_was_lost_are_given_back(signed_in, draft):
    Session.objects.all().delete()
    response = signed_in.post(page("words", draft), {"title": "新的标题写了很久", "situation": "新的现状也写了很久"})
    assert response.status_code == 403
    text = response.content.decode()
    assert "新的标题写了很久" in text and "新的现状也写了很久" in text


def test_what_was_saved_is_there_after_the_session_was_lost(signed_in, draft, citizen):
    signed_in.post(page("words", draft), {"title": "保存过的标题", "situation": "保存过的现状"})
    Session.objects.all().delete()
    signed_in.force_login(citizen)
    text = signed_in.get(page("words", draft)).content.decode()
    assert "保存过的标题" in text and "保存过的现状" in text


def test_several_drafts_live_beside_each_other(client, city):
    first = begin(client)
    client.post(page("words", first), {"title": "第一份", "situation": "一"})
    second = begin(client)
    client.post(page("words", second), {"title": "第二份", "situation": "二"})
    client.post(page("words", first), {"title": "第一份改", "situation": "一"})
    assert dict(Suggestion.objects.values_list("pk", "title")) == {first.pk: "第一份改", second.pk: "第二份"}
    text = client.get(START).content.decode()
    assert page("continue", first) in text and page("continue", second) in text


def test_going_on_leads_to_the_first_page_without_an_answer(signed_in, draft):
    assert signed_in.get(page("continue", draft)).url == page("person", draft)
    workflow.write(draft, by=draft.author, division=None)
    assert signed_in.get(page("continue", draft)).url == page("place", draft)
    workflow.write(draft, by=draft.author, situation="")
    assert signed_in.get(page("continue", draft)).url == page("words", draft)


def test_an_anonymous_visitor_begins_so_many_drafts_an_hour_from_one_address(client, city, monkeypatch):
    monkeypatch.setattr(drafts, "PER_ADDRESS", (2, 3600))
    codes = [Client().post(START, {"topic": "suggestion"}).status_code for _n in range(3)]
    assert (codes, Suggestion.objects.count()) == ([302, 302, 429], 2)


# --- autosave --------------------------------------------------------------------------------------------------------


def test_autosave_keeps_half_written_pages(signed_in, draft):
    response = signed_in.post(page("autosave", draft, "words"), {"title": "", "situation": "才写了一半"})
    draft.refresh_from_db()
    assert (response.status_code, response.content) == (204, b"")
    assert (draft.title, draft.situation, draft.proposal) == ("", "才写了一半", "")


def test_autosave_keeps_what_it_can_and_says_when_something_was_too_long(signed_in, draft):
    response = signed_in.post(page("autosave", draft, "words"), {"title": "短", "situation": "长" * 12_001})
    draft.refresh_from_db()
    assert response.status_code == 422
    assert (draft.title, draft.situation) == ("短", "孩子在校吃午餐，家长看不到食材从哪里来。")


def test_autosave_keeps_place_and_category(signed_in, draft, city):
    signed_in.post(page("autosave", draft, "place"), {"category": "", "division": city.whole.pk, "place": "东门"})
    draft.refresh_from_db()
    assert (draft.category, draft.division, draft.place) == (None, city.whole, "东门")


def test_autosave_works_before_sign_in(client, city):
    draft = begin(client)
    assert client.post(page("autosave", draft, "words"), {"title": "匿名草稿"}).status_code == 204
    draft.refresh_from_db()
    assert (draft.title, draft.author) == ("匿名草稿", None)


@pytest.mark.parametrize("step", ["person", "nothing"])
def test_only_words_and_place_are_saved_while_typing(signed_in, draft, step):
    assert signed_in.post(page("autosave", draft, step), {"title": "x"}).status_code == 404


def test_autosave_needs_its_own_session_and_token(draft, citizen, neighbour):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(citizen)
    assert strict.post(page("autosave", draft, "words"), {"title": "盗"}).status_code == 403
    other = Client()
    other.force_login(neighbour)
    assert other.post(page("autosave", draft, "words"), {"title": "盗"}).status_code == 404
    draft.refresh_from_db()
    assert draft.title == "学校食堂每周菜单和进货来源请公开"


def test_a_late_autosave_does_not_touch_what_was_submitted(signed_in, ready, case):
    case("submitted")
    assert signed_in.post(page("autosave", ready, "words"), {"title": "晚到"}).status_code == 302
    with pytest.raises(workflow.citizen.Stale):
        workflow.write(ready, by=ready.author, title="晚到")
    ready.refresh_from_db()
    assert ready.title == "学校食堂每周菜单和进货来源请公开"


def test_only_the_writer_writes(draft, neighbour):
    with pytest.raises(workflow.citizen.MoveNotAllowed):
        workflow.write(draft, by=neighbour, title="盗")
    workflow.write(draft, by=CodeHolder(draft), title="本人")
    assert Suggestion.objects.get().title == "本人"


# --- pressed twice at once -------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_suggestion_one_number_and_one_history_line(ready, citizen):
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(citizen)
    gate, answers = threading.Barrier(2), []

    def press(client):
        gate.wait()
        try:
            answers.append(client.post(page("check", ready)).url)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [page("done", ready)] * 2
    ready.refresh_from_db()
    assert ready.number == f"{timezone.localdate().year}-000001"
    assert (NumberSeries.objects.get().last, ready.changes.count(), Suggestion.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_files_attached_at_once_never_become_more_than_five(ready, citizen):
    found = uploads.examine(upload(picture()))
    for _n in range(4):
        workflow.attach(ready, by=citizen, found=found)
    gate, kept = threading.Barrier(3), []

    def attach():
        gate.wait()
        try:
            kept.append(workflow.attach(Suggestion.objects.get(pk=ready.pk), by=citizen, found=found).pk)
        except workflow.TooMany:
            kept.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=attach) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (kept.count(None), ready.attachments.count()) == (2, 5)
