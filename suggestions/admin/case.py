"""One suggestion before the office: its words, its history, its neighbours; and a page for each act."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from fzportal.templatetags.ui import when
from fzportal.workflow import MoveNotAllowed, Stale
from notifications import workflow as telling

from .. import delivery, handling, origin, search, standing, timeline
from ..models import Consent, Suggestion
from . import acts, supervision


def found(pk) -> Suggestion:
    """A submitted suggestion with its parts. Raises Http404; drafts are nobody's but their author's."""
    rows = Suggestion.objects.submitted().with_parts().select_related("contact", "merged_into", "proposed_lead")
    return get_object_or_404(rows.select_related("decline_reason", "station", "addressed_to"), pk=pk)


def case(request, pk):
    """The case. Nothing is edited here: each button leads to an act's page."""
    return drawn(request, found(pk))


def act(request, pk, slug):
    """An act: its form on GET, the verb on POST. 403 not yours, 409 somebody was faster, 422 not filled in."""
    suggestion = found(pk)
    chosen = acts.BY_SLUG.get(slug)
    if chosen is None:
        raise Http404
    if not any(offer.slug == slug for offer in acts.offered(suggestion, request.user)):
        return drawn(request, suggestion, status=409, line=change_line(suggestion), words=kept(request))
    if request.method != "POST":
        return act_page(request, suggestion, chosen, chosen.form(suggestion=suggestion, initial=asked(request)))
    form = chosen.form(request.POST, suggestion=suggestion)
    if not form.is_valid():
        return act_page(request, suggestion, chosen, form, status=422)
    if form.is_outdated:
        return act_page(request, suggestion, chosen, form.refreshed(), status=409, line=change_line(suggestion))
    return carry_out(request, suggestion, chosen, form)


def carry_out(request, suggestion, chosen, form):
    """Say the verb and go back to the case."""
    try:
        given = chosen.verb(form.target, by=request.user, **form.arguments)
    except Stale:
        now = found(suggestion.pk)
        return drawn(request, now, status=409, line=change_line(now), words=kept(request))
    except MoveNotAllowed as refused:
        raise PermissionDenied from refused
    if chosen.slug == "contact":
        return act_page(request, suggestion, chosen, form, contact=given)
    messages.success(request, chosen.done)
    return redirect("admin:suggestions_suggestion_change", suggestion.pk)


@require_POST
def tell_again(request, pk):
    """Send again what did not arrive of all that was told of the case."""
    suggestion = found(pk)
    told = delivery.notifications_of(delivery.changes_of(suggestion))
    number = telling.send_again(told, by=request.user)
    said = ngettext("%(n)s notification is sent again.", "%(n)s notifications are sent again.", number)
    messages.success(request, said % {"n": number})
    return redirect("admin:suggestions_suggestion_change", suggestion.pk)


def act_page(request, suggestion, chosen, form, status=200, line="", contact=None):
    """The act's form beside the words."""
    context = frame(request, suggestion) | {
        "title": chosen.label, "act": chosen, "form": form, "line": line, "contact": contact,
        "may_be_published": consents(suggestion)[Consent.Kind.PUBLISH],
    }  # fmt: skip
    if chosen.slug == "merge":
        context |= {"similar": similar(suggestion), "into": preview(suggestion, form)}
    template = "admin/suggestions/redact.html" if chosen.slug == "redact" else "admin/suggestions/act.html"
    return TemplateResponse(request, template, context, status=status)


def drawn(request, suggestion, status=200, line="", words=()):
    """The case page."""
    changes = timeline.history(suggestion)
    stands = standing.standing(suggestion, request.user, changes)
    context = frame(request, suggestion) | {
        "title": suggestion.number, "line": line, "kept": words, "stands": stands,
        "acts": acts.offered(suggestion, request.user), "facts": facts(suggestion),
        "history": timeline.timeline(suggestion, request.user, changes, stands.next_step),
        "files": list(suggestion.attachments.all()), "similar": similar(suggestion),
        "same_author": same_author(suggestion), "merged": list(suggestion.merged_here.all()[:10]),
        "replies": list(suggestion.replies.select_related("department", "deputy", "rating")),
        "after": after(suggestion), "talk": origin.talk(suggestion, request.user),
        **supervision.about(suggestion, request.user),
    }  # fmt: skip
    return TemplateResponse(request, "admin/suggestions/case.html", context, status=status)


def frame(request, suggestion) -> dict:
    """What every page about one suggestion shows."""
    return admin.site.each_context(request) | {
        "suggestion": suggestion, "opts": Suggestion._meta, "tag": standing.tag(suggestion),
        "media": "", "panel": handling.panel(suggestion, is_staff=True),
    }  # fmt: skip


def facts(suggestion) -> list[tuple]:
    """(term, value) beside the words."""
    given = consents(suggestion)
    agreed = {True: _("agreed"), False: _("not agreed")}
    return [
        (_("Author"), suggestion.author_name),
        (_("Category"), suggestion.category or _("none")),
        (_("Division"), suggestion.division.place if suggestion.division else _("none")),
        (_("Place"), suggestion.place),
        (_("Channel"), suggestion.get_channel_display()),
        (_("Written to"), origin.addressee(suggestion)),
        (_("Source"), " ".join(filter(None, [suggestion.source, suggestion.external_id]))),
        (_("Received"), when(suggestion.submitted_at)),
        (_("Consent to publish"), agreed[given[Consent.Kind.PUBLISH]]),
        (_("Consent to pass on the contact"), agreed[given[Consent.Kind.PASS_CONTACT]]),
        (_("Published"), when(suggestion.published_at) or _("no")),
        (_("Supporters"), suggestion.supporters),
        (_("Deputy"), suggestion.deputy),
        (_("Lead department"), suggestion.department),
        (_("Proposed lead"), suggestion.proposed_lead),
        (_("Reason for declining"), suggestion.decline_reason),
    ]


def consents(suggestion) -> dict:
    """Kind -> whether it is in force."""
    held = set(suggestion.consents.filter(withdrawn_at=None).values_list("kind", flat=True))
    return {kind: kind in held for kind in Consent.Kind}


def similar(suggestion) -> list:
    """Open ones whose titles share words with this one's, the closest first."""
    others = Suggestion.objects.open().exclude(pk=suggestion.pk).defer("situation", "proposal", "search")
    return search.similar(others, suggestion.title)


def same_author(suggestion) -> list:
    """What the same account wrote besides."""
    if suggestion.author_id is None:
        return []
    rows = Suggestion.objects.submitted().of_author(suggestion.author).exclude(pk=suggestion.pk)
    return list(rows.defer("situation", "proposal", "search")[:5])


def after(suggestion):
    """The next one in the same state, the most urgent first; None when there is no other."""
    rows = Suggestion.objects.filter(status=suggestion.status).exclude(pk=suggestion.pk)
    return rows.order_by("due_at", "pk").only("pk", "number").first() if suggestion.is_open else None


def preview(suggestion, form):
    """The suggestion that the merge would go on with, once a number is there."""
    number = (form.data.get("into") if form.is_bound else form.initial.get("into")) or ""
    return Suggestion.objects.open().exclude(pk=suggestion.pk).filter(number=number.strip()).first()


def asked(request) -> dict:
    """What the address already says: ``?into=2026-000123``."""
    return {"into": request.GET["into"][:20]} if "into" in request.GET else {}


def kept(request) -> list[str]:
    """The words of a POST that could not be carried out."""
    names = ("note", "question", "reason", "title", "situation", "proposal", "place")
    return [request.POST[name] for name in names if request.POST.get(name, "").strip()]


def change_line(suggestion) -> str:
    """Who changed what and when, in one line."""
    last = suggestion.changes.order_by("-pk").select_related("by").first()
    if last is None:
        return _("It is now: %(state)s.") % {"state": suggestion.get_status_display()}
    who = str(last.by) if last.by else timeline.role_word(last.role)
    return _("%(who)s changed it on %(when)s; it is now: %(state)s.") % {
        "who": who, "when": when(last.at), "state": suggestion.get_status_display(),
    }  # fmt: skip


def url(suggestion) -> str:
    """The case's page."""
    return reverse("admin:suggestions_suggestion_change", args=[suggestion.pk])
