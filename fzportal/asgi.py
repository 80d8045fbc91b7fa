"""The ASGI entry, for hosts that want one; WSGI is faster on database pages."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fzportal.settings")

application = get_asgi_application()
