"""What a department does at the desk: take on, write, hand in; a second person releases or sends back."""

import pytest

from suggestions import workflow
from suggestions.models import DepartmentMember, Suggestion
from tests.cast import person


@pytest.fixture
def colleague(city):
    """A second handler of the same department."""
    user = person("", "刘经办", "colleague@example.com")
    DepartmentMember.objects.create(user=user, department=city.education, role="handler")
    return user


def path(suggestion, act=""):
    return f"/desk/{suggestion.number}/{act and act + '/'}"


def fresh(suggestion):
    return Suggestion.objects.get(pk=suggestion.pk)


def acts(client, suggestion):
    """Slugs of the acts the page offers, in order."""
    return [act.slug for act, *_rest in client.get(path(suggestion)).context["acts"]]


def form_of(page, slug):
    return next(form for act, form, _open in page.context["acts"] if act.slug == slug)


@pytest.mark.parametrize(
    ("state", "handlers", "approvers"),
    [
        ("assigned", ["take-on", "return", "ask-extension", "log-contact"], ["log-contact"]),
        ("in_progress", ["hand-in", "ask-extension", "progress", "log-contact"], ["log-contact"]),
        ("rehandling", ["hand-in", "ask-extension", "progress", "log-contact"], ["log-contact"]),
        ("reply_review", ["log-contact"], ["release", "send-back", "log-contact"]),
        ("replied", ["log-contact"], ["log-contact"]),
        ("closed", [], []),
    ],
)
def test_each_stage_offers_its_acts_to_its_people(state, handlers, approvers, client, case, handler, approver):
    suggestion = case(state)
    client.force_login(handler)
    assert acts(client, suggestion) == handlers
    client.force_login(approver)
    assert acts(client, suggestion) == approvers


def test_taking_on_stays_on_the_case_with_the_reply_form_open(client, case, handler):
    suggestion = case("assigned")
    client.force_login(handler)
    answer = client.post(path(suggestion, "take-on") + "?queue=assigned", follow=True)
    assert answer.redirect_chain == [(path(suggestion) + "?queue=assigned", 302)]
    assert [act.slug for act, *_rest in answer.context["acts"]][0] == "hand-in"


def test_a_draft_saved_by_hand_is_there_at_the_next_visit(client, case, handler):
    suggestion = case("in_progress")
    client.force_login(handler)
    answer = client.post(path(suggestion, "draft") + "?queue=in-progress", {"text": "写到一半", "result": ""})
    assert answer.url == path(suggestion) + "?queue=in-progress"
    page = client.get(path(suggestion))
    assert form_of(page, "hand-in")["text"].value() == "写到一半"
    assert (fresh(suggestion).status, fresh(suggestion).replies.get().author) == ("in_progress", handler)


def test_the_page_saves_the_draft_by_itself_without_an_answer_to_show(client, case, handler):
    suggestion = case("in_progress")
    client.force_login(handler)
    html = client.get(path(suggestion)).content.decode()
    assert f'data-autosave="{path(suggestion, "draft")}"' in html
    answer = client.post(
        path(suggestion, "draft"), {"text": "自动保存", "result": "B"}, headers={"X-Requested-With": "autosave"}
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert fresh(suggestion).replies.get().text == "自动保存"
    assert not list(client.get(path(suggestion)).context["messages"])


def test_an_autosave_on_a_case_that_moved_on_is_refused_and_changes_nothing(client, case, handler, colleague):
    suggestion = case("in_progress")
    client.force_login(handler)
    seen = form_of(client.get(path(suggestion)), "hand-in")["seen"].value()
    workflow.hand_in(suggestion, by=colleague, text="已交审", result="A")
    answer = client.post(
        path(suggestion, "draft"), {"text": "晚了一步", "seen": seen}, headers={"X-Requested-With": "autosave"}
    )
    assert answer.status_code == 409
    assert fresh(suggestion).replies.get().text == "已交审"


def test_nobody_overwrites_a_draft_they_have_not_read(client, case, handler, colleague):
    suggestion = case("in_progress")
    workflow.save_reply(suggestion, by=handler, text="第一稿", result="A")
    client.force_login(handler)
    form = form_of(client.get(path(suggestion)), "hand-in")
    sent = {"text": "我的第二稿", "result": "A", "base": form["base"].value(), "seen": form["seen"].value()}
    workflow.save_reply(suggestion, by=colleague, text="同事的第二稿", result="B")
    answer = client.post(path(suggestion, "hand-in"), sent)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "刘经办" in answer.context["change_line"]
    assert "同事的第二稿" in html and "我的第二稿</textarea>" in html
    assert fresh(suggestion).replies.get().text == "同事的第二稿"
    form = form_of(answer, "hand-in")
    again = client.post(path(suggestion, "hand-in"), sent | {"base": form["base"].value()})
    assert again.status_code == 302
    assert fresh(suggestion).replies.get().text == "我的第二稿"


def test_ones_own_autosave_never_stands_in_ones_way(client, case, handler):
    suggestion = case("in_progress")
    client.force_login(handler)
    form = form_of(client.get(path(suggestion)), "hand-in")
    sent = {"base": form["base"].value(), "seen": form["seen"].value(), "result": "A"}
    client.post(path(suggestion, "draft"), sent | {"text": "一"}, headers={"X-Requested-With": "autosave"})
    client.post(path(suggestion, "draft"), sent | {"text": "一二"}, headers={"X-Requested-With": "autosave"})
    assert client.post(path(suggestion, "hand-in"), sent | {"text": "一二三"}).status_code == 302
    assert fresh(suggestion).replies.get().text == "一二三"


@pytest.mark.parametrize("missing", ["text", "result"])
def test_a_reply_needs_text_and_class_to_be_handed_in(missing, client, case, handler):
    suggestion = case("in_progress")
    client.force_login(handler)
    data = {"text": "答复正文", "result": "A"} | {missing: ""}
    answer = client.post(path(suggestion, "hand-in"), data)
    assert answer.status_code == 422
    assert (data["text"] in answer.content.decode()) and fresh(suggestion).status == "in_progress"


def test_handing_in_puts_the_reply_before_the_approver_who_releases_it(client, case, handler, approver):
    suggestion = case("in_progress")
    client.force_login(handler)
    client.post(path(suggestion, "hand-in") + "?queue=in-progress", {"text": "全市推行。", "result": "A"})
    assert fresh(suggestion).status == "reply_review"
    client.force_login(approver)
    page = client.get(path(suggestion) + "?queue=to-release")
    assert "全市推行。" in page.content.decode()
    client.post(path(suggestion, "release") + "?queue=to-release", {"seen": form_of(page, "release")["seen"].value()})
    reply = fresh(suggestion).replies.get()
    assert (fresh(suggestion).status, reply.released_by, reply.author) == ("replied", approver, handler)


def test_whoever_wrote_the_reply_may_not_release_it_and_reads_why(client, case, city, handler):
    suggestion = case("reply_review")
    DepartmentMember.objects.create(user=handler, department=city.education, role="approver")
    client.force_login(handler)
    page = client.get(path(suggestion))
    assert [act.slug for act, *_rest in page.context["acts"]] == ["send-back", "log-contact"]
    assert "须由本单位另一位审核人放行" in page.content.decode()
    assert client.post(path(suggestion, "release")).status_code == 403
    assert fresh(suggestion).status == "reply_review"


def test_an_approver_releases_only_the_text_they_have_read(client, case, handler, approver):
    suggestion = case("reply_review")
    client.force_login(approver)
    seen = form_of(client.get(path(suggestion)), "release")["seen"].value()
    workflow.send_back(suggestion, by=approver, reason="请补充")
    workflow.hand_in(suggestion, by=handler, text="换过的文字", result="B")
    answer = client.post(path(suggestion, "release"), {"seen": seen})
    assert answer.status_code == 409
    assert "换过的文字" in answer.content.decode()
    assert fresh(suggestion).status == "reply_review"


def test_sending_back_needs_a_reason_and_keeps_the_text(client, case, handler, approver):
    suggestion = case("reply_review")
    client.force_login(approver)
    assert client.post(path(suggestion, "send-back"), {"reason": ""}).status_code == 422
    client.post(path(suggestion, "send-back"), {"reason": "请写明完成日期"})
    assert fresh(suggestion).status == "in_progress"
    client.force_login(handler)
    page = client.get(path(suggestion))
    assert form_of(page, "hand-in")["text"].value() == "已在全市推行。"
    assert "请写明完成日期" in page.content.decode()


def test_a_dissatisfied_author_brings_the_case_back_to_the_department(client, case, handler, approver):
    suggestion = case("rehandling")
    client.force_login(handler)
    page = client.get("/desk/?queue=in-progress")
    assert [row["case"] for row in page.context["rows"]] == [suggestion]
    page = client.get(path(suggestion))
    assert "不够" in page.content.decode()
    assert form_of(page, "hand-in")["text"].value() in (None, "")
    client.post(path(suggestion, "hand-in"), {"text": "进货来源见附表。", "result": "A"})
    client.force_login(approver)
    client.post(path(suggestion, "release"))
    assert [r.text for r in suggestion.replies.released()] == ["已在全市推行。", "进货来源见附表。"]
    assert fresh(suggestion).status == "replied"
