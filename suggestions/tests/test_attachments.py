"""Photos and PDFs: what is let in, what becomes of it, who gets it back. Every file is made here."""

import resource
import struct
import zlib
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from suggestions import uploads, workflow
from suggestions.models import Attachment, Suggestion
from suggestions.permissions import CodeHolder, may_open_attachment
from suggestions.uploads import Refused, examine

LIMIT = 10 * 1024 * 1024


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def picture(kind="JPEG", size=(60, 40), colour=(200, 30, 30), mode="RGB", **options):
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def noise(side):
    """A PNG that cannot be compressed."""
    image = Image.effect_noise((side, side), 90)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def pdf(change=None, **options):
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    if change:
        change(writer)
    if options:
        writer.encrypt(**options)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def upload(data, name="照片.jpg", content_type="image/jpeg"):
    return SimpleUploadedFile(name, data, content_type)


def refusal(data, **names):
    with pytest.raises(Refused) as caught:
        examine(upload(data, **names))
    return str(caught.value)


# --- what the content says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind,content_type,ending", [
    ("JPEG", "image/jpeg", ".jpg"), ("PNG", "image/png", ".png"), ("WEBP", "image/webp", ".webp"),
])  # fmt: skip
def test_pictures_are_known_by_content_whatever_they_are_called(kind, content_type, ending):
    found = examine(upload(picture(kind), name="../../etc/合同.exe", content_type="application/x-msdownload"))
    assert (found.content_type, found.name, found.width, found.height) == (content_type, "合同" + ending, 60, 40)
    assert Image.open(BytesIO(found.content)).format == kind


def test_a_pdf_is_known_by_content_and_kept_as_it_is():
    data = pdf()
    found = examine(upload(data, name="说明.jpg"))
    assert found == (data, "application/pdf", "说明.pdf", None, None)


@pytest.mark.parametrize("data", [
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"<!doctype html><script>alert(1)</script>",
    b"GIF89a" + b"\x00" * 50,
    b"MZ\x90\x00" + b"\x00" * 50,
    b"PK\x03\x04" + b"\x00" * 50,
    b"just words",
    b"\x00",
])  # fmt: skip
def test_everything_else_is_refused_though_it_is_called_jpg(data):
    assert refusal(data) == str(uploads._("Only JPEG, PNG and WebP pictures and PDF files can be attached."))


def test_an_empty_file_is_refused():
    assert refusal(b"") == str(uploads._("The file is empty."))


def test_ten_megabytes_are_the_most():
    big = pdf()
    assert refusal(big + b"\x00" * (LIMIT + 1 - len(big))) == "文件超过 10 MB，请缩小后重新选择。"
    exactly = b"\x89PNG\r\n\x1a\n" + b"\x00" * (LIMIT - 8)
    assert refusal(exactly) == str(uploads.DAMAGED)


# --- pictures are drawn anew -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_time_place_and_comments_of_a_photo_are_gone(kind):
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (26.0, 4.0, 30.0)})
    before = picture(kind, exif=exif)
    assert b"SecretCamera" in before
    found = examine(upload(before))
    after = Image.open(BytesIO(found.content))
    assert (dict(after.getexif()), b"SecretCamera" in found.content) == ({}, False)
    assert not {"exif", "icc_profile", "comment", "xmp"} & after.info.keys()


def test_text_chunks_of_a_png_are_gone():
    from PIL.PngImagePlugin import PngInfo

    note = PngInfo()
    note.add_text("Author", "SecretAuthor")
    assert b"SecretAuthor" not in examine(upload(picture("PNG", pnginfo=note))).content


def test_a_photo_lying_on_its_side_is_put_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise
    image = Image.new("RGB", (60, 40), (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, 30, 40))
    out = BytesIO()
    image.save(out, "JPEG", exif=exif, quality=95)
    found = examine(upload(out.getvalue()))
    upright = Image.open(BytesIO(found.content))
    assert (found.width, found.height) == upright.size == (40, 60)
    red, _green, blue = upright.getpixel((20, 10))
    assert red > 200 > 60 > blue


def test_a_large_photo_is_made_smaller():
    found = examine(upload(picture(size=(6000, 3000))))
    assert (found.width, found.height) == (4096, 2048)


@pytest.mark.parametrize("mode,colour,kind", [
    ("CMYK", (0, 200, 200, 0), "JPEG"), ("L", 120, "JPEG"), ("P", 3, "PNG"), ("LA", (120, 90), "PNG"), ("1", 1, "PNG"),
    ("I;16", 40_000, "PNG"), ("RGBA", (9, 9, 9, 90), "PNG"), ("RGBA", (9, 9, 9, 90), "WEBP"),
])  # fmt: skip
def test_every_kind_of_colour_is_accepted(mode, colour, kind):
    found = examine(upload(picture(kind, mode=mode, colour=colour)))
    after = Image.open(BytesIO(found.content))
    after.load()
    assert (after.format, after.size) == (kind, (60, 40))
    assert ("A" in after.mode) == (mode in ("RGBA", "LA"))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_one_frame_is_kept(kind):
    frames = [Image.new("RGB", (20, 20), (n * 80, 0, 0)) for n in range(3)]
    out = BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    assert getattr(Image.open(BytesIO(examine(upload(out.getvalue())).content)), "n_frames", 1) == 1


@pytest.mark.parametrize("rider", [b"<script>alert(1)</script>", b"PK\x03\x04evil.zip", b"<?php system($_GET[1]); ?>"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_rides_behind_a_picture_does_not_get_in(kind, rider):
    found = examine(upload(picture(kind) + rider))
    assert rider not in found.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.7])
def test_a_truncated_picture_is_refused(kind, part):
    image = Image.effect_noise((200, 200), 80).convert("RGB")
    out = BytesIO()
    image.save(out, kind)
    data = out.getvalue()
    assert refusal(data[: max(14, int(len(data) * part))]) == str(uploads.DAMAGED)


@pytest.mark.parametrize("start", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP"])
def test_only_the_beginning_of_a_picture_is_refused(start):
    assert refusal(start + b"<html>" * 50) == str(uploads.DAMAGED)


def bomb(width, height):
    """A PNG of a few hundred bytes that unpacks to ``width`` x ``height`` pixels, if anybody lets it."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\x00" * 10_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(10_000, 10_000), (30_000, 30_000), (1_000_000, 100), (2_000_000_000, 2_000_000_000)])
def test_a_decompression_bomb_is_refused_without_being_unpacked(size):
    assert refusal(bomb(*size)) in (str(uploads.TOO_WIDE), str(uploads.DAMAGED))


def test_a_bomb_is_called_too_large_not_damaged():
    assert refusal(bomb(10_000, 10_000)) == str(uploads.TOO_WIDE)


# --- PDFs are checked ------------------------------------------------------------------------------------------------


def on_open(action):
    def change(writer):
        writer._root_object[NameObject("/OpenAction")] = DictionaryObject(
            {NameObject("/S"): NameObject(action), NameObject("/F"): TextStringObject("cmd.exe")}
        )

    return change


def on_page(writer):
    """Hidden in an annotation, not in the catalogue."""
    script = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x()")})
    note = writer._add_object(DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): script}))
    writer.pages[0][NameObject("/Annots")] = ArrayObject([note])


PROGRAM = "PDF 里有脚本或者会自动打开其他内容。请先“打印为 PDF”，再选择新文件。"
CARRIES = "PDF 里夹带了其他文件。请先“打印为 PDF”，再选择新文件。"
LOCKED = "PDF 设了密码。请另存为不加密的文件后重新选择。"


@pytest.mark.parametrize("change,reason", [
    (on_open("/JavaScript"), PROGRAM),
    (on_open("/Launch"), PROGRAM),
    (on_open("/SubmitForm"), PROGRAM),
    (on_page, PROGRAM),
    (lambda w: w.add_attachment("evil.exe", b"MZ"), CARRIES),
], ids=["script", "launch", "form", "annotation", "attachment"])  # fmt: skip
def test_a_pdf_that_does_or_carries_something_is_refused_with_the_reason(change, reason):
    assert refusal(pdf(change)) == reason


def test_a_script_under_an_escaped_name_is_found():
    data = pdf(on_open("/JavaScript"))
    hidden = data.replace(b"/JavaScript", b"/Java#53cript")
    assert b"/JavaScript" not in hidden
    assert refusal(rebuilt(hidden)) == PROGRAM


def rebuilt(data):
    """A PDF whose bytes have moved, with its cross-reference table made anew by hand."""
    import re

    body = data[: data.rindex(b"xref\n", 0, data.rindex(b"startxref"))]
    trailer = data[data.index(b"trailer") : data.rindex(b"startxref")]
    places = {int(m[1]): m.start() for m in re.finditer(rb"(?m)^(\d+) 0 obj", body)}
    rows = b"".join(b"%010d 00000 n \n" % places[n] for n in sorted(places))
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + rows
    return body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(body)


@pytest.mark.parametrize("password", ["", "secret"])
def test_a_locked_pdf_is_refused_with_the_reason(password):
    assert refusal(pdf(user_password=password, owner_password="owner", algorithm="AES-256")) == LOCKED


@pytest.mark.parametrize("data", [
    b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", b"%PDF-1.4\n" + b"garbage\n" * 50 + b"%%EOF", pdf()[:200], pdf()[:-40],
])  # fmt: skip
def test_a_broken_pdf_is_refused(data):
    assert refusal(data) == str(uploads.DAMAGED)


def test_something_behind_the_end_of_a_pdf_is_refused():
    assert refusal(pdf() + b"PK\x03\x04" + b"evil" * 500) == str(uploads.DAMAGED)
    assert examine(upload(pdf() + b"\r\n\r\n")).content_type == "application/pdf"


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name,kept", [
    ("食堂 照片（1）.JPG", "食堂 照片（1）.jpg"),
    ("C:\\Users\\me\\IMG_1.jpeg", "IMG_1.jpg"),
    ("a\u202egpj.exe", "agpj.jpg"),
    ("..", "file.jpg"),
    ("", "file.jpg"),
    ("𠮷" * 300 + ".jpg", "𠮷" * 80 + ".jpg"),
    ('x"; filename="evil.html', 'x"; filename="evil.jpg'),
])  # fmt: skip
def test_names_are_kept_readable_and_harmless(name, kept):
    assert uploads.named(name, "image/jpeg") == kept


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
    from django.test import Client

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
    from django.test import Client

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
