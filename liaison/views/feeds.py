"""iCalendar feeds: of a station, a deputy, a division, one session; and everybody's own at a secret address."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from .. import feeds, ical, workflow
from ..models import Deputy, Division, Feed, Session, Station

CALENDAR = "text/calendar; charset=utf-8"


@require_safe
def station_feed(request, slug):
    """``/stations/<slug>/calendar.ics``"""
    station = get_object_or_404(Station, slug=slug)
    return public(request, _("%(name)s · reception days") % {"name": station}, Session.objects.filter(station=station))


@require_safe
def deputy_feed(request, pk):
    """``/deputies/<pk>/calendar.ics``"""
    deputy = get_object_or_404(Deputy.objects.current(), pk=pk)
    sessions = feeds.of_deputies(Session.objects.all(), [deputy])
    return public(request, _("%(name)s · reception days") % {"name": deputy}, sessions)


@require_safe
def division_feed(request, code):
    """``/calendar/division/<code>.ics``"""
    division = get_object_or_404(Division.objects.select_related("parent"), code=code)
    sessions = Session.objects.in_divisions([division])
    return public(request, _("%(name)s · reception days") % {"name": division}, sessions)


@require_safe
def session_ics(request, pk):
    """``/sessions/<pk>/session.ics``: one session, to be taken into a calendar once."""
    session = get_object_or_404(Session.objects.with_parts(), pk=pk)
    response = HttpResponse(ical.calendar(str(session.station), [session]), content_type=CALENDAR)
    response["Content-Disposition"] = f'attachment; filename="session-{pk}.ics"'
    return response


def public(request, name, sessions):
    """A feed of ``sessions``; unchanged since the program last asked, it is not even written."""
    pks, version = feeds.contents(sessions)
    version = feeds.digest(version, name)
    return answer(request, request.path, version, lambda: feeds.body(name, pks), "public, no-cache")


def answer(request, feed, version, body, kept):
    """304 when the program has this ``version``, else the ``body()``; ``kept``: who may keep it."""
    etag, at = quote_etag(version), feeds.first_seen(feed, version)
    response = get_conditional_response(request, etag=etag, last_modified=int(at.timestamp()))
    if response is None:
        response = HttpResponse(body(), content_type=CALENDAR)
    response["ETag"], response["Last-Modified"] = etag, http_date(at.timestamp())
    response["Cache-Control"] = kept
    return response


@sensitive_variables("token")
@require_safe
def private_feed(request, token):
    """``/calendar/private/<token>.ics``: for programs that cannot sign in; what it holds is decided anew each time."""
    feed = get_object_or_404(Feed.objects.select_related("user"), token=token, revoked_at=None, user__is_active=True)
    text = ical.calendar_of(feeds.name_of(feed.user), feeds.private_events(feed.user))
    response = answer(request, f"private:{feed.pk}", feeds.digest(text), lambda: text, "private, no-cache")
    response["Referrer-Policy"], response["X-Robots-Tag"] = "no-referrer", "noindex"
    return response


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request):
    """``/my/calendar/``: the secret address, made, replaced and revoked by POST (``act``: open, revoke)."""
    if request.method == "POST":
        change_address(request)
        return redirect("my_calendar")
    feed = Feed.objects.filter(user=request.user, revoked_at=None).first()
    path = reverse("private_feed", args=[feed.token]) if feed else ""
    values = {
        "feed": feed,
        "address": ical.absolute(path) if feed else "",
        "webcal": f"webcal://{settings.SITE_URL.split('://', 1)[1].rstrip('/')}{path}" if feed else "",
        "is_deputy": bool(request.user.scopes("deputy")),
        "is_officer": bool(request.user.scopes("officer")),
    }
    return render(request, "my/calendar.html", values)


def change_address(request):
    """Make, replace or end the address of whoever is signed in."""
    act = request.POST.get("act")
    if act == "revoke":
        workflow.revoke_feed(by=request.user)
        messages.success(request, _("The address no longer works."))
    elif act == "open":
        workflow.open_feed(by=request.user)
        messages.success(request, _("The address is ready. One made before no longer works."))
