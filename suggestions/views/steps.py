"""What the pages of a guided submission share: their order, whose draft is open, how a page is shown."""

from functools import wraps

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from fzportal import views
from fzportal.workflow import Stale
from suggestions import addressed, drafts
from suggestions.models import Suggestion

STEPS = {
    "scope": _("What it is about"),
    "words": _("Your suggestion"),
    "place": _("Theme and place"),
    "files": _("Photos and files"),
    "person": _("About you"),
    "check": _("Check and submit"),
}


def on_draft(view):
    """Call ``view(request, draft, by)`` for the one who writes the draft ``pk``; ``by``: user or CodeHolder.

    A signed-in stranger gets 404; somebody not signed in is asked to sign in, whether or not there is such a draft. A
    submitted one leads to its confirmation: pressed twice, come back to, or submitted in another window.
    """

    @wraps(view)
    def opened(request, pk, **kwargs):
        drafts.adopt(request)
        draft = Suggestion.objects.with_parts().select_related("addressed_to", "station").filter(pk=pk).first()
        by = drafts.writer(request, draft) if draft else None
        if by is None:
            return turn_back(request)
        if draft.status != Suggestion.Status.DRAFT:
            return redirect("suggestion_new_done", pk)
        try:
            return view(request, draft, by, **kwargs)
        except Stale:
            return redirect("suggestion_new_done", pk)

    return opened


def turn_back(request):
    """Not this person's page. A form whose session has ended gives its words back."""
    if request.user.is_authenticated:
        raise Http404
    if request.method == "POST":
        return views.csrf_failure(request)
    return redirect_to_login(request.get_full_path())


def show(request, name, *, step=None, status=200, **values):
    """A page of the journey, with its place in it; an invalid form makes it 422."""
    form, draft = values.get("form"), values.get("draft")
    if draft is not None:
        values["addressee"] = addressed.of(draft)
    if form is not None and form.is_bound and form.errors:
        status = 422
    if step:
        values |= {"number": list(STEPS).index(step) + 1, "total": len(STEPS), "label": STEPS[step]}
    return render(request, f"suggestions/new/{name}.html", values, status=status)


def onwards(request, following, draft):
    """To the next page, or back to the answers when one of them was being changed."""
    if request.GET.get("back") == "check":
        return redirect("suggestion_new_check", draft.pk)
    return redirect(following, draft.pk)


def missing(draft):
    """The name of the first page that is not answered yet; None when all are."""
    if not draft.title or not draft.situation:
        return "suggestion_new_words"
    if draft.category_id is None or draft.division_id is None:
        return "suggestion_new_place"
    if not hasattr(draft, "contact") or not consents_are_current(draft):
        return "suggestion_new_person"
    return None


def consents_are_current(draft) -> bool:
    """Nobody is held to a wording they did not read."""
    return not draft.consents.exclude(version=settings.CONSENT_VERSION).exists()
