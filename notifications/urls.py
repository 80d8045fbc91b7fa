"""Pages of this app, by the flat names templates and tests rely on."""

from django.urls import path

from fzportal.home import home as soon

urlpatterns = [
    path("my/inbox/", soon, name="my_inbox"),
    path("my/preferences/", soon, name="my_preferences"),
]
