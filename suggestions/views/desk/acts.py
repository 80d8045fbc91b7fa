"""Acting on a case: scoped get, form, verb, next case."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fzportal.templatetags.ui import when
from fzportal.workflow import MoveNotAllowed, Stale
from suggestions import handling, queues, timeline, workflow
from suggestions.forms.desk import ContactForm, MergeForm
from suggestions.models import Suggestion
from suggestions.permissions import may_see_contact

from . import case, lists
from .table import ACTS, form_of, offered


@require_POST
@login_required
def desk_act(request, number, slug):
    """One act by its form; 422 with the words kept, 403 when forbidden, 409 when somebody was faster."""
    act = ACTS.get(slug)
    if act is None:
        raise Http404
    suggestion = reached(request, number)
    shown = form_of(act, offered(suggestion, request.user))
    form = act.form(request.POST, slug=shown, suggestion=suggestion, by=request.user)
    if form.target is None:
        return gone(request, suggestion, form)
    is_valid = form.is_valid()
    if form.is_outdated:
        return stale(request, suggestion, form)
    if not is_valid:
        return wanting(request, suggestion, form)
    queue = case.named_queue(request)
    place = queues.place_of(suggestion, queue)
    try:
        act.verb(form.target, by=request.user, **form.arguments)
    except MoveNotAllowed as error:
        if isinstance(error, Stale) or form.is_outdated:
            return stale(request, suggestion, form)
        raise PermissionDenied from error
    return went_well(request, act, suggestion, queue, place)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def desk_merge(request, number):
    """Shows the other suggestion before this one goes on there; POST does it."""
    if request.method == "POST":
        return desk_act(request, number, "merge")
    suggestion = get_object_or_404(Suggestion.objects.workable_by(request.user).with_parts(), number=number)
    if ACTS["merge"] not in offered(suggestion, request.user):
        raise PermissionDenied
    form = MergeForm(request.GET, slug="merge", suggestion=suggestion, by=request.user)
    if not form.is_valid():
        return wanting(request, suggestion, form)
    into, place = form.cleaned_data["into"], case.place_in_queue(request, suggestion)
    values = {
        "case": suggestion,
        "into": into,
        "into_words": into.public or into,
        "form": form.refreshed(),
        "desk_url": reverse("desk"),
        "case_url": reverse("desk_case", args=[number]) + place["query"],
    }
    return render(request, "desk/merge.html", values | place)


@require_POST
@login_required
def desk_contact(request, number):
    """Shows the contact for a reason, which the author can read; never at an address that could be kept."""
    suggestion = get_object_or_404(Suggestion.objects.workable_by(request.user).with_parts(), number=number)
    if not may_see_contact(request.user, suggestion):
        raise PermissionDenied
    if case.kept_contact(suggestion) is None:
        raise Http404
    form = ContactForm(request.POST, slug="contact", suggestion=suggestion, by=request.user)
    if not form.is_valid():
        return case.draw(request, suggestion, bound=form, status=422)
    contact = workflow.view_contact(suggestion, by=request.user, reason=form.cleaned_data["reason"])
    shown = [(_("Name"), contact.name), (_("Phone"), contact.phone), (_("E-mail"), contact.email)]
    return case.draw(request, suggestion, contact=shown)


def reached(request, number):
    """The case an act is about, also when it left this person's hands a moment ago."""
    return get_object_or_404(queues.within_reach_of(request.user).with_parts(), number=number)


def wanting(request, suggestion, form):
    """The page with the form's errors and the words typed; nobody mends a form of an act they may not do."""
    if form.slug not in {act.slug for act in offered(suggestion, request.user)}:
        raise PermissionDenied
    if is_autosave(request):
        return HttpResponse(status=422)
    return case.draw(request, suggestion, bound=form, status=422)


def stale(request, suggestion, form):
    """The page as it is now, one line on who was faster, the words typed kept: in their form while it is offered."""
    if is_autosave(request):
        return HttpResponse(status=409)
    line = said_of(suggestion, form, request.user)
    now = Suggestion.objects.workable_by(request.user).with_parts().filter(pk=suggestion.pk).first()
    if now is None:
        return lists.draw(request, status=409, change_line=line, kept=form.words)
    if form.slug not in {act.slug for act in offered(now, request.user)}:
        return case.draw(request, now, status=409, change_line=line, kept=form.words)
    return case.draw(request, now, bound=form.refreshed(), status=409, change_line=line, show_draft=True)


def gone(request, suggestion, form):
    """The part a co-handler would act on is over: said to who had one, nobody else acts on it."""
    mine = request.user.scopes("handler")
    form.part = suggestion.assignments.co().filter(department__in=mine).select_related("department").last()
    if form.part is None:
        raise PermissionDenied
    form.is_valid()
    return stale(request, suggestion, form)


def said_of(suggestion, form, reader):
    """Who changed what and when, in one line."""
    if form.slug == "hand-in" and (awaited := handling.awaited(suggestion)):
        return awaited
    if (part := form.part) is not None:
        what, change = handling.said_of(part)
        values = {"number": suggestion.number, "what": what, "when": when(change.at)}
        return _("%(number)s: %(what)s (%(when)s). Nothing was changed by you.") % values
    if form.rival is not None:
        return _("%(who)s saved another version of the reply meanwhile. Please compare the two.") % {
            "who": form.rival.author.get_full_name()
        }
    moves = suggestion.changes.exclude(before=F("after")).select_related("by__deputy")
    [item] = timeline.lines(suggestion, reader, [moves.last()])
    values = {"number": suggestion.number, "what": item.title, "who": item.role, "when": when(item.at)}
    return _("%(number)s: %(what)s (%(who)s, %(when)s). Nothing was changed by you.") % values


def went_well(request, act, suggestion, queue, place):
    """Says what happened and goes on: the same case, the next one of the queue, or the list when it is done."""
    if is_autosave(request):
        return HttpResponse(status=204)
    messages.success(request, format_html(act.done, case=named(suggestion, request.user, act)))
    query = f"?queue={queue.slug}" if queue else ""
    after = suggestion if act.stays else queues.next_after(queue, place) if queue else None
    if after is None:
        return redirect(reverse("desk") + query)
    return redirect(reverse("desk_case", args=[after.number]) + query)


def named(suggestion, user, act):
    """Number and title, with a way back to it while it is this person's."""
    words = f"{suggestion.number} {suggestion.title}"
    if act.stays or not Suggestion.objects.workable_by(user).filter(pk=suggestion.pk).exists():
        return words
    return format_html('<a href="{}">{}</a>', reverse("desk_case", args=[suggestion.number]), words)


def is_autosave(request):
    """Sent by the page itself while somebody types."""
    return request.headers.get("X-Requested-With") == "autosave"
