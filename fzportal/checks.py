"""What must be true of the settings and the database before the portal may be trusted."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import connections

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


@register(Tags.security)
def check_demo(app_configs, **kwargs):
    """The demo signs anybody in as anybody."""
    if settings.DEMO and not settings.DEBUG:
        return [Error("DEMO is on without DEBUG.", hint="Unset DEMO.", id="fzportal.E001")]
    return []


@register(Tags.urls, deploy=True)
def check_site_url(app_configs, **kwargs):
    """Messages carry links made from SITE_URL: with localhost in them nobody finds the way back."""
    name = urlsplit(settings.SITE_URL).hostname
    if not settings.DEBUG and (not name or name in LOCAL_NAMES):
        return [Warning(f"SITE_URL is {settings.SITE_URL}.", hint="Set the public address.", id="fzportal.W001")]
    return []


@register(Tags.security, deploy=True)
def check_sms(app_configs, **kwargs):
    """On the console phone numbers, sign-in codes and query codes end in the log, and nobody's phone rings."""
    if not settings.DEBUG and settings.SMS_BACKEND == "notifications.channels.ConsoleSms":
        hint = "Set SMS_BACKEND=notifications.channels.HttpGatewaySms and SMS_GATEWAY_URL."
        return [Warning("SMS are printed, not sent.", hint=hint, id="fzportal.W002")]
    return []


@register()
def check_broker(app_configs, **kwargs):
    """Leases, time limits and redelivery are set and tried for the Redis protocol alone."""
    if not str(settings.CELERY_BROKER_URL).startswith(("redis://", "rediss://")):
        return [Error("The Celery broker is not Redis.", hint="Set REDIS_URL.", id="fzportal.E002")]
    return []


@register(Tags.database)
def check_letters(app_configs, databases=None, **kwargs):
    """With LC_CTYPE = C PostgreSQL takes Chinese for punctuation: pg_trgm then indexes none of it, silently."""
    found = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT datctype FROM pg_database WHERE datname = current_database()")
            (ctype,) = cursor.fetchone()
        if ctype in ("C", "POSIX"):
            hint = "Make it with TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'."
            found.append(Error(f"The database's LC_CTYPE is {ctype}.", hint=hint, id="fzportal.E003"))
    return found
