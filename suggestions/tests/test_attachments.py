"""Photos and PDFs of a suggestion: kept with the draft, handed out only to those who may read them."""

import resource
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from suggestions import uploads, workflow
from suggestions.models import Attachment, Suggestion
from suggestions.permissions import CodeHolder, may_open_attachment
from suggestions.uploads import examine

from .made import noise, pdf, picture, upload

LIMIT = 10 * 1024 * 1024


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


# --- the page --------------------------------------------------------------------------------------------------------


def files_page(draft):
    return reverse("suggestion_new_files", args=[draft.pk])


@pytest.fixture
def signed_in(client, citizen):
    client.force_login(citizen)
    return client


def test_a_chosen_file_is_on_the_draft_and_on_the_page(signed_in, draft, media):
    response = signed_in.post(files_page(draft), {"files": [upload(picture()), upload(pdf(), "说明.pdf")], "more": "1"})
    assert response.url == files_page(draft)
    assert list(draft.attachments.values_list("name", "content_type", "width")) == [
        ("照片.jpg", "image/jpeg", 60), ("说明.pdf", "application/pdf", None),
    ]  # fmt: skip
    text = signed_in.get(response.url).content.decode()
    assert "照片.jpg" in text and "说明.pdf" in text
    stored = [path for path in media.rglob("*") if path.is_file()]
    assert len(stored) == 2 and not [path for path in stored if path.suffix]


def test_a_bad_file_is_named_with_its_reason_and_the_good_one_is_kept(signed_in, draft):
    chosen = [upload(picture(), "好.jpg"), upload(b"<html>", "坏.jpg"), upload(b"", "空.png")]
    response = signed_in.post(files_page(draft), {"files": chosen})
    assert response.status_code == 422
    assert response.context["form"].errors["files"] == [
        "“坏.jpg”：只能添加 JPEG、PNG、WebP 图片和 PDF 文件。", "“空.png”：文件是空的。",
    ]  # fmt: skip
    assert list(draft.attachments.values_list("name", flat=True)) == ["好.jpg"]
    assert "好.jpg" in response.content.decode()


def test_five_files_are_the_most_also_when_chosen_at_once(signed_in, draft):
    response = signed_in.post(files_page(draft), {"files": [upload(picture(), f"{n}.jpg") for n in range(6)]})
    assert response.context["form"].errors["files"] == ["“5.jpg”：最多只能添加 5 个文件。"]
    assert draft.attachments.count() == 5
    assert 'type="file"' not in signed_in.get(files_page(draft)).content.decode()


def test_going_on_without_a_file_is_fine_and_uploading_none_is_said(signed_in, draft):
    assert signed_in.post(files_page(draft), {}).url == reverse("suggestion_new_similar", args=[draft.pk])
    response = signed_in.post(files_page(draft), {"more": "1"})
    assert (response.status_code, response.context["form"].errors["files"]) == (422, ["请先选择文件。"])


def test_a_removed_file_is_gone_from_draft_and_disk(signed_in, draft, media, django_capture_on_commit_callbacks):
    signed_in.post(files_page(draft), {"files": [upload(picture())]})
    attachment = draft.attachments.get()
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(reverse("suggestion_new_detach", args=[draft.pk, attachment.pk]))
    assert (draft.attachments.count(), [p for p in media.rglob("*") if p.is_file()]) == (0, [])


def test_a_file_of_another_draft_cannot_be_removed_through_ones_own(signed_in, draft, neighbour):
    others = Suggestion.objects.create(author=neighbour)
    attachment = workflow.attach(others, by=neighbour, found=examine(upload(picture())))
    signed_in.post(reverse("suggestion_new_detach", args=[draft.pk, attachment.pk]))
    assert Attachment.objects.filter(pk=attachment.pk).exists()


def test_nothing_is_attached_to_or_removed_from_a_submitted_suggestion(case, citizen, draft):
    attachment = workflow.attach(draft, by=citizen, found=examine(upload(picture())))
    case("submitted")
    with pytest.raises(workflow.citizen.Stale):
        workflow.attach(draft, by=citizen, found=examine(upload(picture())))
    with pytest.raises(workflow.citizen.Stale):
        workflow.detach(attachment, by=citizen)
    assert draft.attachments.count() == 1


@contextmanager
def full_disk(room):
    """The kernel lets this process write no file beyond ``room`` bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


UNSTORED = "“墙.png”：平台暂时无法保存文件，请稍后再试。已写的内容都在。"


def test_a_disk_full_while_the_file_comes_in_is_said_and_the_words_stay(signed_in, draft):
    photo = noise(700)
    assert len(photo) > 300_000
    with full_disk(200_000):
        response = signed_in.post(files_page(draft), {"files": [upload(photo, "墙.png"), upload(picture(), "小.jpg")]})
    assert (response.status_code, response.context["form"].errors["files"]) == (422, [UNSTORED])
    assert list(draft.attachments.values_list("name", flat=True)) == ["小.jpg"]
    draft.refresh_from_db()
    assert draft.situation == "孩子在校吃午餐，家长看不到食材从哪里来。"


def test_a_place_that_stores_nothing_is_said(signed_in, draft, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "a-file"
    settings.MEDIA_ROOT.write_text("no folder")
    response = signed_in.post(files_page(draft), {"files": [upload(picture(), "墙.png")]})
    assert (response.status_code, response.context["form"].errors["files"]) == (422, [UNSTORED])


def test_a_disk_full_while_storing_leaves_neither_row_nor_half_file(draft, citizen, media):
    found = examine(upload(noise(700), "墙.png"))
    with full_disk(200_000), pytest.raises(OSError):
        workflow.attach(draft, by=citizen, found=found)
    assert (draft.attachments.count(), [p for p in media.rglob("*") if p.is_file()]) == (0, [])


def test_of_a_file_far_too_large_only_the_beginning_is_taken_in(signed_in, draft, monkeypatch):
    taken = []
    closed = uploads.CarefulUploadHandler.file_complete

    def complete(handler, size):
        taken.append(Path(handler.file.temporary_file_path()).stat().st_size)
        return closed(handler, size)

    monkeypatch.setattr(uploads.CarefulUploadHandler, "file_complete", complete)
    response = signed_in.post(files_page(draft), {"files": [upload(pdf() + b" " * 3 * LIMIT, "长.pdf")]})
    assert response.context["form"].errors["files"] == ["“长.pdf”：文件超过 10 MB，请缩小后重新选择。"]
    assert taken[0] < LIMIT + 200_000


def test_a_forged_upload_is_refused(draft, citizen):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(citizen)
    assert strict.post(files_page(draft), {"files": [upload(picture())]}).status_code == 403
    assert draft.attachments.count() == 0


# --- handing out -----------------------------------------------------------------------------------------------------


@pytest.fixture
def attached(draft, citizen, case):
    """``attached(status)``: a photo on the draft, and the draft taken there."""

    def go(status="draft", data=None, **names):
        attachment = workflow.attach(draft, by=citizen, found=examine(upload(data or picture(), **names)))
        if status != "draft":
            case(status)
        attachment.refresh_from_db()
        return attachment

    return go


def get(client, attachment, **headers):
    return client.get(reverse("attachment", args=[attachment.pk]), headers=headers)


def test_a_photo_is_served_as_what_we_found_and_nothing_else(signed_in, attached):
    attachment = attached(name="食堂“后门”.exe")
    response = get(signed_in, attachment, range="bytes=0-1")
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == Path(attachment.file.path).read_bytes()
    assert {name: response[name] for name in (
        "Content-Type", "X-Content-Type-Options", "Content-Security-Policy", "Content-Disposition", "Cache-Control",
    )} == {
        "Content-Type": "image/jpeg",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": "inline; filename*=utf-8''%E9%A3%9F%E5%A0%82%E2%80%9C%E5%90%8E%E9%97%A8%E2%80%9D.jpg",
        "Cache-Control": "private, max-age=60",
    }  # fmt: skip


def test_a_pdf_is_downloaded_not_opened(signed_in, attached):
    response = get(signed_in, attached(data=pdf(), name="a.pdf"))
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "application/pdf",
        'attachment; filename="a.pdf"',
    )


# Written by hand: who may open a file of a suggestion in each state. "code": somebody with number and query code.
MAY_OPEN = {
    "draft": {"citizen"},
    "submitted": {"citizen", "code", "office"},
    "accepted": {"citizen", "code", "office", "deputy"},
    "triaging": {"citizen", "code", "office", "deputy"},
    "assigned": {"citizen", "code", "office", "deputy", "handler", "approver"},
}
PEOPLE = ["citizen", "neighbour", "stranger", "officer", "office", "deputy", "other_deputy", "handler"]
PEOPLE += ["approver", "other_handler"]


@pytest.mark.parametrize("status", MAY_OPEN)
def test_a_private_file_is_opened_only_by_whom_it_concerns(status, attached, client, request):
    attachment = attached(status)
    found = set()
    for name in PEOPLE:
        client.force_login(request.getfixturevalue(name))
        response = get(client, attachment)
        assert response.status_code in (200, 404)
        found |= {name} if response.status_code == 200 else set()
    client.logout()
    assert get(client, attachment).status_code == 404
    suggestion = attachment.suggestion
    if suggestion.number:
        client.post("/track/", {"number": suggestion.number, "code": suggestion.query_code})
        found |= {"code"} if get(client, attachment).status_code == 200 else set()
    assert found == MAY_OPEN[status]


@pytest.mark.parametrize("is_public,published,status", [(True, True, 200), (True, False, 404), (False, True, 404)])
def test_everybody_opens_a_public_file_of_a_published_suggestion_only(
    attached, client, office, is_public, published, status
):
    attachment = attached("accepted")
    if published:
        workflow.publish(attachment.suggestion, by=office, attachments=[attachment] if is_public else [])
    else:
        Attachment.objects.filter(pk=attachment.pk).update(is_public=is_public)
    assert get(client, attachment).status_code == status


def test_a_draft_begun_without_sign_in_shows_its_files_to_that_browser_only(client, city, citizen):
    client.post("/suggestions/new/", {"topic": "suggestion"})
    draft = Suggestion.objects.get()
    client.post(files_page(draft), {"files": [upload(picture())]})
    attachment = draft.attachments.get()
    assert get(client, attachment).status_code == 200
    assert get(Client(), attachment).status_code == 404
    other = Client()
    other.force_login(citizen)
    assert get(other, attachment).status_code == 404


def test_the_office_does_not_read_drafts(attached, office, citizen):
    attachment = attached()
    assert may_open_attachment(office, attachment) is False
    assert may_open_attachment(CodeHolder(attachment.suggestion), attachment) is True
    assert may_open_attachment(CodeHolder(SimpleNamespace(pk=0)), attachment) is False


def test_a_missing_file_and_a_missing_row_are_404(signed_in, attached):
    attachment = attached()
    Path(attachment.file.path).unlink()
    assert get(signed_in, attachment).status_code == 404
    assert signed_in.get("/attachments/999999/").status_code == 404


def test_media_have_no_address_of_their_own(signed_in, attached):
    attachment = attached()
    assert signed_in.get(f"/media/{attachment.file.name}").status_code == 404
