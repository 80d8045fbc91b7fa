"""The last pages of a guided submission: who it is from, all answers once more, the confirmation."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from suggestions import drafts, workflow
from suggestions.models import Consent, Contact, NumberSeries, Suggestion
from tests.cast import person

from .submission import START, begin, page, shown, where, who, words


@pytest.fixture
def signed_in(client, citizen):
    client.force_login(citizen)
    return client


@pytest.fixture
def written(signed_in, city):
    """A draft with everything but the last press."""
    draft = begin(signed_in)
    signed_in.post(page("words", draft), words())
    signed_in.post(page("place", draft), where(city))
    signed_in.post(page("person", draft), who())
    draft.refresh_from_db()
    return draft


# --- the person ----------------------------------------------------------------------------------------------------


def test_without_sign_in_the_person_page_leads_to_sign_in_and_says_the_draft_is_safe(client, city):
    draft = begin(client)
    text = shown(client.get(page("person", draft)))
    assert f'href="/accounts/login/?next={page("person", draft)}"' in text and "草稿已保存" in text


def test_an_unverified_person_is_led_to_verify_and_cannot_submit(client, stranger, city):
    client.force_login(stranger)
    draft = begin(client)
    client.post(page("words", draft), words())
    client.post(page("place", draft), where(city))
    assert 'href="/accounts/email/"' in shown(client.get(page("person", draft)))
    client.post(page("person", draft), who())
    assert not Contact.objects.exists()
    Contact.objects.create(suggestion=draft, name="吴名", phone="+8613800138000")
    assert client.post(page("check", draft)).url == page("person", draft)
    draft.refresh_from_db()
    assert (draft.status, draft.number) == ("draft", None)


def test_consents_are_unticked_and_no_name_is_preselected(signed_in, city):
    text = shown(signed_in.get(page("person", begin(signed_in))))
    assert "checked" not in text
    assert "我的昵称（榕树下）" in text and "姓氏加星号（林**）" in text


def test_the_account_fills_in_what_it_knows(signed_in, citizen, city):
    form = signed_in.get(page("person", begin(signed_in))).context["form"]
    assert [form[name].value() for name in ("nickname", "name", "phone", "email")] == [
        "榕树下", "林晓榕", "", "citizen@example.com",
    ]  # fmt: skip


def test_contact_and_consents_are_kept_apart_from_the_words(written):
    contact = written.contact
    assert (contact.name, contact.phone, contact.email) == ("林晓榕", "+8613800138000", "")
    assert list(written.consents.values_list("kind", "version")) == [("publish", "2026-11")]
    assert written.author_name == "林**"


def test_a_consent_unticked_again_is_gone(written, signed_in):
    signed_in.post(page("person", written), who(publish="", pass_contact="on"))
    assert list(written.consents.values_list("kind", flat=True)) == ["pass_contact"]


@pytest.mark.parametrize("changed,wrong", [
    ({"shown_as": ""}, ["shown_as"]),
    ({"shown_as": "nickname"}, ["nickname"]),
    ({"name": ""}, ["name"]),
    ({"phone": "", "email": ""}, ["phone"]),
    ({"phone": "12"}, ["phone"]),
    ({"phone": "", "email": "nobody"}, ["email"]),
])  # fmt: skip
def test_what_is_wrong_with_the_person_is_said_and_what_was_typed_stays(signed_in, city, changed, wrong):
    draft = begin(signed_in)
    typed = who(**changed)
    response = signed_in.post(page("person", draft), typed)
    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (422, wrong)
    assert {name: form[name].value() or "" for name in ("name", "phone", "email")} == {
        name: typed[name] for name in ("name", "phone", "email")
    }
    assert not Contact.objects.exists()


def test_a_first_nickname_and_name_become_the_accounts(client, city):
    newcomer = person("", "", "new@example.com")
    client.force_login(newcomer)
    draft = begin(client)
    client.post(page("person", draft), who(shown_as="nickname", nickname="三坊七巷", name="欧阳·榕"))
    draft.refresh_from_db()
    assert (draft.author.nickname, draft.author.name, draft.author_name) == ("三坊七巷", "欧阳·榕", "三坊七巷")


def test_a_consent_to_an_older_wording_is_asked_anew(written, signed_in):
    Consent.objects.update(version="2025-01")
    assert signed_in.post(page("check", written)).url == page("person", written)
    assert "checked" not in shown(signed_in.get(page("person", written))).split("id_publish")[1].split(">")[0]


# --- check, submit, confirmation -----------------------------------------------------------------------------------


def test_html_is_text_on_every_page(written, signed_in, city):
    evil = "<script>alert(1)</script><b>粗</b>"
    workflow.write(written, by=written.author, title=evil, situation=evil, proposal=evil, place=evil)
    for name in ("words", "place", "check", "discard"):
        text = shown(signed_in.get(page(name, written)))
        assert evil not in text and "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_answers_are_shown_with_a_way_to_change_each(written, signed_in):
    text = shown(signed_in.get(page("check", written)))
    for name in ("words", "place", "files", "person"):
        assert f'href="{page(name, written)}?back=check"' in text
    for said in (
        "食堂菜单请公开",
        "家长看不到食材来源。",
        "每周公布。",
        "温泉小学",
        "鼓楼区 · 温泉街道",
        "林**",
        "+8613800138000",
    ):
        assert said in text


@pytest.mark.parametrize("name", ["words", "place", "person", "files"])
def test_a_changed_answer_leads_back_to_the_answers(written, signed_in, city, name):
    typed = {"words": words(), "place": where(city), "person": who(), "files": {}}[name]
    assert signed_in.post(page(name, written) + "?back=check", typed).url == page("check", written)


def test_submitting_gives_a_number_a_query_code_and_dates(written, signed_in):
    response = signed_in.post(page("check", written))
    written.refresh_from_db()
    assert (written.status, written.number) == ("submitted", f"{timezone.localdate().year}-000001")
    text = shown(signed_in.get(response.url))
    assert written.number in text and written.query_code in text
    assert f'href="/track/?number={written.number}"' in text
    assert len(re.findall(r"\d{4}年\d+月\d+日（星期.）", text)) == 6
    outlook = signed_in.get(response.url).context["outlook"]
    assert outlook[0]["due"] == written.due_at
    assert [item["due"] for item in outlook] == sorted(item["due"] for item in outlook)


def test_the_history_begins_with_the_submission(written, signed_in, citizen):
    signed_in.post(page("check", written))
    assert [(c.event, c.by, c.role) for c in written.changes.all()] == [("submitted", citizen, "author")]


def test_submitting_twice_shows_the_same_confirmation(written, signed_in):
    first, second = signed_in.post(page("check", written)), signed_in.post(page("check", written))
    assert first.url == second.url == page("done", written)
    assert (Suggestion.objects.count(), NumberSeries.objects.get().last) == (1, 1)


@pytest.mark.parametrize("name", ["continue", "words", "place", "files", "similar", "person", "check", "discard"])
def test_the_back_button_after_submitting_leads_to_the_confirmation_and_changes_nothing(written, signed_in, city, name):
    signed_in.post(page("check", written))
    assert signed_in.get(page(name, written)).url == page("done", written)
    assert signed_in.post(page(name, written), words(title="改") | where(city) | who()).url == page("done", written)
    written.refresh_from_db()
    assert (written.title, written.status) == ("食堂菜单请公开", "submitted")


def test_an_unfinished_draft_cannot_be_submitted(signed_in, city):
    draft = begin(signed_in)
    assert signed_in.post(page("check", draft)).url == page("words", draft)
    signed_in.post(page("words", draft), words())
    assert signed_in.post(page("check", draft)).url == page("place", draft)
    signed_in.post(page("place", draft), where(city))
    assert signed_in.post(page("check", draft)).url == page("person", draft)
    assert Suggestion.objects.submitted().count() == 0


def test_after_submitting_the_next_suggestion_is_a_new_draft(written, signed_in):
    signed_in.post(page("check", written))
    assert begin(signed_in).pk != written.pk
    assert signed_in.session.get(drafts.KEY) is None


def test_every_page_of_the_journey_needs_few_queries(written, signed_in, django_assert_max_num_queries):
    for name in ("words", "place", "files", "person", "check"):
        with django_assert_max_num_queries(12):
            signed_in.get(page(name, written))


def test_the_first_page_asks_the_database_as_often_with_many_drafts_as_with_one(
    signed_in, citizen, written, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as one:
        signed_in.get(START)
    for n in range(20):
        Suggestion.objects.create(author=citizen, title=f"草稿 {n}", created_at=timezone.now() - timedelta(days=n))
    with django_assert_num_queries(len(one)):
        signed_in.get(START)


@pytest.mark.parametrize("name", ["autosave", "detach"])
def test_acts_are_posts(signed_in, written, name):
    args = {"autosave": [written.pk, "words"], "detach": [written.pk, 1]}[name]
    assert signed_in.get(reverse(f"suggestion_new_{name}", args=args)).status_code == 405


# What people have agreed to, by version. Another wording is another consent: give it a new version, keep the old line.
WORDINGS = {
    "2026-11": {
        "publish": "我同意：隐去姓名和联系方式后，公开这条建议的内容。",
        "pass_contact": "我同意：把我的姓名和联系方式提供给承办单位。",
    }
}


def test_the_consents_are_worded_as_their_version_says(signed_in, city, settings):
    form = signed_in.get(page("person", begin(signed_in))).context["form"]
    assert {kind: str(form.fields[kind].label) for kind in Consent.Kind.values} == WORDINGS[settings.CONSENT_VERSION]
