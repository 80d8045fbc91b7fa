"""Files a department shows with its reply: kept with the draft at once, read by whoever may read the reply."""

import pytest

from fzportal.workflow import MoveNotAllowed
from suggestions import workflow
from suggestions.models import Commitment, DepartmentMember, Evidence, Reply, Suggestion
from suggestions.permissions import CodeHolder, may_open_evidence
from suggestions.uploads import examine
from suggestions.workflow.files import store
from tests.cast import person

from .made import pdf, picture, upload
from .promised import reply
from .test_claim import another

PEOPLE = (
    "anonymous", "stranger", "citizen", "neighbour", "deputy", "other_deputy", "officer", "handler", "approver",
    "other_handler", "office",
)  # fmt: skip
STAFF = {"deputy", "handler", "approver", "office"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def begun(case, client, handler):
    suggestion = case("in_progress")
    client.force_login(handler)
    return suggestion


def path(suggestion, act=""):
    return f"/desk/{suggestion.number}/{act and act + '/'}"


def names():
    return list(Evidence.objects.values_list("name", flat=True))


def show(suggestion, by, name="方案.pdf"):
    return workflow.attach_evidence(suggestion, by=by, found=examine(upload(pdf(), name)))


def readers(client, request, file):
    """Who is handed the file."""
    found = set()
    for name in PEOPLE:
        client.logout()
        if name != "anonymous":
            client.force_login(request.getfixturevalue(name), "django.contrib.auth.backends.ModelBackend")
        status = client.get(f"/evidence/{file.pk}/").status_code
        assert status in (200, 404)
        found |= {name} if status == 200 else set()
    return found


def test_chosen_files_are_kept_with_the_draft_and_named_in_the_form(client, begun, media):
    files = [upload(picture()), upload(pdf(), "说明.pdf")]
    answer = client.post(path(begun, "draft"), {"text": "写到一半", "files": files, "more": "1"})
    assert answer.url == path(begun) + "#reply-files"
    assert list(Evidence.objects.values_list("name", "content_type", "width")) == [
        ("照片.jpg", "image/jpeg", 60), ("说明.pdf", "application/pdf", None),
    ]  # fmt: skip
    html = client.get(path(begun)).content.decode()
    assert "照片.jpg" in html and "说明.pdf" in html
    assert len([p for p in media.rglob("*") if p.is_file()]) == 2


def test_a_bad_file_is_named_with_its_reason_and_the_good_one_stays_attached(client, begun):
    files = [upload(picture(), "好.jpg"), upload(b"<html>", "坏.jpg"), upload(b"", "空.png")]
    answer = client.post(path(begun, "hand-in"), {"text": "答复", "result": "A", "files": files})
    assert (answer.status_code, names()) == (422, ["好.jpg"])
    assert answer.context["form"].errors["files"] == [
        "“坏.jpg”：只能添加 JPEG、PNG、WebP 图片和 PDF 文件。", "“空.png”：文件是空的。",
    ]  # fmt: skip
    html = answer.content.decode()
    assert "好.jpg" in html and "答复</textarea>" in html
    assert Suggestion.objects.get(pk=begun.pk).status == "in_progress"
    assert client.post(path(begun, "hand-in"), {"text": "答复", "result": "A"}).status_code == 302
    assert names() == ["好.jpg"] and Reply.objects.get().evidence.count() == 1


def test_a_file_stays_when_the_words_do_not_pass(client, begun):
    answer = client.post(path(begun, "hand-in"), {"text": "", "result": "A", "files": [upload(picture())]})
    assert (answer.status_code, names()) == (422, ["照片.jpg"])
    assert "照片.jpg" in answer.content.decode()
    # And the words typed are saved over the reply that began with the file.
    assert client.post(path(begun, "draft"), {"text": "补上"}).status_code == 302
    assert Reply.objects.get().text == "补上"


def test_no_more_than_five_files(client, begun, handler):
    for n in range(4):
        show(begun, handler, f"{n}.pdf")
    files = [upload(pdf(), "五.pdf"), upload(pdf(), "六.pdf")]
    answer = client.post(path(begun, "draft"), {"text": "", "files": files})
    assert answer.context["form"].errors["files"] == ["“六.pdf”：最多只能添加 5 个文件。"]
    assert names() == ["0.pdf", "1.pdf", "2.pdf", "3.pdf", "五.pdf"]
    html = answer.content.decode()
    assert 'name="files"' not in html


def test_a_file_taken_off_is_gone_from_the_disk_and_the_words_are_saved(client, begun, handler, media, request):
    one, two = show(begun, handler, "一.pdf"), show(begun, handler, "二.pdf")
    callbacks = request.getfixturevalue("django_capture_on_commit_callbacks")
    with callbacks(execute=True):
        answer = client.post(path(begun, "draft"), {"text": "新写的", "drop": one.pk})
    assert answer.url == path(begun) + "#reply-files"
    assert (names(), Reply.objects.get().text) == (["二.pdf"], "新写的")
    assert [p.name for p in media.rglob("*") if p.is_file()] == [two.file.name.rsplit("/", 1)[1]]
    # Pressed twice, or nonsense: nothing happens.
    for again in (one.pk, "x", ""):
        assert client.post(path(begun, "draft"), {"text": "新写的", "drop": again}).status_code == 302
    assert names() == ["二.pdf"]


def test_another_cases_file_is_not_taken_off(client, begun, case, draft, handler):
    from suggestions.tests.test_claim import another

    other = another(draft, "另一件")
    case("in_progress", other)
    file = show(other, handler)
    client.post(path(begun, "draft"), {"text": "一", "drop": file.pk})
    assert names() == ["方案.pdf"]


def test_files_are_shown_only_while_the_reply_is_in_the_making(begun, handler, other_handler, approver):
    for nobody in (other_handler, approver):
        with pytest.raises(MoveNotAllowed):
            show(begun, nobody)
    workflow.hand_in(begun, by=handler, text="答复", result="A")
    with pytest.raises(MoveNotAllowed):
        show(begun, handler)
    assert names() == []


def test_who_shows_a_file_may_not_release_the_reply(begun, city, handler, approver):
    both = person("", "刘兼任", "both@example.com")
    for role in ("handler", "approver"):
        DepartmentMember.objects.create(user=both, department=city.education, role=role)
    workflow.save_reply(begun, by=handler, text="答复", result="A")
    show(begun, both)
    assert begun.replies.get().author == both


def test_files_of_a_draft_are_the_staffs_and_no_cache_keeps_them(client, begun, handler, office, request):
    workflow.publish(begun, by=office)
    file = show(begun, handler)
    assert readers(client, request, file) == STAFF
    client.force_login(handler)
    answer = client.get(f"/evidence/{file.pk}/")
    assert answer["Cache-Control"] == "no-store, private"
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_files_of_a_released_reply_are_the_authors_and_once_published_everybodys(
    client, begun, handler, approver, office, request
):
    file = show(begun, handler)
    workflow.hand_in(begun, by=handler, text="答复", result="A")
    workflow.release_reply(begun, by=approver)
    assert readers(client, request, file) == STAFF | {"citizen"}
    assert client.get(f"/evidence/{file.pk}/").status_code == 200
    assert client.get(f"/evidence/{file.pk}/")["Cache-Control"] == "no-store, private"
    workflow.publish(begun, by=office)
    assert readers(client, request, file) == set(PEOPLE)
    assert client.get(f"/evidence/{file.pk}/")["Cache-Control"] == "private, max-age=60"
    workflow.unpublish(begun, by=office, reason="撤下")
    assert readers(client, request, file) == STAFF | {"citizen"}


def test_an_author_whose_suggestion_goes_on_in_another_opens_the_files_of_its_answer(
    client, begun, case, neighbour, stranger, handler, approver, office
):
    other = another(begun)
    type(other).objects.filter(pk=other.pk).update(author=neighbour)
    other.refresh_from_db()
    case("submitted", other)
    workflow.merge(other, by=office, into=begun)
    file = show(begun, handler)
    assert not may_open_evidence(neighbour, file)
    reply(begun, handler, approver)
    file.refresh_from_db()
    assert (may_open_evidence(neighbour, file), may_open_evidence(stranger, file)) == (True, False)


def test_the_query_code_opens_the_files_of_ones_own_reply(client, begun, handler, approver):
    file = show(begun, handler)
    workflow.hand_in(begun, by=handler, text="答复", result="A")
    client.logout()
    assert not may_open_evidence(CodeHolder(begun), file)
    workflow.release_reply(begun, by=approver)
    assert client.get(f"/evidence/{file.pk}/").status_code == 404
    client.post("/track/", {"number": begun.number, "code": begun.query_code})
    assert "方案.pdf" in client.get(f"/track/{begun.number}/").content.decode()
    assert client.get(f"/evidence/{file.pk}/").status_code == 200


def test_the_report_of_a_promise_is_everybodys_only_once_it_is_confirmed(
    client, begun, handler, approver, office, request
):
    from datetime import timedelta

    from django.utils import timezone

    day = timezone.localdate() + timedelta(days=30)
    workflow.publish(begun, by=office)
    workflow.hand_in(begun, by=handler, text="答复", result="B", promises=[("公示", day)])
    workflow.release_reply(begun, by=approver)
    commitment = Commitment.objects.get()
    file = store(Evidence, examine(upload(pdf(), "完成.pdf")), commitment=commitment, by=handler)
    assert readers(client, request, file) == STAFF
    workflow.report_kept(commitment, by=handler, report="已公示")
    workflow.confirm_kept(commitment, by=approver)
    assert readers(client, request, file) == set(PEOPLE)


def test_a_file_that_is_missing_on_the_disk_is_404(client, begun, handler):
    file = show(begun, handler)
    file.file.storage.delete(file.file.name)
    assert client.get(f"/evidence/{file.pk}/").status_code == 404
