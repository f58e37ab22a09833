"""The worker's entry point: ``celery -A config``."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("barnamak")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
