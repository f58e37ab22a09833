"""All addresses of the host. App origins are served by another process (miniapps.serving)."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from core.answers import problem_page

handler400 = "core.answers.bad_request"
handler403 = "core.answers.permission_denied"
handler404 = "core.answers.page_not_found"
handler500 = "core.answers.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("problems/<slug:code>", problem_page, name="problem"),
]

