"""The portal's pages and the bare one."""

from django.http import HttpResponse
from django.urls import path

from fzportal.urls import *  # noqa: F403
from fzportal.urls import urlpatterns as portal


def bare(request):
    """Nothing but the middleware."""
    return HttpResponse("ok")


urlpatterns = [path("bare/", bare, name="bare"), *portal]
