"""Files for the tests, made here: pictures, PDFs, and what is neither."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter


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
