"""``/desk/commitments/<pk>/``: one promise: reported as kept with evidence, confirmed by a second person, sent back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from fzportal.templatetags.ui import day, when
from fzportal.workflow import MoveNotAllowed, Stale
from suggestions import ledger, timeline, uploads, workflow
from suggestions.forms.promise import PromiseForm, ReportForm, SendReportBackForm
from suggestions.models import Commitment, Suggestion
from suggestions.views.uploading import keep_each

C = Commitment.Status
# Button -> (the moves that bring it, form, verb, what is said then).
ACTS = {
    "report": ({"promise_reported"}, ReportForm, workflow.report_kept,
               _("Reported. A second person of the department confirms it.")),
    "confirm": ({"promise_kept"}, PromiseForm, workflow.confirm_kept,
                _("Confirmed. The author is asked to rate it.")),
    "back": ({"promise_sent_back"}, SendReportBackForm, workflow.send_report_back, _("Sent back.")),
}  # fmt: skip


# The handler must stand before anything reads the request, the check against forged ones included: that one follows.
@csrf_exempt
def desk_commitment(request, pk):
    """GET the promise; POST ``act``: 422 with words and files kept, 403 forbidden, 409 when somebody was faster."""
    request.upload_handlers = [uploads.CarefulUploadHandler(request)]
    return desk_promise(request, pk)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def desk_promise(request, pk):
    """The page, or an act on it."""
    rows = Commitment.objects.kept_by(request.user).select_related("department", "suggestion", "reply", "rating")
    commitment = get_object_or_404(rows, pk=pk)
    if request.method != "POST":
        return draw(request, commitment)
    act = request.POST.get("act", "report")
    if act not in ACTS:
        raise PermissionDenied
    _moves, form_class, verb, done = ACTS[act]
    form = form_class(request.POST, commitment=commitment)
    form.is_valid()
    if form.is_outdated:
        return stale(request, commitment, form)
    if act not in offered(commitment, request.user):
        raise PermissionDenied
    try:
        # The button beside a file is about that file alone; what was typed stays.
        if act == "report" and (dropped := request.POST.get("drop", "")).isdecimal():
            workflow.detach_from_promise(commitment, by=request.user, pk=int(dropped))
            return draw(request, commitment, bound=(act, as_typed(form)))
        for problem in show_files(request, commitment) if act == "report" else ():
            form.add_error("files", problem)
        if not form.is_valid():
            return draw(request, commitment, bound=(act, form), status=422)
        verb(commitment, by=request.user, **form.arguments)
    except Stale:
        return stale(request, commitment, form)
    except MoveNotAllowed as error:
        raise PermissionDenied from error
    messages.success(request, done)
    return redirect("desk_commitment", commitment.pk)


def as_typed(form):
    """A fresh form with the words of ``form``: nobody is told of errors who only took a file off."""
    fresh = type(form)(commitment=form.commitment)
    fresh.initial |= {name: form[name].value() for name in form.fields if name not in ("seen", "files")}
    return fresh


def show_files(request, commitment) -> list[str]:
    """Keep the uploaded files; gives what is wrong with them. Raises MoveNotAllowed."""
    files, by = request.FILES.getlist("files"), request.user
    return keep_each(files, lambda found: workflow.attach_to_promise(commitment, by=by, found=found))


def offered(commitment, user) -> list[str]:
    """What ``user`` may do now."""
    moves = {m.name for m in commitment.moves_for(user)}
    return [name for name, (events, *_rest) in ACTS.items() if events & moves]


def stale(request, commitment, form):
    """The promise as it is now, who was faster, and the words typed."""
    now = Commitment.objects.select_related("department", "suggestion", "reply", "rating").get(pk=commitment.pk)
    last = now.changes.order_by("-pk").select_related("by").first()
    who = last.by.get_full_name() if last.by else timeline.role_word(last.role)
    line = _("%(who)s was here on %(when)s; it is now: %(state)s. Nothing was changed by you.") % {
        "who": who, "when": when(last.at), "state": ledger.tag(now).label,
    }  # fmt: skip
    return draw(request, now, status=409, change_line=line, kept=form.words)


def draw(request, commitment, *, bound=None, status=200, **extra):
    """The page; ``bound``: (act, its form) as it was sent."""
    acts = offered(commitment, request.user)
    forms = {name: ACTS[name][1](commitment=commitment) for name in acts}
    if bound and bound[0] in forms:
        forms[bound[0]] = bound[1]
    suggestion = commitment.suggestion
    values = {
        "commitment": commitment,
        "suggestion": suggestion,
        "tag": ledger.tag(commitment),
        "forms": forms,
        "form": bound[1] if bound and bound[1].is_bound else None,
        "files": list(commitment.evidence.all()),
        "history": history(commitment),
        "wrote_it_oneself": commitment.status == C.REPORTED and commitment.reported_by_id == request.user.pk,
        "opens_case": Suggestion.objects.workable_by(request.user).filter(pk=suggestion.pk).exists(),
        "desk_url": reverse("desk"),
        "list_url": reverse("desk_commitments"),
        "until": day(commitment.due_on),
        **extra,
    }
    response = render(request, "desk/commitment.html", values, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def history(commitment) -> list[timeline.Item]:
    """The promise's own lines, oldest first; colleagues are named."""
    return [
        timeline.Item(
            str(ledger.TITLES.get(change.event, change.event)), at=change.at, note=change.note,
            role=change.by.get_full_name() if change.by else timeline.role_word(change.role),
            tone="late" if change.event == "promise_missed" else "done",
        )
        for change in commitment.changes.select_related("by")
    ]  # fmt: skip
