"""``/desk/<number>/``: one case on one page, and what may be done with it."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fzportal.templatetags.ui import day
from suggestions import handling, origin, queues, replies, standing, timeline
from suggestions.forms.desk import ContactForm
from suggestions.models import Suggestion
from suggestions.permissions import is_approver, is_office, may_see_contact, works_on

from .neighbours import neighbours
from .table import form_of, offered


@require_safe
@login_required
def desk_case(request, number):
    """The case as it is now."""
    cases = Suggestion.objects.workable_by(request.user).with_parts()
    cases = cases.select_related("station", "addressed_to", "proposed_lead")
    return draw(request, get_object_or_404(cases, number=number))


def draw(request, suggestion, *, bound=None, status=200, show_draft=False, **extra):
    """The page; ``bound`` is the form that was sent and did not pass, ``extra`` what an answer adds."""
    user = request.user
    changes, acts = timeline.history(suggestion), forms_for(suggestion, user, bound)
    place = place_in_queue(request, suggestion)
    values = {
        "case": suggestion,
        "desk_url": reverse("desk"),
        "tag": standing.tag(suggestion),
        "urgency": queues.urgency(suggestion),
        "standing": standing.standing(suggestion, user, changes),
        "history": timeline.timeline(suggestion, user, changes, standing.NEXT.get(suggestion.status, "")),
        "attachments": list(suggestion.attachments.all()),
        "replies": replies.at_the_desk(suggestion, user, show_draft),
        "spoken": list(suggestion.contacts_made.select_related("department", "by__deputy")),
        "acts": acts,
        "may_print": works_on(user, suggestion),
        "panel": handling.panel(suggestion, is_staff=works_on(user, suggestion)),
        "facts": facts(suggestion),
        "talk": origin.talk(suggestion, user),
        "form": bound,
        "wrote_it_oneself": wrote_it_oneself(suggestion, user),
        **neighbours(
            suggestion, user, may_merge=any(act.slug == "merge" for act, _form, _open in acts), query=place["query"]
        ),
        **contact_values(suggestion, user, bound),
        **place,
    }
    if is_office(user):
        values["admin_url"] = admin_url(suggestion)
    response = render(request, "desk/case.html", values | extra, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def forms_for(suggestion, user, bound):
    """(act, form, is it unfolded) for every act offered; the form that was sent stands in its act's place."""
    shown, acts = [], offered(suggestion, user)
    for act in acts:
        if form_of(act, acts) != act.slug:
            continue
        is_bound = bound is not None and bound.slug == act.slug
        form = bound if is_bound else act.form(slug=act.slug, suggestion=suggestion, by=user)
        shown.append((act, form, is_bound))
    return shown


def facts(suggestion):
    """What was said about it besides the words, as pairs; the author by the name they chose to show."""
    return [
        (_("Number"), suggestion.number),
        (_("Author"), suggestion.author_name),
        (_("Received on"), f"{day(suggestion.submitted_at)} · {suggestion.get_channel_display()}"),
        (_("Category"), suggestion.category),
        (_("Place"), " · ".join(filter(None, [suggestion.division and suggestion.division.place, suggestion.place]))),
        (_("Written to"), origin.addressee(suggestion)),
        (_("Station"), suggestion.station),
        (_("Deputy"), suggestion.deputy),
        (_("Proposed department"), suggestion.proposed_lead),
        (_("Lead department"), suggestion.department),
        (_("Supporters"), suggestion.supporters),
    ]


def contact_values(suggestion, user, bound):
    """The form before the contact, for those who may see one that is still kept."""
    if kept_contact(suggestion) is None or not may_see_contact(user, suggestion):
        return {}
    if bound is not None and bound.slug == "contact":
        return {"contact_form": bound}
    return {"contact_form": ContactForm(slug="contact", suggestion=suggestion, by=user)}


def kept_contact(suggestion):
    """The contact while it is kept, else None."""
    contact = getattr(suggestion, "contact", None)
    return contact if contact is not None and contact.anonymised_at is None else None


def wrote_it_oneself(suggestion, user):
    """An approver before their own reply: somebody else must release it."""
    if suggestion.status != Suggestion.Status.REPLY_REVIEW or not is_approver(user, suggestion):
        return False
    return suggestion.replies.unreleased().filter(author=user).exists()


def place_in_queue(request, suggestion):
    """The queue the person came from, and the case after this one."""
    queue = named_queue(request)
    if queue is None:
        return {"query": ""}
    after = queues.next_after(queue, queues.place_of(suggestion, queue))
    return {
        "queue": queue,
        "query": f"?queue={queue.slug}",
        "next_url": f"{reverse('desk_case', args=[after.number])}?queue={queue.slug}" if after else "",
    }


def named_queue(request):
    """The queue of this person that the address names, or None."""
    slug = request.GET.get("queue", "")
    if not slug:
        return None
    every = (q for section in queues.sections_for(request.user) for q in section.queues)
    return next((q for q in every if q.slug == slug), None)


def admin_url(suggestion):
    """Where the office acts on it; its workplace is the admin."""
    try:
        return reverse("admin:suggestions_suggestion_change", args=[suggestion.pk])
    except NoReverseMatch:
        return reverse("admin:index")
