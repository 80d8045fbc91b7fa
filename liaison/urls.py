"""Pages of this app, by the flat names templates and tests rely on."""

from django.urls import path

from .views import receptions

urlpatterns = [
    # what was said at the counter
    path("desk/appointments/<int:pk>/reception/", receptions.reception_record, name="reception_record"),
    path("desk/appointments/<int:pk>/reception/note/", receptions.reception_note, name="reception_note"),
]
