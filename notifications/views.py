"""The inbox, the choice of channels, and the way out of e-mail."""

from django.contrib import messages as notes
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from fzportal import paging

from . import messages, workflow
from .forms import PreferenceForm
from .models import Channel, Notification, Preference, Unsubscribed

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
    """Choose the channels besides the inbox."""
    preference = Preference.objects.filter(user=request.user).first()
    form = PreferenceForm(request.POST) if request.method == "POST" else PreferenceForm.of(preference)
    if request.method == "POST" and form.is_valid():
        workflow.choose(by=request.user, **form.cleaned_data)
        notes.success(request, _("Your choice is saved."))
        return redirect("my_preferences")
    me = get_user_model().objects.filter(pk=request.user.pk)
    verified = {"has_email": me.with_verified_email().exists(), "has_phone": me.with_verified_phone().exists()}
    status = 422 if form.is_bound else 200
    return render(request, "notifications/preferences.html", {"form": form, **verified}, status=status)


@csrf_exempt  # RFC 8058: the mail program posts without cookies; the signed link is the right to do it
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """A GET shows a button; only a POST turns e-mail off."""
    notification = messages.told_by(token)
    if notification is None:
        raise Http404
    if request.method == "POST":
        workflow.unsubscribe(notification)
        if request.POST.get("List-Unsubscribe") == "One-Click":
            return HttpResponse(status=204)
        return redirect("unsubscribe", token=token)
    return render(request, "notifications/unsubscribe.html", {"done": is_off(notification), "token": token})


def is_off(notification) -> bool:
    """Whether the receiver of ``notification`` gets no more e-mail."""
    if notification.recipient_id is None:
        return Unsubscribed.objects.filter(address=notification.address).exists()
    return Preference.objects.filter(user=notification.recipient_id, email=False).exists()


@require_safe
def short_link(request, code):
    """From an SMS to the page it is about."""
    news = messages.behind(code)
    if news is None or news.change is None or news.channel != Channel.SMS:
        raise Http404
    return redirect(news.change.subject.url_for(news.audience))
