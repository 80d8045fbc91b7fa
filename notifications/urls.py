"""Pages of this app, by the flat names templates and tests rely on."""

from django.urls import path

from . import views

urlpatterns = [
    path("my/inbox/", views.inbox, name="my_inbox"),
    path("my/inbox/read/", views.read_all, name="my_inbox_read"),
    path("my/inbox/<int:pk>/", views.open_news, name="my_inbox_open"),
    path("my/preferences/", views.preferences, name="my_preferences"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("n/<str:code>/", views.short_link, name="short_link"),
]
