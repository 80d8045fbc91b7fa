"""What departments show with a reply or a promise kept: handed out to whoever may read what it belongs to."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ..models import Evidence
from ..permissions import may_open_evidence
from .attachments import hand_out, readers


@require_safe
def evidence(request, pk):
    """The file; 404 for those who may not read it. No cache keeps what is not public."""
    rows = Evidence.objects.select_related("reply__suggestion", "commitment__reply__suggestion")
    found = get_object_or_404(rows, pk=pk)
    suggestion = (found.reply or found.commitment.reply).suggestion
    if not any(may_open_evidence(by, found) for by in readers(request, suggestion)):
        raise Http404
    response = hand_out(found)
    if suggestion.published_at is None or (found.reply and found.reply.released_at is None):
        response["Cache-Control"] = "no-store, private"
    return response
