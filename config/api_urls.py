"""``/api/v1``: each floor's addresses."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []
for floor in ("messenger.api.urls", "miniapps.api.urls"):
    if find_spec(floor.rpartition(".")[0]) and find_spec(floor):
        urlpatterns.append(path("", include(floor)))
