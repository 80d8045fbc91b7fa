"""Pages of this app, by the flat names templates and tests rely on."""

from django.urls import path

from fzportal.home import home as soon  # each line below is replaced as its room is built

from .views import attachments, submit

urlpatterns = [
    # guided submission
    path("suggestions/new/", submit.scope, name="suggestion_new"),
    path("suggestions/new/elsewhere/<slug:code>/", submit.elsewhere, name="suggestion_new_elsewhere"),
    path("suggestions/new/<int:pk>/", submit.resume, name="suggestion_new_continue"),
    path("suggestions/new/<int:pk>/words/", submit.words, name="suggestion_new_words"),
    path("suggestions/new/<int:pk>/place/", submit.place, name="suggestion_new_place"),
    path("suggestions/new/<int:pk>/files/", attachments.files, name="suggestion_new_files"),
    path("suggestions/new/<int:pk>/files/<int:attachment>/", attachments.detach, name="suggestion_new_detach"),
    path("suggestions/new/<int:pk>/similar/", submit.similar, name="suggestion_new_similar"),
    path("suggestions/new/<int:pk>/person/", submit.person, name="suggestion_new_person"),
    path("suggestions/new/<int:pk>/check/", submit.check, name="suggestion_new_check"),
    path("suggestions/new/<int:pk>/done/", submit.done, name="suggestion_new_done"),
    path("suggestions/new/<int:pk>/discard/", submit.discard, name="suggestion_new_discard"),
    path("suggestions/new/<int:pk>/autosave/<slug:step>/", submit.autosave, name="suggestion_new_autosave"),
    path("attachments/<int:pk>/", attachments.attachment, name="attachment"),
    # reading
    path("suggestions/", soon, name="suggestion_list"),
    path("suggestions/<str:number>/", soon, name="suggestion_detail"),
    path("track/", soon, name="track"),
    path("my/", soon, name="my"),
    # work
    path("desk/", soon, name="desk"),
    path("desk/<str:number>/", soon, name="desk_case"),
]
