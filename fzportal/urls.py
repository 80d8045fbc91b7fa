"""Every page of the portal, by the names templates and tests rely on. Flat names, no namespaces."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from fzportal import gallery, health, home, views

urlpatterns = [
    path("", home.home, name="home"),
    # Before the suggestions, whose /desk/<number>/ takes any word.
    path("", include("liaison.urls")),
    path("", include("suggestions.urls")),
    path("", include("notifications.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("about/", views.about, name="about"),
    path("help/", views.help_page, name="help"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("sitemap/", views.sitemap, name="sitemap"),
    path("mode/<slug:mode>/", views.set_mode, name="set_mode"),
    path("language/<str:code>/", views.set_language_link, name="set_language_link"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

if settings.DEBUG:
    urlpatterns.append(path("gallery/", gallery.gallery, name="gallery"))

handler400 = "fzportal.views.bad_request"
handler403 = "fzportal.views.forbidden"
handler404 = "fzportal.views.not_found"
handler429 = "fzportal.views.too_many"
handler500 = "fzportal.views.server_error"
