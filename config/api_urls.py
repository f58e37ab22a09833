"""``/api/v1``: each floor's addresses."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from core.api import schema  # noqa: F401  (enters how sessions are described)

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "schema",
        SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[AllowAny]),
        name="schema",
    ),
]
for floor in ("messenger.api.urls", "miniapps.api.urls", "host.chat_api_urls"):
    if find_spec(floor.rpartition(".")[0]) and find_spec(floor):
        urlpatterns.append(path("", include(floor)))
