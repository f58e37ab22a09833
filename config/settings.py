"""All settings, each value from the environment. docs/reference/settings.md lists them."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import env
from core import limits
from wallet.gateways import sandbox

django_stubs_ext.monkeypatch()

BASE_DIR = env.REPOSITORY
TESTING = "pytest" in sys.modules

# --- where things are -----------------------------------------------------------------------
VAR: Path = env.folder("BARNAMAK_VAR", BASE_DIR / "var")
STORE: Path = env.folder("BARNAMAK_STORE", VAR / "store")
KEYS: Path = env.folder("BARNAMAK_KEYS", VAR / "keys", mode=0o700)
PRIVATE_UPLOADS: Path = env.folder("BARNAMAK_UPLOADS", VAR / "uploads", mode=0o700)

DEBUG = env.flag("BARNAMAK_DEBUG", default=False)
DEMO = env.flag("BARNAMAK_DEMO", default=False)
SECRET_KEY = env.secret_key(KEYS)

# --- origins (design §4) --------------------------------------------------------------------
ORIGIN = env.text("BARNAMAK_ORIGIN", "http://localhost:8000").rstrip("/")
APPS_DOMAIN = env.text("BARNAMAK_APPS_DOMAIN", "apps.localhost:8000")
_origin = urlsplit(ORIGIN)
if _origin.scheme not in ("http", "https") or not _origin.hostname:
    raise env.WrongSetting("BARNAMAK_ORIGIN must look like https://miniapps.example")
SECURE = _origin.scheme == "https"
APPS_SCHEME = _origin.scheme
WS_ORIGIN = ("wss://" if SECURE else "ws://") + _origin.netloc

ALLOWED_HOSTS = [_origin.hostname, *(["127.0.0.1", "[::1]"] if DEBUG else [])]
if TESTING:
    ALLOWED_HOSTS.append("testserver")
CSRF_TRUSTED_ORIGINS = [ORIGIN]

# --- what runs ------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.BarnamakAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "django_cotton",
    "core",
    "identity",
    "messenger",
    "wallet",
    "miniapps",
    "storefront.shops",
    "storefront.orders",
    "storefront.showcase",
    "storefront",
    "host",
]

MIDDLEWARE = [
    "core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "core.middleware.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.ThemeMiddleware",
    "core.middleware.ProblemMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = env.text("BARNAMAK_URLCONF", "config.urls")
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "config.templates.OursFirst",
                        "django_cotton.cotton_loader.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "core.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- PostgreSQL, Valkey ---------------------------------------------------------------------
DATABASES: dict[str, Any] = {
    "default": env.database(env.text("DATABASE_URL", "postgresql:///barnamak"))
    | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
}
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 5  # for what is bound by the server
DATABASES["default"]["OPTIONS"]["options"] = (
    "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"
)
if env.text("BARNAMAK_PROCESS", "") == "sockets":
    # A persistent connection per thread is wrong under ASGI: a pool serves the few queries there.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
KEY_PREFIX = env.text("BARNAMAK_KEY_PREFIX", "barnamak:")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{KEY_PREFIX}cache",
    }
}
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": f"{KEY_PREFIX}live"},
    }
}

CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://", 1)
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{KEY_PREFIX}jobs:"}
CELERY_IMPORTS = ["core.jobs", "storefront.shops.imports.tasks"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "barnamak"
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_ANNOTATIONS = {
    "wallet.reconcile_fully": {"time_limit": 4 * 3600},
    "showcase.nightly": {"time_limit": 3600},
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "sweep-outbox": {"task": "core.sweep_outbox", "schedule": 10.0},
    "fold-members": {"task": "messenger.fold_members", "schedule": 3.0},
    "forget-old-sign-ins": {"task": "identity.forget_what_is_over", "schedule": 3600.0},
    "forget-old-rows": {"task": "core.forget_old_rows", "schedule": 3600.0},
    "release-stale-claims": {"task": "miniapps.release_stale_claims", "schedule": 60.0},
    "end-old-launches": {"task": "miniapps.end_old_launches", "schedule": 300.0},
    "recheck-stuck-versions": {"task": "miniapps.recheck_stuck_versions", "schedule": 60.0},
    "reconcile": {"task": "wallet.reconcile", "schedule": float(limits.RECONCILE_EVERY_S)},
    "reconcile-fully": {
        "task": "wallet.reconcile_fully",
        "schedule": crontab(hour="0", minute="30"),  # at four in the morning in Tehran
    },
    "expire-corrections": {"task": "wallet.expire_corrections", "schedule": 600.0},
    "ask-banks": {"task": "wallet.ask_banks", "schedule": 10.0},
    "end-due-money": {"task": "wallet.end_due", "schedule": 15.0},
    "send-due-posts": {"task": "shops.send_due_posts", "schedule": 10.0},
    "tell-of-posts": {"task": "shops.tell_of_posts", "schedule": 15.0},
    "fold-counts": {"task": "shops.fold_counts", "schedule": 20.0},
    "go-on-with-orders": {"task": "orders.go_on", "schedule": 30.0},
    "compare-orders": {"task": "orders.compare", "schedule": 3600.0},
    "retire-old-routes": {"task": "miniapps.retire_old_versions", "schedule": 300.0},
    "tell-of-money": {"task": "miniapps.tell_what_waits", "schedule": 15.0},
    "care-for-imports": {"task": "shops.care_for_imports", "schedule": 60.0},
    "care-for-exports": {"task": "miniapps.care_for_exports", "schedule": 60.0},
    "end-levels-of-shops": {"task": "shops.downgrade_expired", "schedule": 3600.0},
    "showcase": {"task": "showcase.go_on", "schedule": 60.0},
    "showcase-nightly": {
        "task": "showcase.nightly",
        "schedule": crontab(hour="20", minute="20"),  # shortly before midnight in Tehran
    },
    "send-webhooks": {"task": "miniapps.send_webhooks", "schedule": 5.0},
    "forget-prepared-messages": {"task": "miniapps.forget_prepared_messages", "schedule": 3600.0},
    "forget-old-webhook-attempts": {
        "task": "miniapps.forget_old_webhook_attempts",
        "schedule": 3600.0,
    },
}

# --- webhooks (docs/reference/webhooks.md) --------------------------------------------------
# Permits http://127.0.0.1:<port> and http://localhost:<port>, for makers at their own desks.
WEBHOOKS_ALLOW_LOCAL = env.flag("BARNAMAK_WEBHOOKS_ALLOW_LOCAL", default=DEMO)
# Certificates that makers' servers are checked against, instead of those of certifi.
WEBHOOKS_CA_FILE = env.text("BARNAMAK_WEBHOOKS_CA_FILE", "")

# --- people ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "identity.backends.StaffPasswordBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/signin/"
LOGIN_REDIRECT_URL = "/"
CODE_SENDER = env.text("BARNAMAK_CODE_SENDER", "identity.senders.ConsoleSender")
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "identity.backends.locked_name"
AXES_CLIENT_IP_CALLABLE = "identity.addresses.locked_address"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_IPWARE_PROXY_COUNT = env.number("BARNAMAK_PROXY_COUNT", 1)
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
OTP_TOTP_ISSUER = "Barnamak"

# --- money in and out -----------------------------------------------------------------------
SANDBOX_PSP_URL = env.text("BARNAMAK_SANDBOX_PSP_URL", "").rstrip("/")
WALLET_GATEWAYS: dict[str, dict[str, Any]] = env.table("BARNAMAK_GATEWAYS") or (
    sandbox.rows(SANDBOX_PSP_URL) if DEBUG and SANDBOX_PSP_URL else {}
)

# --- cookies and headers (security reference §6.1) ------------------------------------------
_COOKIE_PREFIX = "__Host-" if SECURE else ""
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}session"
SESSION_COOKIE_AGE = limits.SESSION_AGE_S
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = False  # the page's script reads it to send the header
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.answers.csrf_failure"
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = False  # the front does this
# W008: see above. W021: whether a whole domain goes on the browsers' list is its owner's to say.
SILENCED_SYSTEM_CHECKS = ["security.W008", "security.W021"]
SECURE_HSTS_SECONDS = 63_072_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF, WS_ORIGIN],
        "frame-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = limits.JSON_BODY_BYTES_MAX
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400  # sixty variants of a product, five figures each
DATA_UPLOAD_MAX_NUMBER_FILES = 4
FILE_UPLOAD_HANDLERS = [
    "core.api.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# --- languages and time ---------------------------------------------------------------------
LANGUAGE_CODE = "fa"
LANGUAGES = [("fa", _("Persian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]  # what Django's own Persian lacks or has wrong
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tehran"
USE_THOUSAND_SEPARATOR = True

# --- static files ---------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR / "media")},
    },
    "staticfiles": {
        "BACKEND": "config.statics.HashedStatics"
        if not TESTING
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = TESTING

# --- the API --------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["identity.authentication.SessionAuth"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsing.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.errors.handle",
    "UNAUTHENTICATED_USER": None,
    "UNICODE_JSON": True,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%SZ",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Barnamak API",
    "DESCRIPTION": "Mini-apps: upload, review, release, launch, tokens; chats and messages.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["core.api.schema.describe_refusals"],
}

# --- logs -----------------------------------------------------------------------------------
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *(
            [structlog.dev.ConsoleRenderer(colors=False)]
            if DEBUG
            else [
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ]
        ),
    ],
    wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    cache_logger_on_first_use=not TESTING,
)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
