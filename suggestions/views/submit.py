"""From a citizen's first thought to a number: the pages of ``/suggestions/new/``, in their order."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import is_verified
from suggestions import addressed, drafts, search, workflow
from suggestions.forms.submit import PersonForm, PlaceForm, ScopeForm, WordsForm
from suggestions.models import Consent, DeclineReason, Suggestion

from .steps import missing, on_draft, onwards, show

S = Suggestion.Status
FORMS = {"words": WordsForm, "place": PlaceForm}
# What the promises add up to when nobody is faster than promised.
OUTLOOK = (
    (S.SUBMITTED, gettext_lazy("The congress office screens it and tells you whether it is accepted")),
    (S.ACCEPTED, gettext_lazy("A deputy claims it")),
    (S.TRIAGING, gettext_lazy("The deputy answers, or recommends the unit that should handle it")),
    (S.REFERRED, gettext_lazy("The congress office assigns it to that unit")),
    (S.ASSIGNED, gettext_lazy("The unit replies to you in writing")),
)


def scope(request):
    """Step 1: matters that others are responsible for are told so before anybody writes in vain."""
    drafts.adopt(request)
    form = ScopeForm(request.POST if request.method == "POST" else None)
    to = addressed.asked(request.GET)
    if request.method == "POST" and form.is_valid():
        topic = form.cleaned_data["topic"]
        if topic == ScopeForm.SUGGESTION:
            draft = drafts.begin(request)
            # An empty draft begun before may have been written to somebody else.
            workflow.write(draft, by=drafts.writer(request, draft), **to.words)
            return redirect("suggestion_new_words", draft.pk)
        return redirect(with_query(request, "suggestion_new_elsewhere", topic))
    begun = drafts.mine(request).exclude(title="", situation="")[:5]
    return show(request, "scope", step="scope", form=form, begun=begun, addressee=to)


def with_query(request, name, *args) -> str:
    """A page's address that still says whom one writes to."""
    query = request.GET.urlencode()
    return reverse(name, args=args) + (f"?{query}" if query else "")


@require_safe
def elsewhere(request, code):
    """Who is responsible and how to reach them; whoever has a suggestion after all goes on."""
    reason = get_object_or_404(DeclineReason.objects.filter(is_active=True).exclude(question=""), code=code)
    values = {"reason": reason, "suggestion": ScopeForm.SUGGESTION, "new_url": with_query(request, "suggestion_new")}
    return show(request, "elsewhere", addressee=addressed.asked(request.GET), **values)


@on_draft
def words(request, draft, by):
    """Step 2: title, situation, proposal."""
    return write(request, draft, by, "words", "suggestion_new_place")


@on_draft
def place(request, draft, by):
    """Step 3: theme, street, place in words."""
    return write(request, draft, by, "place", "suggestion_new_files")


def write(request, draft, by, step, following):
    """A page of the draft's own fields. What is valid is kept even when something else is not."""
    form = FORMS[step].of(draft, request.POST if request.method == "POST" else None)
    if form.is_bound:
        workflow.write(draft, by=by, **form.words())
        if form.is_valid():
            return onwards(request, following, draft)
    return show(request, step, step=step, form=form, draft=draft)


@require_POST
@on_draft
def unaddress(request, draft, by):
    """Write to nobody in particular: the deputies concerned read it all the same."""
    workflow.write(draft, by=by, addressed_to=None, station=None)
    goal = request.POST.get("next", "")
    # Back to the page it was pressed on, and nowhere else.
    page = goal if goal.startswith(reverse("suggestion_new_continue", args=[draft.pk])) else ""
    return redirect(page or reverse("suggestion_new_continue", args=[draft.pk]))


@require_POST
@on_draft
def autosave(request, draft, by, step):
    """What the page sends while somebody types: 204 when all of it is kept, 422 when a part cannot be."""
    if step not in FORMS:
        raise Http404
    form = FORMS[step].of(draft, request.POST, loose=True)
    workflow.write(draft, by=by, **form.words())
    return HttpResponse(status=422 if form.errors else 204)


@on_draft
def similar(request, draft, by):
    """Between steps 4 and 5: others may have said it already. Passed over when nobody has."""
    open_ones = Suggestion.objects.published().open().with_parts()
    if request.user.is_authenticated:
        open_ones = open_ones.exclude(author=request.user)
    if request.method == "POST":
        return support(request, get_object_or_404(open_ones, number=request.POST.get("number", "")))
    found = search.similar(open_ones, draft.title)
    if not found:
        return redirect("suggestion_new_person", draft.pk)
    return show(request, "similar", step="files", draft=draft, found=found)


def support(request, suggestion):
    """Stand behind that one instead; the draft stays."""
    if not is_verified(request.user):
        return redirect_to_login(request.get_full_path())
    workflow.support(suggestion, by=request.user)
    messages.success(request, _("You support this suggestion now. Your draft is kept in “My page”."))
    return redirect(suggestion)


@on_draft
def person(request, draft, by):
    """Step 5: who it is from. Needs a verified e-mail or phone; the draft waits meanwhile."""
    if not is_verified(request.user):
        return show(request, "sign_in", step="person", draft=draft)
    form = PersonForm(request.user, draft, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        workflow.introduce(draft, by=by, **form.introduction())
        return onwards(request, "suggestion_new_check", draft)
    return show(request, "person", step="person", form=form, draft=draft)


@on_draft
def check(request, draft, by):
    """Step 6: all answers on one page, each with a way to change it; then submit."""
    page = missing(draft)
    if page or not is_verified(request.user):
        return redirect(page or "suggestion_new_person", draft.pk)
    if request.method == "POST":
        workflow.submit(draft, by=by)
        return redirect("suggestion_new_done", draft.pk)
    given = set(draft.consents.values_list("kind", flat=True))
    consents = [(kind.label, kind in given) for kind in Consent.Kind]
    return show(request, "check", step="check", draft=draft, consents=consents, files=draft.attachments.all())


@never_cache
@login_required
@require_safe
def done(request, pk):
    """The number, the query code, and what happens next until when."""
    suggestion = get_object_or_404(Suggestion.objects.of_author(request.user), pk=pk)
    if suggestion.status == S.DRAFT:
        return redirect("suggestion_new_continue", pk)
    return show(request, "done", suggestion=suggestion, outlook=outlook(suggestion))


def outlook(suggestion) -> list[dict]:
    """What happens next, each at the latest: the promises one after the other, for the timeline."""
    items, since = [], suggestion.submitted_at
    for state, title in OUTLOOK:
        due, rule = suggestion.due_for(state, since)
        if due is not None:
            items.append({"title": title, "due": due, "note": promised(rule)})
            since = due
    return items


def promised(rule: str) -> str:
    """A promise's rule ("15d", "1m") in words."""
    count = int(rule[:-1])
    if rule.endswith("m"):
        return ngettext("within %(count)d month", "within %(count)d months", count) % {"count": count}
    return ngettext("within %(count)d working day", "within %(count)d working days", count) % {"count": count}


@on_draft
def resume(request, draft, by):
    """Where the draft was left: the first page without an answer."""
    return redirect(missing(draft) or "suggestion_new_check", draft.pk)


@on_draft
def discard(request, draft, by):
    """Throw a draft away, after being asked once."""
    if request.method == "POST":
        workflow.purge_draft(draft, by=by)
        messages.success(request, _("The draft has been deleted."))
        return redirect("suggestion_new")
    return show(request, "discard", draft=draft)
