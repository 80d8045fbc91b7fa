"""``/figures/data/``: the open data with its dictionary, for people and for programs."""

from django.conf import settings
from django.http import FileResponse, Http404, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suggestions.exports import keeping
from suggestions.exports.formats import FORMATS
from suggestions.exports.open_data import described

NAME = "suggestions"
# Who uses the data names its source; nothing else is asked.
LICENCE = {"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0 International",
           "path": "https://creativecommons.org/licenses/by/4.0/"}  # fmt: skip
# In the data package's words (https://specs.frictionlessdata.io/table-schema/).
MEDIA_TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson"}


@require_safe
def open_data(request):
    """What there is, since when, how large, and what every column means."""
    files = [(export, reverse("open_data_file", args=[export.format])) for export in keeping.newest_open()]
    common = [column for column in described("csv") if column in described("jsonl")]
    only = {form: [c for c in described(form) if c not in common] for form in ("csv", "jsonl")}
    values = {"files": files, "common": common, "csv": only["csv"], "jsonl": only["jsonl"], "licence": LICENCE}
    return render(request, "suggestions/figures/data.html", values)


@require_safe
def open_data_file(request, format):
    """The newest file, piece by piece; 304 for whoever has it."""
    export = next((e for e in keeping.newest_open() if e.format == format), None)
    if export is None:
        raise Http404
    etag, at = quote_etag(f"{export.pk}-{export.size}"), int(export.finished_at.timestamp())
    response = get_conditional_response(request, etag=etag, last_modified=at)
    if response is None:
        try:
            file = export.file.open("rb")
        except OSError as error:
            raise Http404 from error
        kind = FORMATS[format].content_type
        response = FileResponse(file, as_attachment=True, filename=f"{NAME}.{format}", content_type=kind)
        response["X-Content-Type-Options"] = "nosniff"
    response["ETag"], response["Last-Modified"] = etag, http_date(at)
    # Kept, but asked about each time: the next file may lack what its author took back.
    response["Cache-Control"] = "public, no-cache"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def open_data_package(request):
    """The dictionary for programs: a Frictionless data package."""
    with translation.override(settings.LANGUAGE_CODE):
        found = {
            "profile": "data-package",
            "name": NAME,
            "title": _("Suggestions of the people of Fuzhou and what came of them"),
            "homepage": whole(reverse("open_data")),
            "licenses": [LICENCE],
            "resources": [resource(export) for export in keeping.newest_open()],
        }
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Access-Control-Allow-Origin"] = "*"
    return response


def resource(export) -> dict:
    """One file: where it is, how large, and its columns."""
    return {
        "name": f"{NAME}-{export.format}",
        "path": whole(reverse("open_data_file", args=[export.format])),
        "format": export.format,
        "mediatype": MEDIA_TYPES[export.format],
        "encoding": "utf-8",
        "bytes": export.size,
        "rows": export.total,
        "created": export.finished_at.isoformat(),
        "schema": {"fields": [field(column) for column in described(export.format)], "primaryKey": "number"},
    }


def field(column) -> dict:
    """A column; ``words`` are what its codes mean."""
    found = {"name": column.name, "type": column.type, "title": str(column.heading), "description": str(column.meaning)}
    return found | ({"words": {code: str(word) for code, word in column.words}} if column.words else {})


def whole(path) -> str:
    """A page's whole address."""
    return settings.SITE_URL.rstrip("/") + path
