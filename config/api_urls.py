"""``/api/v1``: each floor's addresses."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from core.api import schema  # noqa: F401  (enters how sessions are described)
from storefront.shops.cards_api import Products

urlpatterns = [
    path(
        "schema",
        SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[AllowAny]),
        name="schema",
    ),
    path("", include("messenger.api.urls")),
    path("products/shown", Products.as_view()),
    path("", include("storefront.orders.api_urls")),
    path("", include("miniapps.api.urls")),
    path("", include("host.api_urls")),
]
