"""QR codes for what hangs on a wall: an address of ours as a small SVG, answered from any view."""

from io import BytesIO

import segno
from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import patch_cache_control

DAY = 24 * 3600
TYPE = "image/svg+xml"


def address(path: str) -> str:
    """The public address of ``path`` (``/stations/wenquan/``), as phones will open it."""
    return settings.SITE_URL.rstrip("/") + path


def svg(path: str) -> bytes:
    """The QR code of ``path``'s public address: black on white in any mode, without a size of its own.

    A quarter of it may be dirty or torn and it can still be read (level Q): sheets hang in stairwells.
    """
    out = BytesIO()
    code = segno.make(address(path), error="q", micro=False, boost_error=False)
    code.save(out, kind="svg", scale=8, light="#fff", xmldecl=False, omitsize=True, svgclass=None, lineclass=None)
    return out.getvalue()


def response(path: str) -> HttpResponse:
    """The same as an answer that browsers and proxies may keep for a day: an address never changes its code."""
    answer = HttpResponse(svg(path), TYPE)
    patch_cache_control(answer, public=True, max_age=DAY)
    return answer
