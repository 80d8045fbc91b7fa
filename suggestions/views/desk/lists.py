"""``/desk/``: the work of whoever signs in, as queues."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from fzportal import paging
from liaison.desk import doors_for
from suggestions import queues
from suggestions.proposals import queues as of_proposals

from . import promises


@require_safe
@login_required
def desk(request):
    """Every queue with its size, one of them open; 403 with an explanation for people without a role."""
    if not request.user.roles:
        return render(request, "desk/none.html", status=403)
    return draw(request)


def draw(request, status=200, **extra):
    """The list the address names; also what remains to show when a case is no longer this person's."""
    sections = queues.sections_for(request.user)
    counts = queues.counts([q for section in sections for q in section.queues])
    queue = chosen(request.GET.get("queue", ""), sections, counts)
    values = {"sections": tabs(sections, counts, queue), "is_office": request.user.is_office}
    values |= {"doors": doors_for(request.user), "promise_tabs": promises.doors(request.user), **extra}
    values["proposal_tabs"] = of_proposals.doors(request.user)
    if queue:
        values |= listed(request, queue, counts[queue.slug])
    return render(request, "desk/list.html", values, status=status)


def chosen(slug, sections, counts):
    """The queue named, else the first in which something waits, else the first."""
    every = [q for section in sections for q in section.queues]
    named = next((q for q in every if q.slug == slug), None)
    return named or next((q for q in every if counts[q.slug].number), every[0] if every else None)


def tabs(sections, counts, queue):
    """(role, [(queue, size, url, is it open)])."""
    page = reverse("desk")
    return [
        (s.role, [(q, figure(counts[q.slug]), f"{page}?queue={q.slug}", q is queue) for q in s.queues])
        for s in sections
    ]


def figure(count):
    return f"{count.number}+" if count.is_capped else str(count.number)


def listed(request, queue, count):
    """One page of the queue, oldest due first."""
    page = paging.page(queues.for_lists(queue.rows), queue.order, request.GET.get(paging.PARAMETER, ""))
    many = ngettext("%(n)s case", "%(n)s cases", count.number) % {"n": count.number}
    sent_back, urgencies = queues.sent_back(page.rows), queues.urgencies(page.rows, queue)
    return {
        "queue": queue,
        "count": _("More than %(n)s cases") % {"n": count.number} if count.is_capped else many,
        "rows": [line(row, queue, urgencies[row.pk], row.pk in sent_back) for row in page.rows],
        **page.links(request),
    }


def line(suggestion, queue, urgency, is_sent_back):
    """What a row shows. A station officer reads what everybody may read."""
    is_public = queue.slug == "station"
    url = reverse("suggestion_detail" if is_public else "desk_case", args=[suggestion.number])
    return {
        "case": suggestion,
        "title": suggestion.public.title if is_public else suggestion.title,
        "url": url if is_public else f"{url}?queue={queue.slug}",
        "urgency": urgency,
        "due": getattr(suggestion, queue.due) if suggestion.is_open else None,
        "age": queues.age(suggestion),
        "state": _("Sent back") if is_sent_back else suggestion.get_status_display(),
    }
