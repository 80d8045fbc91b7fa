"""The pages of a guided submission, one after the other, as a person meets them."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from suggestions import drafts, workflow
from suggestions.models import Category, Consent, Contact, DeclineReason, NumberSeries, Suggestion

START = "/suggestions/new/"
RARE = "𠮷野家门口㙟树·阿·凡提"


@pytest.fixture
def signed_in(client, citizen):
    client.force_login(citizen)
    return client


def page(name, draft):
    return reverse(f"suggestion_new_{name}", args=[draft.pk])


def begin(client):
    """Answer the first page; the draft it made."""
    answer = client.post(START, {"topic": "suggestion"})
    draft = Suggestion.objects.drafts().order_by("-pk").first()
    assert answer.url == page("words", draft)
    return draft


def words(**changed):
    return {"title": "食堂菜单请公开", "situation": "家长看不到食材来源。", "proposal": "每周公布。"} | changed


def where(city, **changed):
    return {"category": city.category.pk, "division": city.street.pk, "place": "温泉小学"} | changed


def who(**changed):
    return {
        "shown_as": "masked", "nickname": "", "name": "林晓榕", "phone": "138 0013 8000", "email": "", "publish": "on"
    } | changed  # fmt: skip


@pytest.fixture
def written(signed_in, city):
    """A draft with everything but the last press."""
    draft = begin(signed_in)
    signed_in.post(page("words", draft), words())
    signed_in.post(page("place", draft), where(city))
    signed_in.post(page("person", draft), who())
    draft.refresh_from_db()
    return draft


def shown(response):
    return response.content.decode()


# --- step 1 -----------------------------------------------------------------------------------------------------


def test_the_first_page_asks_what_it_is_about_with_nothing_preselected(client, city):
    response = client.get(START)
    form = response.context["form"]
    questions = list(DeclineReason.objects.exclude(question="").values_list("code", flat=True))
    assert [value for value, _label in form.fields["topic"].choices] == ["suggestion", *questions]
    assert "checked" not in shown(response)
    assert "第 1 步，共 6 步" in shown(response)


def test_saying_nothing_on_the_first_page_is_422_and_makes_no_draft(client, city):
    response = client.post(START, {})
    assert (response.status_code, Suggestion.objects.count()) == (422, 0)
    assert "<title>错误：" in shown(response)


@pytest.mark.parametrize("code", ["emergency", "hotline", "petition", "court", "private"])
def test_a_matter_of_others_is_told_who_is_responsible_and_how_to_reach_them(client, city, code):
    response = client.post(START, {"topic": code})
    assert response.url == f"/suggestions/new/elsewhere/{code}/"
    text = re.sub(r"<[^>]+>", "", shown(client.get(response.url)))
    reason = DeclineReason.objects.get(code=code)
    assert all(said in text for said in (reason.explanation, reason.responsible, reason.contact))


def test_every_emergency_number_can_be_called_from_the_page(client, city):
    text = shown(client.get("/suggestions/new/elsewhere/emergency/"))
    assert re.findall(r'class="button secondary" href="tel:(\d+)"', text) == ["110", "119", "120"]


def test_from_the_page_of_others_one_may_go_on_with_a_suggestion(client, city):
    text = shown(client.get("/suggestions/new/elsewhere/hotline/"))
    [topic] = re.findall(r'name="topic" value="(\w+)"', text)
    response = client.post(START, {"topic": topic})
    assert response.url == page("words", Suggestion.objects.get())


@pytest.mark.parametrize("code", ["unlawful", "nothing-such"])
def test_a_reason_without_a_question_has_no_page_here(client, city, code):
    assert client.get(f"/suggestions/new/elsewhere/{code}/").status_code == 404


def test_the_first_page_pressed_twice_makes_one_draft(client, city):
    client.post(START, {"topic": "suggestion"})
    client.post(START, {"topic": "suggestion"})
    assert Suggestion.objects.count() == 1


# --- steps 2 and 3 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["anonymous", "signed_in"])
def test_the_words_are_kept_in_the_draft(who, request, client, city):
    if who == "signed_in":
        request.getfixturevalue("signed_in")
    draft = begin(client)
    response = client.post(page("words", draft), words())
    draft.refresh_from_db()
    assert response.url == page("place", draft)
    assert (draft.title, draft.situation, draft.proposal) == tuple(words().values())
    assert draft.author_id == (request.getfixturevalue("citizen").pk if who == "signed_in" else None)


@pytest.mark.parametrize(
    "step,missing",
    [("words", "title"), ("words", "situation"), ("place", "category"), ("place", "division")],
)
def test_what_is_missing_is_said_beside_its_field_and_the_rest_is_kept(signed_in, city, step, missing):
    draft = begin(signed_in)
    typed = words() if step == "words" else where(city)
    response = signed_in.post(page(step, draft), typed | {missing: ""})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [missing]
    assert f'id="id_{missing}_error"' in shown(response)
    kept = "家长看不到食材来源。" if missing == "title" else "温泉小学" if step == "place" else "食堂菜单请公开"
    assert kept in shown(response)
    draft.refresh_from_db()
    assert kept in (draft.situation, draft.place, draft.title)


@pytest.mark.parametrize("letter", ["字", "𠮷", "😀", "\r\n"])
@pytest.mark.parametrize("field", ["situation", "proposal"])
def test_twelve_thousand_characters_are_accepted_and_one_more_is_not(signed_in, city, field, letter):
    draft = begin(signed_in)
    most = "始" + letter * 11_998 + "终"
    assert signed_in.post(page("words", draft), words(**{field: most})).status_code == 302
    draft.refresh_from_db()
    assert getattr(draft, field) == most.replace("\r\n", "\n")
    response = signed_in.post(page("words", draft), words(**{field: most + "超"}))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert response.context["form"][field].value() == most + "超"


def test_rare_characters_and_middle_dots_stay_and_invisible_ones_go(signed_in, city):
    draft = begin(signed_in)
    signed_in.post(page("words", draft), words(title=f" \u200b{RARE}\u202e\x00\x07  改造 \n 建议"))
    signed_in.post(page("place", draft), where(city, place="买买提·吐尔逊\ufeff店前"))
    draft.refresh_from_db()
    assert (draft.title, draft.place) == (f"{RARE} 改造 建议", "买买提·吐尔逊店前")


def test_nul_bytes_in_the_text_are_dropped_and_paragraphs_stay(signed_in, city):
    draft = begin(signed_in)
    signed_in.post(page("words", draft), words(situation="一\x00段\r\n\r\n二段 😀👨‍👩‍👧"))
    draft.refresh_from_db()
    assert draft.situation == "一段\n\n二段 😀👨‍👩‍👧"


def test_html_is_text_on_every_page(written, signed_in, city):
    evil = "<script>alert(1)</script><b>粗</b>"
    workflow.write(written, by=written.author, title=evil, situation=evil, proposal=evil, place=evil)
    for name in ("words", "place", "check", "discard"):
        text = shown(signed_in.get(page(name, written)))
        assert evil not in text and "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_an_identity_number_is_pointed_out(signed_in, city):
    draft = begin(signed_in)
    response = signed_in.post(page("words", draft), words(situation="我的身份证 11010519491231002X 请核对"))
    assert response.status_code == 422
    assert "110105" in response.context["form"].errors["situation"][0]
    assert signed_in.post(page("words", draft), words(situation="单号 110105194912310021 请核对")).status_code == 302


def test_the_categories_are_grouped_under_the_four_task_areas(signed_in, city):
    text = shown(signed_in.get(page("place", begin(signed_in))))
    select = text[text.index('name="category"') :].split("</select>")[0]
    areas = list(Category.objects.top().values_list("name", flat=True))
    assert re.findall(r'optgroup label="([^"]+)"', select) == areas
    assert len(re.findall(r"<option value=\"\d", select)) == Category.objects.exclude(parent=None).count()


def test_every_street_stands_under_its_county_and_the_whole_city_may_be_chosen(signed_in, city):
    text = shown(signed_in.get(page("place", begin(signed_in))))
    select = text[text.index('name="division"') :].split("</select>")[0]
    gulou = select[select.index('label="鼓楼区"') :].split("</optgroup>")[0]
    assert 'data-words="温泉街道 wenquanjiedao wqjd' in gulou and "鼓楼区全境" in gulou
    assert (select.count("<optgroup"), select.count("<option value=")) == (13, 1 + 1 + 13 + 185)
    assert f'value="{city.whole.pk}"' in select.split("<optgroup")[0]


def test_a_category_out_of_use_cannot_be_chosen(signed_in, city):
    draft = begin(signed_in)
    Category.objects.filter(pk=city.category.pk).update(is_active=False)
    response = signed_in.post(page("place", draft), where(city))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["category"])


@pytest.mark.parametrize("nonsense", ["abc", "-1", "99999999999999999999", "1 OR 1=1"])
def test_a_forged_choice_is_an_error_beside_its_field(signed_in, city, nonsense):
    response = signed_in.post(page("place", begin(signed_in)), where(city, division=nonsense))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["division"])


# --- similar ones -------------------------------------------------------------------------------------------------


@pytest.fixture
def published(case, office):
    suggestion = case("accepted")
    workflow.publish(suggestion, by=office)
    return suggestion


def test_similar_published_ones_are_shown_before_the_last_steps(client, neighbour, published):
    client.force_login(neighbour)
    draft = begin(client)
    client.post(page("words", draft), words(title="学校食堂菜单公开"))
    text = shown(client.get(page("similar", draft)))
    assert published.title in text and "附议这一条" in text


def test_supporting_a_similar_one_leads_to_it_and_keeps_the_draft(client, neighbour, published):
    client.force_login(neighbour)
    draft = begin(client)
    client.post(page("words", draft), words(title="学校食堂菜单公开"))
    response = client.post(page("similar", draft), {"number": published.number})
    assert response.url == published.get_absolute_url()
    assert list(published.supports.values_list("user", flat=True)) == [neighbour.pk]
    assert Suggestion.objects.filter(pk=draft.pk, status="draft", title="学校食堂菜单公开").exists()


def test_supporting_before_sign_in_leads_to_sign_in_and_back(client, published):
    draft = begin(client)
    client.post(page("words", draft), words(title="学校食堂菜单公开"))
    response = client.post(page("similar", draft), {"number": published.number})
    assert response.url == f"/accounts/login/?next={page('similar', draft)}"
    assert published.supports.count() == 0


def test_without_similar_ones_the_page_is_passed_over(signed_in, city):
    draft = begin(signed_in)
    signed_in.post(page("words", draft), words())
    assert signed_in.get(page("similar", draft)).url == page("person", draft)


def test_ones_own_and_closed_and_unpublished_ones_are_not_similar(
    client, signed_in, neighbour, published, case, office
):
    draft = begin(signed_in)
    signed_in.post(page("words", draft), words(title="学校食堂菜单公开"))
    assert signed_in.get(page("similar", draft)).status_code == 302  # the author's own
    client.force_login(neighbour)
    other = begin(client)
    client.post(page("words", other), words(title="学校食堂菜单公开"))
    workflow.decline(published, by=office, reason=DeclineReason.objects.get(code="hotline"))
    assert client.get(page("similar", other)).status_code == 302


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
    from tests.cast import person

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
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

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
