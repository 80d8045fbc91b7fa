"""The first pages of a guided submission, as a person meets them: what it is about, words, place, similar ones."""

import re

import pytest

from suggestions import workflow
from suggestions.models import Category, DeclineReason, Suggestion

from .submission import START, begin, page, shown, where, words

RARE = "𠮷野家门口㙟树·阿·凡提"


@pytest.fixture
def signed_in(client, citizen):
    client.force_login(citizen)
    return client


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
