"""``/desk/exports/``: lists taken out as files. A short one comes at once, a long one is made meanwhile."""

import tempfile
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fzportal import paging
from fzportal.private import private
from suggestions.exports import keeping, lists, making
from suggestions.exports.formats import FORMATS
from suggestions.forms.exports import ExportForm
from suggestions.models import Export

# So many rows are written while their reader waits.
SHORT = 2000
NEWEST = paging.Order(("id",))
State = Export.State
TONES = {"waiting": "wait", "running": "wait", "done": "done", "failed": "late"}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def desk_exports(request):
    """What one took out, newest first; POST takes a list out."""
    if not request.user.roles:
        return render(request, "desk/none.html", status=403)
    form = ExportForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        return take_out(request, **form.cleaned_data)
    mine = Export.objects.filter(requested_by=request.user)
    page = paging.page(mine, NEWEST, request.GET.get(paging.PARAMETER, ""))
    values = {"rows": [shown(export) for export in page.rows], "form": form, "days": keeping.KEPT.days}
    return render(request, "desk/exports/list.html", values | page.links(request), status=422 if form else 200)


def take_out(request, kind, query, format):
    """The file at once, or its page while it is made; asked for twice, it is the same one."""
    listing = lists.find(kind, query, request.user)
    if listing is None:
        raise PermissionDenied
    asked = {
        "kind": kind,
        "query": named(kind, query, listing, request.user),
        "format": format,
        "requested_by": request.user,
    }
    if paging.count(listing.rows, SHORT).is_capped:
        waiting = Export.objects.filter(**asked, state__in=keeping.WANTED).first()
        return redirect("desk_export", (waiting or Export.objects.create(**asked)).pk)
    out = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    rows = making.at_once(listing, format, out)
    size = out.tell()
    out.seek(0)
    # The row says who took out how much; there is no file to keep.
    export = Export(**asked, state=State.DONE, total=rows, done=rows, size=size, finished_at=timezone.now())
    export.save()
    return answer(out, export)


@require_safe
@login_required
@private
def desk_export(request, pk):
    """How far it is, then the way to the file."""
    return render(request, "desk/exports/detail.html", {**shown(found(request, pk)), "days": keeping.KEPT.days})


@require_safe
@login_required
@private
def desk_export_file(request, pk):
    """The file, while it is kept and its reader works on such lists."""
    export = found(request, pk)
    if not export.file or export.state != State.DONE:
        raise Http404
    if not may_fetch(request.user, export):
        raise PermissionDenied
    try:
        return answer(export.file.open("rb"), export)
    except OSError as error:
        raise Http404 from error


def found(request, pk):
    """One's own; any for the office."""
    rows = Export.objects.exclude(requested_by=None)
    return get_object_or_404(rows if request.user.is_office else rows.filter(requested_by=request.user), pk=pk)


def answer(file, export):
    """A file for saving."""
    name = f"{_('Suggestions')}-{timezone.localdate(export.finished_at):%Y-%m-%d}.{export.format}"
    form = FORMATS[export.format]
    response = FileResponse(file, as_attachment=True, filename=name, content_type=form.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def named(kind, query, listing, user) -> str:
    """The filters as kept; of a queue also as whom it was asked, for the file is not for one who is that no more."""
    if kind == "office":
        return query
    asked = {"queue": QueryDict(query).get("queue", ""), "name": listing.label}
    return urlencode(asked | {"as": ".".join(sorted(roles_of(user)))})


def roles_of(user) -> set[str]:
    """ "handler-3" for every role."""
    return {f"{role.name}-{role.scope or 0}" for role in user.roles}


def may_fetch(user, export) -> bool:
    """The office; who asked for a queue's list while they are what they were then."""
    if user.is_office:
        return True
    asked_as = QueryDict(export.query).get("as", "")
    return export.kind == "queue" and roles_of(user) >= set(asked_as.split("."))


def shown(export) -> dict:
    """What a page says of it."""
    ended = export.state in (State.DONE, State.FAILED)
    return {
        "export": export,
        "label": lists.label_of(export),
        "filters": lists.filters_of(export),
        "tone": TONES[export.state],
        "ended": ended,
        "was_at_once": not export.file and export.size > 0,
        "is_kept": bool(export.file) and export.state == State.DONE,
        "until": export.finished_at + keeping.KEPT if ended else None,
    }
