"""Writing the reply: the draft and handing it in, with the files that come along.

Every good file is kept with the draft at once, whatever is wrong with another or with the words; buttons inside the
form (one more row, a passage, a file taken off) save the draft and come back to where they stand.
"""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from fzportal.workflow import MoveNotAllowed, Stale
from suggestions import queues, uploads, workflow
from suggestions.permissions import is_handler
from suggestions.views.uploading import keep_each

from . import case
from .acts import is_autosave, reached, stale, went_well
from .table import ACTS, form_of, offered


# The handler must stand before anything reads the request, the check against forged ones included: that one follows.
@csrf_exempt
def desk_reply(request, number, slug):
    """POST ``draft`` or ``hand-in``: 422 with words and files kept, 403 forbidden, 409 when somebody was faster."""
    request.upload_handlers = [uploads.CarefulUploadHandler(request)]
    return write(request, number, ACTS[slug])


@csrf_protect
@require_POST
@login_required
def write(request, number, act):
    """The act by its form."""
    suggestion, user = reached(request, number), request.user
    if not is_handler(user, suggestion):
        raise PermissionDenied
    acts = offered(suggestion, user)
    form = act.form(request.POST, slug=form_of(act, acts), suggestion=suggestion, by=user)
    is_valid = form.is_valid()
    if form.is_outdated:
        return stale(request, suggestion, form)
    if act not in acts and ACTS["draft"] in acts:
        # One more department was asked to assist while this was written.
        return stale(request, suggestion, form)
    if act not in acts:
        raise PermissionDenied
    queue, place = case.named_queue(request), queues.place_of(suggestion)
    try:
        problems = [] if is_autosave(request) else keep_files(request, suggestion)
        for problem in problems:
            form.add_error("files", problem)
        if not is_valid or problems:
            return wanting(request, suggestion, form)
        act.verb(suggestion, by=user, **form.arguments)
        if dropped := request.POST.get("drop"):
            workflow.detach_evidence(suggestion, by=user, pk=int(dropped) if dropped.isdecimal() else None)
    except MoveNotAllowed as error:
        if isinstance(error, Stale) or form.is_outdated:
            return stale(request, suggestion, form)
        raise PermissionDenied from error
    answer = went_well(request, act, suggestion, queue, place)
    if act.slug == "draft" and answer.status_code == 302:
        answer["Location"] += place_in_form(request, form)
    return answer


def keep_files(request, suggestion) -> list[str]:
    """Attach the uploaded files; gives what is wrong with them. Raises MoveNotAllowed."""
    files, by = request.FILES.getlist("files"), request.user
    return keep_each(files, lambda found: workflow.attach_evidence(suggestion, by=by, found=found))


def wanting(request, suggestion, form):
    """The page with the form's errors and the words typed."""
    if is_autosave(request):
        return HttpResponse(status=422)
    return case.draw(request, suggestion, bound=form, status=422)


def place_in_form(request, form) -> str:
    """Where the button stands that saved the draft."""
    content, prefix = form.content, f"#id_{form.slug}_"
    if request.POST.get("add") == "point":
        return f"{prefix}point_{min(len(content.points), form.POINTS.most - 1)}"
    if request.POST.get("add") == "promise":
        return f"{prefix}promise_{min(len(content.promises), form.PROMISES.most - 1)}"
    if "insert" in request.POST:
        return f"{prefix}text"
    return "#reply-files" if "drop" in request.POST or "more" in request.POST else ""
