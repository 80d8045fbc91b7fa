"""Pages of this app, by the flat names templates and tests rely on."""

from django.urls import path

from accounts.views import demo, entrance, privacy, profile

urlpatterns = [
    # In front of allauth's own: one door for known and unknown addresses.
    path("accounts/login/", entrance.enter, name="account_login"),
    path("accounts/login/password/", entrance.by_password, name="account_login_password"),
    path("accounts/login/code/", entrance.code_gone, name="account_request_login_code"),
    path("accounts/signup/", entrance.sign_up, name="account_signup"),
    path("my/profile/", profile.profile, name="my_profile"),
    path("my/privacy/", privacy.overview, name="my_privacy"),
    path("my/privacy/export/", privacy.export, name="my_privacy_export"),
    path("my/privacy/delete/", privacy.delete, name="my_privacy_delete"),
    # Demo mode: every view answers 404 elsewhere.
    path("demo/", demo.personas, name="demo"),
    path("demo/<int:pk>/", demo.sign_in, name="demo_login"),
    path("demo/mail/", demo.mail, name="demo_mail"),
    path("demo/mail/<str:key>/", demo.letter, name="demo_letter"),
]
