"""What an author says to a reply, and to a promise kept: the same for who signed in and for who holds the code."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from fzportal.templatetags.ui import day, when
from fzportal.workflow import MoveNotAllowed, Stale

from .. import ledger, workflow
from ..forms.case import ChangeRatingForm, PromiseRatingForm, RateForm, version_of
from ..models import Commitment, Suggestion
from ..permissions import may_change_rating, may_rate_promise
from ..permissions.verdict import CHANGEABLE, last_rating, was_dissatisfied
from ..reading import acts
from ..standing import holder_word
from .acts import home_of, show, typed

S = Suggestion.Status


def rate(request, suggestion, by, room):
    """Rate the newest reply; once that is done, change the rating for seven days."""
    if request.method == "POST":
        is_change = "version" in request.POST
    else:
        is_change = "rate" not in acts(suggestion, by) and last_rating(suggestion) is not None
    return (change if is_change else first)(request, suggestion, by, room)


def first(request, suggestion, by, room):
    """The rating of a reply nobody has rated."""
    form = RateForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return say(request, suggestion, by, room, workflow.rate, form)
    if "rate" not in acts(suggestion, by):
        return out_of_season(request, suggestion, by, room, form, _("There is nothing to do here at the moment."))
    return page(request, suggestion, room, form, effects=effects(suggestion))


def change(request, suggestion, by, room):
    """The rating of the newest reply again; what was given stands in the form."""
    rating, version = last_rating(suggestion), request.POST.get("version", "")
    form = ChangeRatingForm(request.POST if request.method == "POST" else None, rating=rating)
    if not may_change_rating(by, suggestion):
        line = over(rating)
        return out_of_season(request, suggestion, by, room, form, line, changed=line, changed_title=_("Too late"))
    if form.is_bound and version != version_of(rating):
        line = _("You have changed this rating elsewhere meanwhile. Nothing was done now.")
        return out_of_season(request, suggestion, by, room, form, line, changed=line)
    if form.is_bound and form.is_valid():
        return say(request, suggestion, by, room, workflow.change_rating, form)
    values = {"given": rating, "until": rating.at + CHANGEABLE, "effects": effects_of_change(suggestion, rating)}
    return page(request, suggestion, room, form, **values)


def over(rating) -> str:
    """Why a rating stands as it is."""
    if rating is None:
        return _("There is nothing to do here at the moment.")
    if rating.at <= timezone.now() - CHANGEABLE:
        until = when(rating.at + CHANGEABLE)
        return _("A rating can be changed for seven days; yours could be until %(until)s.") % {"until": until}
    return _("The case has gone on since you rated it: this rating can no longer be changed.")


def rate_promise(request, suggestion, by, room, pk):
    """Rate a promise that the department has reported as kept."""
    rows = Commitment.objects.given().select_related("department").filter(suggestion=suggestion)
    promise = get_object_or_404(rows, pk=pk)
    promise.suggestion = suggestion
    form = PromiseRatingForm(request.POST if request.method == "POST" else None)
    if not may_rate_promise(by, promise):
        line = _("This promise cannot be rated now: it is not kept yet, or was rated, or the time to rate it is over.")
        return out_of_season(request, suggestion, by, room, form, line, changed=line, changed_title=_("Too late"))
    if form.is_bound and form.is_valid():
        return say(request, suggestion, by, room, workflow.rate_promise, form, about=promise)
    promise.tag, files = ledger.tag(promise), list(promise.evidence.all())
    values = {"promise": promise, "files": files, "until": promise.rate_by}
    return page(request, suggestion, room, form, effects=effects_of_promise(suggestion), **values)


def page(request, suggestion, room, form, **values):
    """The form, what it is about, and what happens then."""
    if "promise" not in values:
        values["reply"] = suggestion.replies.released().select_related("department", "deputy").last()
    values |= {"form": form, "suggestion": suggestion, "back_url": home_of(suggestion, room)}
    return render(request, "suggestions/rate.html", values, status=422 if form.is_bound else 200)


def out_of_season(request, suggestion, by, room, form, line, **late):
    """Nothing to rate: back to the case with a word; what was typed is kept on it (409)."""
    if form.is_bound:
        return show(request, suggestion, by, room, status=409, kept=typed(form), **late)
    messages.info(request, line)
    return redirect(home_of(suggestion, room))


def say(request, suggestion, by, room, verb, form, about=None):
    """Say the verb; a stale one shows the page as it is now."""
    words = {name: value for name, value in form.cleaned_data.items() if name != "version"}
    try:
        done = verb(about or suggestion, by=by, **words)
    except Stale as stale:
        return show(request, stale.obj, by, room, status=409, kept=typed(form))
    except MoveNotAllowed as error:
        raise PermissionDenied from error
    suggestion.refresh_from_db(fields=["status", "due_at"])
    messages.success(request, said(suggestion, done))
    return redirect(home_of(suggestion, room))


def said(suggestion, done) -> str:
    """What came of it, and what happens now, by when."""
    if done is None:
        return _("You gave the same again: nothing was changed.")
    if done.event in ("rated", "promise_rated"):
        return _("Thank you. Your rating has been recorded.")
    if done.event == "rating_changed":
        return _("Your rating has been changed.")
    if done.event == "raised":
        return _("Your rating has been changed. The case is closed.")
    return _("Thank you for your frankness. %(next)s") % {"next": goes_on(suggestion, suggestion.status)}


def goes_on(suggestion, state) -> str:
    """Who does what by when once the author is dissatisfied: in ``state`` already, or if it came to it."""
    due = suggestion.due_at if suggestion.status == state else suggestion.due_for(state, timezone.now())[0]
    if state == S.SUPERVISED:
        if due is None:
            return _("The congress office steps in and supervises the case.")
        return _("The congress office steps in and supervises the case; it decides by %(day)s.") % {"day": day(due)}
    who = suggestion.department or holder_word_of(suggestion)
    if due is None:
        return _("%(who)s handles it again.") % {"who": who}
    return _("%(who)s handles it again; a new reply is due by %(day)s.") % {"who": who, "day": day(due)}


def holder_word_of(suggestion) -> str:
    """Who answers anew where no department led: the deputy."""
    return _("Deputy %(name)s") % {"name": suggestion.deputy.name} if suggestion.deputy else holder_word(suggestion)


def effects(suggestion) -> list[str]:
    """What each verdict on a reply leads to."""
    again = goes_on(suggestion, S.SUPERVISED if was_dissatisfied(suggestion) else S.REHANDLING)
    return [
        _("Satisfied or basically satisfied with the result: the case is closed."),
        _("Dissatisfied with the result: %(then)s") % {"then": again},
        _("You can change your rating for seven days."),
        _("Your grades are public; what you write is read only by those who work on it."),
    ]


def effects_of_change(suggestion, rating) -> list[str]:
    """What each changed verdict leads to from here."""
    public = _("Your grades are public; what you write is read only by those who work on it.")
    if suggestion.status == S.CLOSED and rating.is_dissatisfied:
        return [_("The case was closed with a published reason and stays closed. Your new grades are kept."), public]
    if suggestion.status == S.CLOSED:
        again = goes_on(suggestion, S.SUPERVISED if was_dissatisfied(suggestion, besides=rating) else S.REHANDLING)
        return [
            _("Satisfied or basically satisfied with the result: the case stays closed."),
            _("Dissatisfied with the result: the case is opened again. %(then)s") % {"then": again},
            public,
        ]
    return [
        _("Satisfied or basically satisfied with the result: the case is closed, nobody works on it any more."),
        _("Dissatisfied with the result: it goes on. %(then)s") % {"then": goes_on(suggestion, suggestion.status)},
        public,
    ]


def effects_of_promise(suggestion) -> list[str]:
    """What each verdict on a kept promise leads to."""
    again = goes_on(suggestion, S.SUPERVISED if was_dissatisfied(suggestion) else S.REHANDLING)
    return [
        _("Satisfied or basically satisfied with the result: your rating is recorded, the case stays as it is."),
        _("Dissatisfied with the result: the case is opened again. %(then)s") % {"then": again},
        _("Your grades are public; what you write is read only by those who work on it."),
    ]
