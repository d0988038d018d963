"""Settings. Everything that differs between machines comes from the environment (docs/operating.md lists it).

`SERVICEDESK_MODE` is `production` (the default: refuses to start without its secrets), `embedded` (what ./run sets: demo
data, nothing leaves the machine) or `test`.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = env("SERVICEDESK_MODE", default="production")
if MODE not in {"production", "embedded", "test"}:
    raise ImproperlyConfigured("SERVICEDESK_MODE is production, embedded or test.")
PRODUCTION = MODE == "production"
DEMO = env.bool("SERVICEDESK_DEMO", default=MODE == "embedded") and not PRODUCTION
DEBUG = False


def required(name: str, *, otherwise: str) -> str:
    """Read `name` from the environment; in production its absence stops the start, with one sentence."""
    value: str = env(name, default="")
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} is not set: production does not start without it (see docs/operating.md).")
    return otherwise


SECRET_KEY = required("SECRET_KEY", otherwise="only-for-the-embedded-and-test-modes-of-servicedesk-never-in-production")
SITE_URL = required("SITE_URL", otherwise="http://127.0.0.1:8000").rstrip("/")
# What customers' links begin with. A short domain that passes /x on to /l/x of this site keeps text messages in one part.
LINK_URL = (env("LINK_URL", default="") or f"{SITE_URL}/l").rstrip("/")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"]
)
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set: production does not start without it (see docs/operating.md)."
    )
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "crispy_bootstrap5",
    "crispy_forms",
    "csp",
    "django_htmx",
    "pgtrigger",
    "phonenumber_field",
    "servicedesk.staff",
    "servicedesk.customers",
    "servicedesk.catalogue",
    "servicedesk.messaging",
    "servicedesk.documents",
    "servicedesk.workorders",
    "servicedesk.insight",
    "appointments",
    "reception",
    "workshop",
    "quality",
    "delivery",
    "followup",
    "complaints",
    "servicedesk.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "servicedesk.staff.middleware.NoNulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "servicedesk.staff.middleware.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "servicedesk.urls"
WSGI_APPLICATION = "servicedesk.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "servicedesk.staff.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "servicedesk.staff.templatetags.sd"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Postgres. Persistent connections; Django's prepare_threshold=None stays (a generic plan ruins ILIKE searches).
DATABASES = {"default": env.db_url_config(required("DATABASE_URL", otherwise="postgres:///servicedesk"))}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Broker: a doorbell only. Silent or dead, it costs a page at most a second; the row waits for the sweep.
REDIS_URL = required("REDIS_URL", otherwise="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "max_retries": 1,
    "visibility_timeout": 600,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# 0 is no limit. With one, acknowledgements lost while the broker was silent would use it up for good: two of them, and a
# worker that looks alive fetched nothing ever again. Tasks are small, and rows are the truth, so nothing hangs on fairness.
CELERY_WORKER_PREFETCH_MULTIPLIER = 0
CELERY_TASK_ALWAYS_EAGER = False
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "relay the outbox": {"task": "messaging.relay", "schedule": 20.0},
    "sweep what is due": {"task": "insight.sweep", "schedule": 60.0},
}

# Who signs in.
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "servicedesk.staff.backends.StaffBackend"]
LOGIN_URL = "staff:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "staff:sign_in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "servicedesk.staff.addresses.for_sign_in"
AXES_LOCKOUT_CALLABLE = "servicedesk.staff.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_SENSITIVE_PARAMETERS: list[str] = []
AXES_VERBOSE = False
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "servicedesk.staff.views.csrf_failed"
SECURE = env.bool("SECURE_COOKIES", default=PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}

# Languages: English is the source.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_HTTPONLY = True

# Files.
STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(BASE_DIR / "media")))
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 3_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "servicedesk.documents.uploads.RefuseHuge",  # a 2 GB body is refused by its announced length
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Messages to customers. Outside production nothing leaves the machine: every message is kept, readable under Messages.
EMAIL_CHANNEL = env("EMAIL_CHANNEL", default="smtp" if PRODUCTION else "keep")
SMS_GATEWAY = env("SMS_GATEWAY", default="servicedesk.messaging.channels.KeptOnly")
SMS_URL = env("SMS_URL", default="")
SMS_TOKEN = env("SMS_TOKEN", default="")
EMAIL_CONFIG = (
    env.email_url("EMAIL_URL", default="consolemail://")
    if EMAIL_CHANNEL != "smtp"
    else env.email_url_config(required("EMAIL_URL", otherwise="smtp://127.0.0.1:1025"))
)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = required("DEFAULT_FROM_EMAIL", otherwise="Servicedesk <desk@servicedesk.invalid>")

# Tries that the proof of work of an online booking may need, each about 8 ms on a phone; robots pay the same (docs/operating.md).
SPAM_PROOF_MAX = max(1, env.int("SPAM_PROOF_MAX", default=150))

PHONENUMBER_DEFAULT_REGION = "TW"
PHONENUMBER_DB_FORMAT = "E164"
CLOCK_IS_MOVABLE = not PRODUCTION and env.bool("CLOCK_IS_MOVABLE", default=MODE == "test")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"tokens": {"()": "servicedesk.staff.logs.WithoutTokens"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
}
