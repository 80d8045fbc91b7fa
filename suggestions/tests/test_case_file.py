"""The case on paper: all of it, for those who work on it, without the contact unless they say why."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fzportal.templatetags.ui import day
from suggestions import workflow
from suggestions.models import Assignment, Commitment, ContactMade, ContactView, Extension

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(case, draft, city, office, handler, approver, deputy, other_handler, citizen):
    """A case with two departments, an opinion, more time, a reply point by point, a rating, a promise, a talk."""
    case("in_progress")
    workflow.redact(draft, by=office, title="公开的标题", situation="公开的情况", proposal="", place="")
    part = Assignment.objects.create(suggestion=draft, department=city.traffic, part="co", by=office)
    Assignment.objects.filter(pk=part.pk).update(
        status="opinion_in", opinion="我局同意，接送路线已调整。", opinion_by=other_handler, opinion_at=timezone.now()
    )
    Extension.objects.create(
        suggestion=draft, department=city.education, days=7, reason="需要现场检测", asked_by=handler,
        due_before=draft.due_at, due_after=draft.due_at + timedelta(days=9), is_granted=True, decided_by=office,
        decided_at=timezone.now(),
    )  # fmt: skip
    workflow.hand_in(draft, by=handler, text="已在全市推行公示。", result="B")
    reply = draft.replies.get()
    reply.contact = "体卫处 0591-00000009"
    reply.save()
    reply.points.create(position=1, point="菜单在哪里看", answer="在学校门口。")
    workflow.release_reply(draft, by=approver)
    workflow.rate(draft, by=citizen, attitude=3, result=1, reason="只公布了一次")
    Commitment.objects.create(
        suggestion=draft, reply=reply, department=city.education, what="每周公布菜单", due_on=date(2026, 12, 31),
        status="promised",
    )  # fmt: skip
    ContactMade.objects.create(
        suggestion=draft, kind="phone", with_whom="author", on=timezone.localdate(), note="家长希望看到检测结果",
        department=city.education, by=handler,
    )  # fmt: skip
    draft.refresh_from_db()
    return draft


def printed(client, user, number, **post):
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    path = f"/desk/{number}/file/"
    return client.post(path, post) if post else client.get(path)


def test_the_whole_case_is_there_in_the_words_as_they_were_written(client, full, handler):
    page = printed(client, handler, full.number).content.decode()
    expected = [
        full.number, full.title, full.situation, full.proposal, "公开的标题", "公开的情况", "榕树下",
        "福州市交通运输局", "我局同意，接送路线已调整。", "需要现场检测", "已在全市推行公示。", "菜单在哪里看",
        "在学校门口。", "体卫处 0591-00000009", "只公布了一次", "每周公布菜单", "家长希望看到检测结果",
        "请主管部门研究公开办法。", day(full.due_at), "王经办 打印于",
    ]  # fmt: skip
    assert [text for text in expected if text not in page] == []


def test_the_contact_is_not_there_and_looking_has_not_been_recorded(client, full, office, handler, citizen):
    for user in (office, handler):
        page = printed(client, user, full.number).content.decode()
        assert [word for word in ("13800000000", citizen.email, citizen.name, full.query_code) if word in page] == []
        assert "不含提出人联系方式" in page
    assert ContactView.objects.count() == 0


def test_for_a_reason_the_contact_is_printed_and_the_author_can_read_why(client, full, handler):
    response = printed(client, handler, full.number, reason="约家长到校查看")
    page = response.content.decode()
    assert ("+8613800000000" in page, "约家长到校查看" in page, "打印于" in page) == (True, True, True)
    assert "no-store" in response["Cache-Control"]
    assert ContactView.objects.values_list("by", "reason").get() == (handler.pk, "约家长到校查看")
    assert printed(client, handler, full.number).content.decode().count("+8613800000000") == 0


def test_without_a_reason_or_without_the_right_there_is_no_contact(client, full, handler, approver, citizen):
    assert printed(client, handler, full.number, reason=" ").status_code == 422
    assert printed(client, approver, full.number, reason="看看").status_code == 403
    workflow.withdraw_consent(full, by=citizen, kind="pass_contact")
    assert printed(client, handler, full.number, reason="看看").status_code == 403
    assert ContactView.objects.count() == 0


def test_only_those_who_work_on_it_print_it(client, case, draft, deputy, other_deputy, citizen, officer, office):
    case("accepted")
    found = {user.name: printed(client, user, draft.number).status_code for user in (deputy, other_deputy, citizen,
             officer, office)}  # fmt: skip
    assert found == {"林代表": 403, "黄代表": 404, "林晓榕": 404, "郑联络": 404, "办公室": 200}
    for user, way in ((deputy, False), (office, True)):
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        assert (f"/desk/{draft.number}/file/" in client.get(f"/desk/{draft.number}/").content.decode()) is way


def test_nobody_reads_a_draft_of_a_reply_in_it(client, case, draft, office, handler):
    case("in_progress")
    workflow.save_reply(draft, by=handler, text="还没写完的草稿")
    assert "还没写完的草稿" not in printed(client, office, draft.number).content.decode()


def test_every_line_of_history_that_set_another_date_says_which(client, full, handler):
    response = printed(client, handler, full.number)
    lines = [(line.title, due) for line, due in response.context["history"]]
    assert lines[0][0] == "已收到"
    assert [due for _title, due in lines if due][-1] == day(full.due_at)
    assert len([due for _title, due in lines if due]) < len(lines)
