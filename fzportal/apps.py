from django.apps import AppConfig


class FzportalConfig(AppConfig):
    name = "fzportal"

    def ready(self):
        from . import checks  # noqa: F401  (importing registers them)
