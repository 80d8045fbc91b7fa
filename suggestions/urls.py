"""Pages of this app, by the flat names templates and tests rely on."""

from django.urls import path

from fzportal.home import home as soon  # each line below is replaced as its room is built

urlpatterns = [
    # guided submission
    path("suggestions/new/", soon, name="suggestion_new"),
    path("attachments/<int:pk>/", soon, name="attachment"),
    # reading
    path("suggestions/", soon, name="suggestion_list"),
    path("suggestions/<str:number>/", soon, name="suggestion_detail"),
    path("track/", soon, name="track"),
    path("my/", soon, name="my"),
    # work
    path("desk/", soon, name="desk"),
    path("desk/<str:number>/", soon, name="desk_case"),
]
