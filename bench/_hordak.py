"""Settings under which `bench.ledger` runs django-hordak: it and what it needs, nothing else."""

from config import env

SECRET_KEY = "only measures"  # noqa: S105  (nothing is signed here)
DATABASES = {
    "default": env.database(env.text("DATABASE_URL", ""))
    | {"CONN_MAX_AGE": None, "OPTIONS": {"prepare_threshold": 5}}
}
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
# Its own default: it starts with no currency that its source of exchange rates does not know.
CURRENCIES = ["EUR"]
DEFAULT_CURRENCY = "EUR"
