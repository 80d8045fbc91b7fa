"""The portal's settings with one more page: a view that does nothing, to measure the others against."""

from fzportal.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
DEBUG = DEMO = False
SECRET_KEY = "bench"
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
STAFF_SECOND_FACTOR = False
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS, EMAIL_USE_SSL = "127.0.0.1", env.int("BENCH_SMTP_PORT", 2525), False, False  # noqa: F405
LOGGING["root"]["level"] = "ERROR"  # noqa: F405
