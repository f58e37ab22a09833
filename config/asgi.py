"""The host's sockets: only ``/ws/``."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("BARNAMAK_PROCESS", "sockets")

from django.core.asgi import get_asgi_application  # noqa: E402  (settings first)

get_asgi_application()
