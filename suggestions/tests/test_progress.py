"""How it stands before the reply, and whom one spoke with: acts at the desk, and who hears and reads what."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.messages import message
from suggestions import workflow
from suggestions.models import ContactMade, SuggestionChange


def path(suggestion, act=""):
    return f"/desk/{suggestion.number}/{act and act + '/'}"


def today(days=0):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def said(suggestion, event):
    return suggestion.changes.filter(event=event)


SPOKEN = {"with_whom": "author", "kind": "phone", "note": "约好周二到校查看。"}


@pytest.fixture
def begun(case, client, handler, office):
    suggestion = case("in_progress")
    workflow.publish(suggestion, by=office)
    client.force_login(handler)
    return suggestion


def test_public_progress_is_read_by_everybody_and_told_to_author_and_followers(client, begun, neighbour, deputy):
    workflow.follow(begun, by=neighbour)
    answer = client.post(path(begun, "progress"), {"text": "方案已定，下周试行。", "is_public": "1"})
    assert answer.url == path(begun)
    [change] = said(begun, "progress")
    assert (change.audiences, change.note, change.read) == (("author", "followers"), "方案已定，下周试行。", "public")
    client.logout()
    html = client.get(begun.get_absolute_url()).content.decode()
    assert "方案已定，下周试行。" in html and "办理进展" in html


def test_an_internal_note_is_for_the_staff_and_nobody_is_told(client, begun, citizen):
    client.post(path(begun, "progress"), {"text": "等财政批复。", "is_public": "0"})
    [change] = said(begun, "internal_note")
    assert (change.audiences, change.read, said(begun, "progress").count()) == ((), "staff", 0)
    assert "等财政批复。" in client.get(path(begun)).content.decode()
    client.force_login(citizen)
    assert "等财政批复。" not in client.get(begun.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("sent", "wanting"),
    [({"text": " ", "is_public": "1"}, ["text"]), ({"text": "有进展"}, ["is_public"]), ({"text": "字" * 2001}, None)],
)
def test_progress_needs_words_and_says_who_reads_them(sent, wanting, client, begun):
    answer = client.post(path(begun, "progress"), sent)
    assert (answer.status_code, said(begun, "progress").count()) == (422, 0)
    assert list(answer.context["form"].errors) == (wanting or ["text", "is_public"])


def test_the_author_is_told_the_words_and_when_the_reply_is_due(begun, handler, neighbour):
    workflow.follow(begun, by=neighbour)
    change = workflow.note_progress(begun, by=handler, text="方案已定。", is_public=True)
    mine, theirs = message(change, "author"), message(change, "followers")
    assert mine.subject == f"建议 {begun.number}：办理进展"
    assert mine.paragraphs[0] == f"福州市教育局 通报了您的建议“{begun.title}”的办理进展：\n方案已定。"
    assert theirs.subject == f"您关注的建议 {begun.number}：办理进展"
    assert "方案已定。" in theirs.paragraphs[0] and begun.title in theirs.paragraphs[0]
    assert any(p.startswith("答复期限为") for p in mine.paragraphs)


def test_followers_of_what_is_not_public_read_neither_title_nor_words(begun, handler, office):
    workflow.unpublish(begun, by=office, reason="撤下")
    change = workflow.note_progress(begun, by=handler, text="方案已定。", is_public=True)
    said = message(SuggestionChange.objects.get(pk=change.pk), "followers")
    whole = "\n".join([said.subject, *said.paragraphs])
    assert "方案已定" not in whole and begun.title not in whole and begun.number in whole


def test_progress_is_over_once_the_reply_is_handed_in(client, begun, handler):
    workflow.hand_in(begun, by=handler, text="答复", result="A")
    assert client.post(path(begun, "progress"), {"text": "晚了", "is_public": "1"}).status_code == 403
    assert said(begun, "progress").count() == 0


@pytest.mark.parametrize(
    ("who", "department", "role"),
    [("handler", True, "department"), ("approver", True, "department"), ("deputy", False, "deputy"),
     ("office", False, "office")],
)  # fmt: skip
def test_staff_of_any_role_note_whom_they_spoke_with(who, department, role, client, begun, city, request):
    user = request.getfixturevalue(who)
    client.force_login(user)
    answer = client.post(path(begun, "log-contact"), SPOKEN | {"on": today()})
    assert answer.url == path(begun)
    made = ContactMade.objects.get()
    assert (made.by, made.department, made.kind, made.with_whom, made.on.isoformat()) == (
        user, city.education if department else None, "phone", "author", today(),
    )  # fmt: skip
    assert [(c.role, c.audiences) for c in said(begun, "contact_made")] == [(role, ())]


def test_only_staff_read_the_contacts_made(client, begun, handler, citizen, approver):
    client.post(path(begun, "log-contact"), SPOKEN | {"on": today()})
    for reader, reads in ((handler, True), (approver, True), (citizen, False)):
        client.force_login(reader)
        page = client.get(begun.get_absolute_url() if reader == citizen else path(begun))
        assert (SPOKEN["note"] in page.content.decode()) is reads


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"on": today(1)}, "on", "这一天还没有到。"),
        ({"on": "2001-01-01"}, "on", "这一天在收到建议之前。"),
        ({"with_whom": ""}, "with_whom", "请选择与谁联系。"),
        ({"kind": "letter"}, "kind", None),
        ({"note": ""}, "note", "请填写或选择这一项。"),
    ],
)
def test_what_is_wanting_in_a_contact_is_said_at_its_field(changes, field, error, client, begun):
    answer = client.post(path(begun, "log-contact"), SPOKEN | {"on": today()} | changes)
    assert (answer.status_code, ContactMade.objects.count()) == (422, 0)
    errors = answer.context["form"].errors
    assert list(errors) == [field] and (error is None or errors[field] == [error])


def test_nobody_notes_contacts_of_a_case_that_is_over(client, case, handler):
    suggestion = case("closed")
    client.force_login(handler)
    assert client.post(path(suggestion, "log-contact"), SPOKEN | {"on": today()}).status_code == 403
    assert ContactMade.objects.count() == 0


def test_twenty_contacts_cost_the_page_as_many_queries_as_one(client, begun, handler, city, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def make(count):
        rows = {"suggestion": begun, "department": city.education, "by": handler, "on": timezone.localdate()}
        ContactMade.objects.bulk_create(
            ContactMade(kind="phone", with_whom="author", note=f"第{n}次", **rows) for n in range(count)
        )

    make(1)
    client.get(path(begun))
    with CaptureQueriesContext(connection) as one:
        client.get(path(begun))
    make(19)
    with django_assert_num_queries(len(one)):
        assert "第18次" in client.get(path(begun)).content.decode()
