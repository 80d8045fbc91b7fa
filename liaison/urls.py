"""Pages of this app, by the flat names templates and tests rely on."""

urlpatterns = []
