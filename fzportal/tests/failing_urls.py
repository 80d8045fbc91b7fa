"""The portal's own addresses, some that fail, a page one writes on, and the gallery: for the tests beside this file."""

import time

from allauth.core.exceptions import RateLimited
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpResponse
from django.template import engines
from django.urls import path

from fzportal import views
from fzportal.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def broken(request):
    raise RuntimeError("a bug")


def busy(request):
    raise RateLimited


def locked(request):
    raise OperationalError("canceling statement due to lock timeout")


def others(request):
    raise PermissionDenied


def asks(request):
    return HttpResponse(get_user_model().objects.count())


WRITING = """{% extends "base.html" %}{% block heading %}写{% endblock %}{% block content %}
<form method="post" data-autosave="/writes/" novalidate>{% csrf_token %}
<label for="w">内容</label><textarea id="w" name="w"></textarea>
<p data-saved></p><button class="button">提交</button></form>
<ul class="rows" data-keys>
<li class="row"><a href="/about/">一</a></li><li class="row"><a href="/help/">二</a></li></ul>
{% endblock %}"""
received = []  # (kind, text) of every POST to the page one writes on


def writes(request):
    """Takes half a second over a form that is sent, so that an impatient second press arrives meanwhile."""
    if request.method == "POST":
        kind = "draft" if request.headers.get("X-Requested-With") == "autosave" else "sent"
        received.append((kind, request.POST["w"]))
        time.sleep(0.5 if kind == "sent" else 0)
        return HttpResponse(status=204)
    return HttpResponse(engines["django"].from_string(WRITING).render({}, request))


urlpatterns = [
    path("writes/", writes),
    path("gallery/", views.gallery, name="gallery"),
    path("fails/broken/", broken),
    path("fails/busy/", busy),
    path("fails/locked/", locked),
    path("fails/others/", others),
    path("fails/asks/", asks),
    *urlpatterns,
]
