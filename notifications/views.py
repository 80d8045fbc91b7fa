"""The inbox, the choice of channels, and the way out of e-mail."""

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from fzportal import paging

from . import messages, workflow
from .forms import PreferenceForm, StopForm
from .models import Channel, Kind, Notification, Unsubscribed

NEWEST = paging.Order(("id",))


@require_safe
@login_required
def inbox(request):
    """News newest first; each line leads through ``open_news``, which marks it read."""
    rows = Notification.objects.in_inbox_of(request.user)
    page = paging.page(rows, NEWEST, request.GET.get(paging.PARAMETER, ""))
    changes = messages.changes_of(page.rows)
    found = [(n, changes.get((n.topic, n.change_id))) for n in page.rows]
    items = [{"news": n, "said": messages.message(c, n.audience), "at": c.at} for n, c in found if c]
    values = {"items": items, "count_line": count_line(paging.count(rows)), **page.links(request)}
    return render(request, "notifications/inbox.html", values)


def count_line(count) -> str:
    """How many there are, in words."""
    if count.is_capped:
        return _("More than %(n)s messages") % {"n": count.number}
    return ngettext("%(n)s message", "%(n)s messages", count.number) % {"n": count.number}


@require_GET
@login_required
def open_news(request, pk):
    """Mark one piece of news read and go where it leads."""
    news = get_object_or_404(Notification.objects.in_inbox_of(request.user), pk=pk)
    if news.change is None:
        raise Http404
    workflow.mark_read(news, by=request.user)
    return redirect(news.change.subject.url_for(news.audience))


@require_POST
@login_required
def read_all(request):
    """Mark everything read."""
    workflow.mark_all_read(by=request.user)
    return redirect("my_inbox")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences(request):
    """Choose channels and pace for each kind of news, besides the inbox."""
    form = PreferenceForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        workflow.choose(by=request.user, choices=form.choices)
        if form.quiet:
            workflow.keep_silent(by=request.user, begins=form.cleaned_data["begins"], ends=form.cleaned_data["ends"])
        notes.success(request, _("Your choice is saved."))
        return redirect("my_preferences")
    status = 422 if form.is_bound else 200
    return render(request, "notifications/preferences.html", {"form": form, **form.proved}, status=status)


@csrf_exempt  # RFC 8058: the mail program posts without cookies; the signed link is the right to do it
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """A GET shows buttons; only a POST turns e-mail off, or makes it come less often ("choose")."""
    subscription = messages.behind_link(token)
    if subscription is None:
        raise Http404
    form = None
    if subscription.user is not None:
        chosen = request.POST if "choose" in request.POST else None
        form = StopForm(chosen, user=subscription.user, kinds=subscription.kinds)
    if request.method != "POST" or (form and form.is_bound and not form.is_valid()):
        return unsubscribe_page(request, subscription, form)
    if form and form.is_bound:
        workflow.choose(by=subscription.user, choices=form.choices)
        notes.success(request, _("Your choice is saved."))
    else:
        workflow.unsubscribe(subscription)
    if request.POST.get("List-Unsubscribe") == "One-Click":
        return HttpResponse(status=204)
    return redirect("unsubscribe", token=token)


def unsubscribe_page(request, subscription, form):
    """What these e-mails were about, whether they come still, and what can be done."""
    if form is None:
        done = Unsubscribed.objects.filter(address=subscription.address).exists()
        return render(request, "notifications/unsubscribe_address.html", {"done": done})
    values = {
        "form": form, "has_own": Kind.OWN in subscription.kinds, "has_others": subscription.kinds != [Kind.OWN],
        "names": [Kind(kind).label for kind in subscription.kinds],
        "done": all(form.was[kind] == form.without_mail(kind) for kind in subscription.kinds), **form.proved,
    }  # fmt: skip
    return render(request, "notifications/unsubscribe.html", values, status=422 if form.is_bound else 200)


@require_safe
def short_link(request, code):
    """From an SMS to the page it is about."""
    news = messages.behind(code)
    if news is None or news.change is None or news.channel != Channel.SMS:
        raise Http404
    return redirect(news.change.subject.url_for(news.audience))
