"""What an author does to their suggestion, the same whether they signed in or opened it by number and code.

A room is where the page stands: "suggestion" (``/suggestions/<number>/…``) or "track" (``/track/<number>/…``).
"""

from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fzportal.templatetags.ui import when
from fzportal.workflow import MoveNotAllowed, Stale

from .. import workflow
from ..forms.case import AnswerForm, WithdrawForm
from ..models import Consent
from ..reading import acts, question, reading
from ..timeline import history

HOMES = {"suggestion": "suggestion_detail", "track": "track_case"}
PROMISE_PAGES = {"suggestion": "promise_rate", "track": "track_promise_rate"}


class Act(NamedTuple):
    """A page with one form; the form's fields are the verb's arguments."""

    form: type
    verb: object
    template: str
    done: str


ACTS = {
    "answer": Act(
        AnswerForm, workflow.answer, "suggestions/answer.html", _("Thank you. Your answer has reached the office.")
    ),
    "withdraw": Act(
        WithdrawForm, workflow.withdraw, "suggestions/withdraw.html", _("Your suggestion has been withdrawn.")
    ),
}


def home_of(suggestion, room) -> str:
    """The address of the case's page in a room."""
    return reverse(HOMES[room], args=[suggestion.number])


def show(request, suggestion, by, room, *, status=200, kept=(), **more):
    """The case's page. With 409: as it is now, why nothing was done, and the words that came too late.

    ``changed`` among ``more`` says why; else it is who changed what last.
    """
    values = reading(suggestion, by) | {"room": room, "kept": kept, "form": None} | more
    if status == 409:
        values.setdefault("changed", stale_line(values["timeline"]))
    for name in (*ACTS, "rate", "consent"):
        values[f"{name}_url"] = reverse(f"{room}_{name}", args=[suggestion.number])
    for promise in values["promises"]:
        promise.rate_url = reverse(PROMISE_PAGES[room], args=[suggestion.number, promise.pk])
    return render(request, "suggestions/detail.html", values, status=status)


def stale_line(timeline) -> str:
    """Who changed what, and when."""
    last = [item for item in timeline if item.at][-1]
    values = {"who": last.role, "when": when(last.at), "what": last.title}
    return gettext("This had changed when you sent it: %(what)s (%(who)s, %(when)s). Nothing was done.") % values


def act(request, suggestion, by, room, name):
    """One act: its form (GET), or doing it (POST)."""
    chosen = ACTS[name]
    form = chosen.form(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return do(request, suggestion, by, room, chosen, form)
    if name not in acts(suggestion, by):
        if form.is_bound:
            return show(request, suggestion, by, room, status=409, kept=typed(form))
        messages.info(request, gettext("There is nothing to do here at the moment."))
        return redirect(home_of(suggestion, room))
    values = {"form": form, "suggestion": suggestion, "back_url": home_of(suggestion, room)} | about(suggestion, name)
    return render(request, chosen.template, values, status=422 if form.is_bound else 200)


def do(request, suggestion, by, room, chosen, form):
    """Say the verb; a stale one shows the page as it is now."""
    try:
        chosen.verb(suggestion, by=by, **form.cleaned_data)
    except Stale as stale:
        return show(request, stale.obj, by, room, status=409, kept=typed(form))
    except MoveNotAllowed as error:
        raise PermissionDenied from error
    messages.success(request, chosen.done)
    return redirect(home_of(suggestion, room))


def about(suggestion, name) -> dict:
    """What the page of an act says besides its form."""
    if name == "answer":
        return {"question": question(suggestion, history(suggestion))}
    return {}


def typed(form) -> list[str]:
    """The words of a form that came too late, to be copied from the page."""
    return [text for f in form.visible_fields() if isinstance(text := f.value(), str) and len(text) > 5]


def take_consent_back(request, suggestion, by, room):
    """POST ``kind``: one of the two consents is withdrawn at once."""
    kind = request.POST.get("kind", "")
    if kind not in Consent.Kind.values:
        raise Http404
    workflow.withdraw_consent(suggestion, by=by, kind=kind)
    said = {
        "publish": gettext("Your consent is withdrawn; the text is no longer public."),
        "pass_contact": gettext("Your consent is withdrawn; the handling unit no longer sees your contact."),
    }
    messages.success(request, said[kind])
    return redirect(home_of(suggestion, room))
