"""Pages of this app, by the flat names templates and tests rely on."""

from django.urls import path

from fzportal.home import home as soon

urlpatterns = [
    path("my/privacy/", soon, name="my_privacy"),
    path("demo/", soon, name="demo"),
]
