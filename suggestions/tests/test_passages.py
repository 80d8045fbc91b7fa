"""Canned passages: kept by the department, put into a reply filled in; a wrong brace breaks nothing."""

import pytest

from fzportal.templatetags.ui import day
from suggestions import passages
from suggestions.models import DepartmentMember, Passage, Reply

LIST = "/desk/passages/"


@pytest.fixture
def own(city):
    return Passage.objects.create(department=city.education, title="结尾", text="咨询电话 {phone}。")


@pytest.fixture
def general(city):
    return Passage.objects.create(title="开头", text="关于“{title}”（{number}，{received}收到）的建议收悉。")


@pytest.fixture
def foreign(city):
    return Passage.objects.create(department=city.traffic, title="别家的", text="交通")


def path(suggestion, act=""):
    return f"/desk/{suggestion.number}/{act and act + '/'}"


def offered(page):
    form = next(form for act, form, _open in page.context["acts"] if act.slug == "hand-in")
    return [str(label) for value, label in form.fields["passage"].choices if value]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("编号 {number}", "编号 2026-1"),
        ("{ number }", "2026-1"),
        ("{numer} {} {number", "{numer} {} {number"),
        ("{{number}}", "{2026-1}"),
        ("{due}前", "{due}前"),
        ("100%s {0} {number.real}", "100%s {0} {number.real}"),
    ],
)
def test_known_words_are_filled_in_and_everything_else_stands_as_typed(text, expected):
    assert passages.filled(text, {"number": "2026-1", "due": ""}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("{number}、{phone}", []), ("{numer}", ["{numer}"]), ("{} {number", ["{}", "{number"]), ("}", ["}"])],
)
def test_braces_that_will_stand_as_typed_are_known_beforehand(text, expected):
    assert passages.wrong(text) == expected


def test_every_variable_has_a_value_in_a_reply(case):
    suggestion = case("in_progress")
    found = passages.values(suggestion)
    assert set(found) == set(passages.VARIABLES) and all(found.values())
    assert (found["number"], found["due"]) == (suggestion.number, day(suggestion.due_at))


def test_the_form_offers_the_departments_own_then_everybodys(client, case, handler, own, general, foreign):
    Passage.objects.create(title="停用的", text="旧", is_active=False)
    client.force_login(handler)
    assert offered(client.get(path(case("in_progress")))) == ["结尾", "开头"]


def test_without_javascript_a_button_puts_it_at_the_end_of_the_text(client, case, handler, general):
    suggestion = case("in_progress")
    client.force_login(handler)
    sent = {"text": "第一段。", "passage": general.pk, "insert": "1", "point_0": "诉求"}
    answer = client.post(path(suggestion, "draft"), sent)
    assert answer.url == path(suggestion) + "#id_hand-in_text"
    said = f"关于“{suggestion.title}”（{suggestion.number}，{day(suggestion.submitted_at)}收到）的建议收悉。"
    reply = Reply.objects.get()
    assert (reply.text, [p.point for p in reply.points.all()]) == (f"第一段。\n{said}", ["诉求"])


def test_a_passage_chosen_but_not_put_in_stays_out(client, case, handler, general):
    suggestion = case("in_progress")
    client.force_login(handler)
    client.post(path(suggestion, "draft"), {"text": "第一段。", "passage": general.pk})
    assert Reply.objects.get().text == "第一段。"


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"text": "一"}, {"passage": ["请先选择一条常用语。"]}),
        ({"text": "一", "passage": "999"}, None),
        ({"text": "字" * 19_999, "passage": "general"}, None),
    ],
)
def test_what_cannot_be_put_in_is_said_and_the_words_are_kept(sent, errors, client, case, handler, general):
    suggestion = case("in_progress")
    client.force_login(handler)
    if sent.get("passage") == "general":
        sent = sent | {"passage": general.pk}
    answer = client.post(path(suggestion, "draft"), sent | {"insert": "1"})
    assert (answer.status_code, Reply.objects.count()) == (422, 0)
    form = answer.context["form"]
    assert list(form.errors) == ["passage"] and form["text"].value() == sent["text"]
    assert errors is None or form.errors == errors


def test_anothers_passage_cannot_be_put_in(client, case, handler, foreign):
    client.force_login(handler)
    answer = client.post(path(case("in_progress"), "draft"), {"text": "", "passage": foreign.pk, "insert": "1"})
    assert (answer.status_code, Reply.objects.count()) == (422, 0)


def test_the_departments_people_keep_their_own_and_read_everybodys(client, handler, own, general, foreign):
    client.force_login(handler)
    page = client.get(LIST)
    assert (page.context["own"], page.context["general"]) == ([own], [general])
    html = page.content.decode()
    assert f'href="{LIST}{own.pk}/"' in html and f'href="{LIST}{general.pk}/"' not in html


def test_a_new_passage_belongs_to_the_department_and_is_offered(client, approver, city):
    client.force_login(approver)
    answer = client.post(LIST, {"title": "联系", "text": "请致电 {phone}。", "is_active": "on"}, follow=True)
    found = Passage.objects.get()
    assert (found.department, found.title, found.is_active) == (city.education, "联系", True)
    assert [str(m) for m in answer.context["messages"]] == ["已保存常用语：联系"]


def test_a_wrong_brace_is_kept_and_told(client, handler):
    client.force_login(handler)
    answer = client.post(LIST, {"title": "错", "text": "编号 {numer}，{", "is_active": "on"}, follow=True)
    assert Passage.objects.get().text == "编号 {numer}，{"
    assert "平台不认识 {numer}、{，它会照原样出现在答复里。" in [str(m) for m in answer.context["messages"]]


def test_one_taken_out_of_use_is_offered_no_more_and_kept(client, case, handler, own):
    suggestion = case("in_progress")
    client.force_login(handler)
    client.post(f"{LIST}{own.pk}/", {"title": "结尾", "text": own.text})
    assert offered(client.get(path(suggestion))) == []
    assert "已停用" in client.get(LIST).content.decode()


@pytest.mark.parametrize(("which", "status"), [("own", 200), ("general", 403), ("foreign", 404)])
def test_everybodys_and_others_passages_are_not_theirs_to_change(which, status, client, handler, request):
    passage = request.getfixturevalue(which)
    client.force_login(handler)
    address, text = f"{LIST}{passage.pk}/", passage.text
    assert client.get(address).status_code == status
    client.post(address, {"title": "改", "text": "改过"})
    passage.refresh_from_db()
    assert passage.text == ("改过" if status == 200 else text)


def test_a_passage_never_moves_to_a_department_one_is_not_of(client, handler, own, city):
    client.force_login(handler)
    client.post(f"{LIST}{own.pk}/", {"title": "结尾", "text": "新", "department": city.traffic.pk})
    own.refresh_from_db()
    assert (own.department, own.text) == (city.education, "新")


def test_who_is_of_two_departments_says_which(client, handler, city):
    DepartmentMember.objects.create(user=handler, department=city.traffic, role="approver")
    client.force_login(handler)
    words = {"title": "两家", "text": "文", "is_active": "on"}
    assert client.post(LIST, words).status_code == 422
    client.post(LIST, words | {"department": city.traffic.pk})
    assert Passage.objects.get().department == city.traffic


def test_wanting_words_come_back_with_the_reason(client, handler):
    client.force_login(handler)
    answer = client.post(LIST, {"title": "", "text": "字" * 2001})
    assert (answer.status_code, sorted(answer.context["form"].errors), Passage.objects.count()) == (
        422, ["text", "title"], 0,
    )  # fmt: skip


def test_the_office_keeps_everybodys_in_the_administration_and_reads_of_wrong_braces(client, office):
    client.force_login(office)
    sent = {"title": "通用", "text": "{nummer}", "position": "0", "is_active": "on", "department": ""}
    answer = client.post("/admin/suggestions/passage/add/", sent, follow=True)
    assert Passage.objects.get().department is None
    assert any("{nummer}" in str(m) for m in answer.context["messages"])


def test_the_list_costs_as_many_queries_with_twenty_as_with_one(client, handler, city, own, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(handler)
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    Passage.objects.bulk_create(
        Passage(department=city.education if n % 2 else None, title=f"第{n}条", text="文") for n in range(20)
    )
    with django_assert_num_queries(len(one)):
        page = client.get(LIST)
    assert (len(page.context["own"]), len(page.context["general"])) == (11, 10)
