"""All addresses of the host. App origins are served by another process (miniapps.serving)."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from core.answers import problem_page
from core.api.reading import api_page
from core.gallery import gallery
from identity import wellknown
from miniapps.api.files import icon, manifest_schema, screen

handler400 = "core.answers.bad_request"
handler403 = "core.answers.permission_denied"
handler404 = "core.answers.page_not_found"
handler500 = "core.answers.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("problems/<slug:code>", problem_page, name="problem"),
    path("gallery/", gallery, name="gallery"),
    path(".well-known/jwks.json", wellknown.jwks, name="jwks"),
    path(".well-known/initdata-keys.json", wellknown.init_data_keys, name="initdata_keys"),
    path("icons/<str:sha256>.png", icon, name="icon"),
    path("screens/<str:version_id>/<int:place>.webp", screen, name="screen"),
    path("schemas/manifest.json", manifest_schema, name="manifest_schema"),
    path("api/docs/", api_page, name="api_page"),
    path("api/v1/", include("config.api_urls")),
    path("console/", include("miniapps.urls")),
    path("", include("identity.urls")),
    path("", include("storefront.urls")),
    path("", include("storefront.shops.imports.urls")),
    path("", include("storefront.orders.urls")),
    path("", include("storefront.shops.urls")),
    path("", include("storefront.showcase.urls")),
    path("", include("host.urls")),
]
