"""Pages of this app, by the flat names templates and tests rely on."""

from django.urls import path

from .views import attachments, browse, case, desk, my, submit, track

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
    path("suggestions/new/<int:pk>/unaddress/", submit.unaddress, name="suggestion_new_unaddress"),
    path("suggestions/new/<int:pk>/discard/", submit.discard, name="suggestion_new_discard"),
    path("suggestions/new/<int:pk>/autosave/<slug:step>/", submit.autosave, name="suggestion_new_autosave"),
    path("attachments/<int:pk>/", attachments.attachment, name="attachment"),
    # reading
    path("suggestions/", browse.suggestion_list, name="suggestion_list"),
    path("suggestions/<str:number>/", case.suggestion_detail, name="suggestion_detail"),
    path("suggestions/<str:number>/support/", case.suggestion_support, name="suggestion_support"),
    path("suggestions/<str:number>/follow/", case.suggestion_follow, name="suggestion_follow"),
    path("suggestions/<str:number>/answer/", case.suggestion_answer, name="suggestion_answer"),
    path("suggestions/<str:number>/withdraw/", case.suggestion_withdraw, name="suggestion_withdraw"),
    path("suggestions/<str:number>/rate/", case.suggestion_rate, name="suggestion_rate"),
    path("suggestions/<str:number>/consent/", case.suggestion_consent, name="suggestion_consent"),
    path("track/", track.track, name="track"),
    path("track/leave/", track.track_leave, name="track_leave"),
    path("track/<str:number>/", track.track_case, name="track_case"),
    path("track/<str:number>/answer/", track.track_answer, name="track_answer"),
    path("track/<str:number>/withdraw/", track.track_withdraw, name="track_withdraw"),
    path("track/<str:number>/rate/", track.track_rate, name="track_rate"),
    path("track/<str:number>/consent/", track.track_consent, name="track_consent"),
    path("my/", my.my, name="my"),
    path("my/following/", my.my_following, name="my_following"),
    # work
    path("desk/", desk.desk, name="desk"),
    path("desk/receptions/<int:pk>/suggestion/", desk.reception_suggestion, name="reception_suggestion"),
    path("desk/<str:number>/", desk.desk_case, name="desk_case"),
    path("desk/<str:number>/contact/", desk.desk_contact, name="desk_contact"),
    path("desk/<str:number>/merge/", desk.desk_merge, name="desk_merge"),
    path("desk/<str:number>/<slug:slug>/", desk.desk_act, name="desk_act"),
]
