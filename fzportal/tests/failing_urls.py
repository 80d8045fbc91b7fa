"""The portal's own addresses and some that fail, for the tests of error pages and of the component gallery."""

from allauth.core.exceptions import RateLimited
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpResponse
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


urlpatterns = [
    path("gallery/", views.gallery, name="gallery"),
    path("fails/broken/", broken),
    path("fails/busy/", busy),
    path("fails/locked/", locked),
    path("fails/others/", others),
    path("fails/asks/", asks),
    *urlpatterns,
]
