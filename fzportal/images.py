"""Uploaded pictures, decided by content and never by name or claimed type.

``redraw`` draws a picture anew from its pixels: nothing else of the file survives, no EXIF, no place, no code behind
the picture. It raises ``Refused``, whose message is for the person.
"""

from io import BytesIO
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

# The longest side that is kept; more pixels than MAX_PIXELS are not even decoded (decompression bombs).
MAX_SIDE = 4096
MAX_PIXELS = 50_000_000
# A portrait beside a name.
PORTRAIT_SIDE = 480
PORTRAIT_MAX_BYTES = 10 * 1024 * 1024

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
OPTIONS = {JPEG: {"quality": 88, "optimize": True}, PNG: {"optimize": True}, WEBP: {"quality": 88}}

DAMAGED = _("The file is damaged or incomplete. Please open it on your device to check, then choose it again.")
TOO_WIDE = _("The picture has too many pixels. Please make it smaller and choose it again.")


class Refused(Exception):
    """The file may not be kept; the message says why and what to do."""


class Drawn(NamedTuple):
    """A picture as it is stored: bytes, type, size in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int


def type_of(data: bytes) -> str | None:
    """The type of picture the first bytes tell; None for everything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    return None


def redraw(data: bytes, content_type: str, *, side: int = MAX_SIDE, as_type: str = "") -> Drawn:
    """Draw a picture anew: upright, at most ``side`` long, sRGB, first frame, nothing but pixels. Raises Refused.

    ``as_type``: the type it is stored in, its own when empty.
    """
    try:
        with Image.open(BytesIO(data), formats=[format_of(content_type)]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused(TOO_WIDE)
            # JPEG can be decoded at a fraction of its size: spares memory for a phone's 50 million pixels.
            picture.draft(None, (side, side))
            picture.load()
            drawn = plain_colours(ImageOps.exif_transpose(picture))
            drawn.thumbnail((side, side))
    except Image.DecompressionBombError as error:
        raise Refused(TOO_WIDE) from error
    # Pillow's decoders raise many kinds for what is broken; each means the same to the person.
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, MemoryError) as error:
        raise Refused(DAMAGED) from error
    stored_as = as_type or content_type
    if stored_as == JPEG and drawn.mode == "RGBA":
        drawn = on_white(drawn)
    out = BytesIO()
    drawn.info.clear()
    drawn.save(out, format_of(stored_as), **OPTIONS[stored_as])
    return Drawn(out.getvalue(), stored_as, *drawn.size)


def format_of(content_type: str) -> str:
    """Pillow's name of it."""
    return content_type.removeprefix("image/").upper()


def portrait(file) -> Drawn:
    """An uploaded file (``.size``, ``.read()``) as a small JPEG. Raises Refused."""
    if file.size > PORTRAIT_MAX_BYTES:
        limit = PORTRAIT_MAX_BYTES // 1024 // 1024
        raise Refused(_("The file is larger than %(limit)d MB. Please make it smaller.") % {"limit": limit})
    data = file.read()
    content_type = type_of(data)
    if content_type is None:
        raise Refused(_("Only JPEG, PNG and WebP pictures can be used."))
    return redraw(data, content_type, side=PORTRAIT_SIDE, as_type=JPEG)


def on_white(picture):
    """A picture with transparent parts on a white ground: JPEG knows no transparency."""
    ground = Image.new("RGB", picture.size, (255, 255, 255))
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def plain_colours(picture):
    """RGB, RGBA or grey in sRGB; profiles are applied, then dropped."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile: the colours are a little off, the picture is fine
    if picture.mode in ("L", "RGB", "RGBA"):
        return picture
    transparent = picture.format != "JPEG" and (picture.mode in ("LA", "PA") or "transparency" in picture.info)
    return picture.convert("RGBA" if transparent else "RGB")
