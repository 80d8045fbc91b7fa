"""Photos and PDFs: handed out only to those who may read them, as nothing but what we found them to be."""

import logging

from django.conf import settings
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from suggestions import drafts, permissions, uploads, workflow
from suggestions.forms.submit import FilesForm
from suggestions.models import Attachment, Suggestion
from suggestions.permissions import CodeHolder

from . import track
from .steps import on_draft, onwards, show
from .uploading import keep_each

logger = logging.getLogger(__name__)


@require_safe
def attachment(request, pk):
    """The file; 404 for those who may not read it, as if it did not exist."""
    found = get_object_or_404(Attachment.objects.select_related("suggestion"), pk=pk)
    if not any(permissions.may_open_attachment(by, found) for by in readers(request, found.suggestion)):
        raise Http404
    return hand_out(found)


def hand_out(found):
    """A stored file as an answer; 404 when it is missing."""
    try:
        content = found.file.open("rb")
    except OSError as error:
        logger.error("The file of %s %s is missing", found._meta.model_name, found.pk)
        raise Http404 from error
    response = FileResponse(
        content, content_type=found.content_type, as_attachment=found.content_type == uploads.PDF, filename=found.name
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    # Short: who may read it can change, when a publication is taken back for instance.
    response["Cache-Control"] = "private, max-age=60"
    return response


def readers(request, suggestion):
    """The user; and whoever began the draft in this browser, or opened the case in it by number and query code."""
    yield request.user
    if suggestion.status == Suggestion.Status.DRAFT:
        yield drafts.writer(request, suggestion)
    elif suggestion.number in track.still_open(request):
        yield CodeHolder(suggestion)


# The handler must stand before anything reads the request, the check against forged ones included: that one follows.
@csrf_exempt
def files(request, pk):
    """Step 4 of a submission: photos and PDFs."""
    request.upload_handlers = [uploads.CarefulUploadHandler(request)]
    return choose(request, pk)


@csrf_protect
@on_draft
def choose(request, draft, by):
    """Each good file is kept at once, whatever is wrong with another."""
    form = FilesForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        chosen = request.FILES.getlist("files")
        for problem in keep_each(chosen, lambda found: workflow.attach(draft, by=by, found=found)):
            form.add_error("files", problem)
        if "more" in request.POST and not chosen:
            form.add_error("files", _("Choose a file first."))
        if not form.errors:
            return stay(request) if "more" in request.POST else onwards(request, "suggestion_new_similar", draft)
    kept = draft.attachments.all()
    room = settings.ATTACHMENTS_PER_SUGGESTION - len(kept)
    return show(request, "files", step="files", draft=draft, form=form, files=kept, room=room)


def stay(request):
    """This page anew, so that reloading it sends nothing again."""
    return redirect(request.get_full_path())


@require_POST
@on_draft
def detach(request, draft, by, attachment):
    """Take a file off the draft."""
    found = draft.attachments.filter(pk=attachment).first()
    if found is not None:
        workflow.detach(found, by=by)
    query = "?back=check" if request.GET.get("back") == "check" else ""
    return redirect(reverse("suggestion_new_files", args=[draft.pk]) + query)
