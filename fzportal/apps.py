from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FzportalConfig(AppConfig):
    name = "fzportal"
    verbose_name = _("Calendar")

    def ready(self):
        from . import checks  # noqa: F401  (importing registers them)
