"""Pages of this app, by the flat names templates and tests rely on."""

from django.urls import path

from accounts.views import demo
from fzportal.home import home as soon

urlpatterns = [
    path("my/privacy/", soon, name="my_privacy"),
    # Demo mode: every view answers 404 elsewhere.
    path("demo/", demo.personas, name="demo"),
    path("demo/<int:pk>/", demo.sign_in, name="demo_login"),
    path("demo/mail/", demo.mail, name="demo_mail"),
    path("demo/mail/<str:key>/", demo.letter, name="demo_letter"),
]
