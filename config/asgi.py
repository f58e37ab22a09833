"""The host's sockets: only ``/ws/``."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("BARNAMAK_PROCESS", "sockets")

from django.core.asgi import get_asgi_application

get_asgi_application()

from config.sockets import application  # noqa: E402  (apps first)

__all__ = ["application"]
