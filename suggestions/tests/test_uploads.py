"""What is let in as a photo or PDF and what becomes of it. Every file is made here."""

import re
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from fzportal import images
from suggestions import uploads
from suggestions.uploads import Refused, examine

from .made import pdf, picture, upload

LIMIT = 10 * 1024 * 1024


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
    assert refusal(bomb(*size)) in (str(images.TOO_WIDE), str(uploads.DAMAGED))


def test_a_bomb_is_called_too_large_not_damaged():
    assert refusal(bomb(10_000, 10_000)) == str(images.TOO_WIDE)


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
