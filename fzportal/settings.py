"""All settings, read from the environment (and from ``.env``) by django-environ.

``.env.example`` lists every variable with its meaning. Nothing here opens a connection; ``fzportal.embedded`` sets
``DATABASE_URL`` and ``REDIS_URL`` before Django starts when the servers come from wheels.
"""

from importlib.util import find_spec
from pathlib import Path
from re import sub

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
if DEMO and not DEBUG:
    raise ImproperlyConfigured("DEMO signs anybody in as anybody: it works only together with DEBUG=1.")

SECRET_KEY = env("SECRET_KEY", default="only-for-development-" + "0" * 40 if DEBUG else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env("SITE_URL", default="http://localhost:8000")
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))

# The name on the door and the legal items of the footer: hidden when empty.
PORTAL = {
    "name": env("PORTAL_NAME", default="榕声"),
    "title": env("PORTAL_TITLE", default="福州市民建议与代表联络平台"),
    "host": env("PORTAL_HOST", default=""),
    "operator": env("PORTAL_OPERATOR", default=""),
    "contact": env("PORTAL_CONTACT", default=""),
    "icp": env("PORTAL_ICP", default=""),
    "police_record": env("PORTAL_POLICE_RECORD", default=""),
    "site_code": env("PORTAL_SITE_CODE", default=""),
}

# Tiles for the map of stations; without any, a plain ground. The law on maps wants the review number (审图号) shown.
MAP = {
    "tiles": env("MAP_TILES_URL", default=""),
    "attribution": env("MAP_ATTRIBUTION", default=""),
    "review_number": env("MAP_REVIEW_NUMBER", default=""),
}
TILE_HOSTS = ["/".join(sub(r"[^/.]*{s}[^/.]*", "*", MAP["tiles"]).split("/")[:3])] if MAP["tiles"] else []

INSTALLED_APPS = [
    "fzportal",
    "accounts",
    "notifications",
    "liaison",
    "suggestions",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "csp",
    "import_export",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "fzportal.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.StaffSecondFactorMiddleware",
    "fzportal.middleware.ErrorPagesMiddleware",
]

ROOT_URLCONF = "fzportal.urls"
WSGI_APPLICATION = "fzportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "fzportal.context.portal",
            ],
            "builtins": ["fzportal.templatetags.ui", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "fzportal.forms.PortalRenderer"
CSRF_FAILURE_VIEW = "fzportal.views.csrf_failure"

# PostgreSQL and the Redis protocol everywhere (docs/decisions/0001).
DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///fzportal")}
DATABASES["default"].update(CONN_MAX_AGE=env.int("CONN_MAX_AGE", 600), CONN_HEALTH_CHECKS=True)
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHE_URL = env("CACHE_URL", default=REDIS_URL)

# The cache may vanish without any page failing; sessions live in the database for the same reason.
CACHES = {
    "default": {
        "BACKEND": "fzportal.cache.ForgivingRedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "fz",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# Celery: rows are the truth, the broker carries only ticks (DESIGN: who sends).
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 180,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 300
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# People: django-allauth.
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator",
                 "NumericPasswordValidator")
]  # fmt: skip
# One code, typed on the page it was asked for, signs in and signs up alike (accounts/views/entrance.py). allauth's own
# sign-up form stands behind it unused; its checks want "mandatory" and "email*" for verification by code.
CODE_MINUTES = 10
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 3
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 3
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = 3
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
for kind in ("LOGIN_BY_CODE", "EMAIL_VERIFICATION_BY_CODE", "PHONE_VERIFICATION", "PASSWORD_RESET_BY_CODE"):
    vars()[f"ACCOUNT_{kind}_TIMEOUT"] = CODE_MINUTES * 60
    vars()[f"ACCOUNT_{kind}_MAX_ATTEMPTS"] = 5
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Many people share one address (a community centre, a mobile network); one number or mailbox is one person's.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "request_login_code": "60/m/ip,3/m/key",
    "verify_phone": "60/m/ip,1/30s/key",
    "change_phone": "5/m/user",
    "reset_password": "60/m/ip,3/m/key",
    "login_failed": "60/m/ip,5/300s/key",
}
ACCOUNT_FORMS = {
    "login": "accounts.forms.PasswordForm",
    "confirm_login_code": "accounts.forms.SignInCodeForm",
    "confirm_email_verification_code": "accounts.forms.EmailCodeForm",
    "confirm_password_reset_code": "accounts.forms.PasswordResetCodeForm",
    "verify_phone": "accounts.forms.PhoneCodeForm",
    "add_email": "accounts.forms.NewEmailForm",
}
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = PORTAL["name"]
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondFactorForm",
    "reauthenticate": "accounts.forms.SecondFactorAgainForm",
    "activate_totp": "accounts.forms.TotpForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "edit_webauthn": "accounts.forms.RenamePasskeyForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
# What a person's own data is, and what blanking it means, each app says itself: functions of a user.
PRIVACY_EXPORTS = ["suggestions.privacy.export", "liaison.privacy.export"]
PRIVACY_ERASURES = ["suggestions.privacy.erase", "liaison.privacy.erase"]
LOGIN_REDIRECT_URL = "/my/"
LOGIN_URL = "account_login"
# Staff and deputies sign in with a second factor; the demo's personas have none.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", not DEBUG)

# Languages: message ids are English, the portal speaks Chinese unless asked otherwise.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"

# Files. Attachments are never served from a URL of their own: a view asks permission first.
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# django-leaflet for its files alone: as an app it would want GDAL.
LEAFLET_FILES = Path(find_spec("leaflet").origin).parent / "static" / "leaflet"
STATICFILES_DIRS = [BASE_DIR / "static", ("leaflet", LEAFLET_FILES)]
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR_DIR / "media")))
PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": PLAIN_STATIC if DEBUG else "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Mail and SMS.
vars().update(env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="noreply@localhost")
SMS_BACKEND = env("SMS_BACKEND", default="notifications.channels.ConsoleSms")
SMS_GATEWAY_URL = env("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_TOKEN = env("SMS_GATEWAY_TOKEN", default="")
OUTBOX_DIR = VAR_DIR / "outbox"
if DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = OUTBOX_DIR

# The browser may load what we serve and nothing else; no inline script or style anywhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **dict.fromkeys(["default-src", "base-uri", "frame-ancestors"], [NONE]),
        **dict.fromkeys(["script-src", "style-src", "font-src", "connect-src", "form-action", "manifest-src"], [SELF]),
        "img-src": [SELF, "data:", *TILE_HOSTS],
    }
}
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # load balancers ask over plain HTTP
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not DEBUG)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 0 if DEBUG else 31536000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("COOKIE_SECURE", not DEBUG)
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "fzportal.middleware.RequestIdFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False},
        # Lines every second for ticks that found nothing to do.
        **dict.fromkeys(["celery.app.trace", "celery.worker.strategy"], {"level": "WARNING"}),
    },
}

# Figures that are no one's to change by hand.
SUGGESTION_MAX_LENGTH = 12_000
ATTACHMENTS_PER_SUGGESTION = 5
ATTACHMENT_MAX_BYTES = 10 * 1024 * 1024
CONSENT_VERSION = "2026-11"
CONTACT_KEPT_YEARS = env.int("CONTACT_KEPT_YEARS", 3)
DRAFT_KEPT_DAYS = env.int("DRAFT_KEPT_DAYS", 30)
