"""Imports in the admin: operators open thousands of shops from one file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST, require_safe

from core.admin import ReadOnlyAdmin
from identity.pages import person_of
from storefront.shops.imports import pages
from storefront.shops.imports.pages import Door
from storefront.shops.models import Import

BRING = "shops.add_import"


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """The list is the page of the form; a row is the page of an import."""

    def get_urls(self) -> list[URLPattern]:
        """Put the steps before what the admin would take for a row's key."""
        wrap = self.admin_site.admin_view

        def step(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
            def stepped(request: HttpRequest, *args: str, **given: str) -> HttpResponseBase:
                return view(request, self._door(request), *args, **given)

            return wrap(require_POST(stepped))

        def failed_file(request: HttpRequest, import_id: str) -> HttpResponseBase:
            return pages.failed_file(self._door(request), import_id)

        def page(request: HttpRequest, import_id: str) -> HttpResponse:
            return pages.import_page(request, self._door(request), import_id)

        own = [
            path("begin/", step(pages.begin_step), name="shops_import_begin"),
            path("of/<str:import_id>/", wrap(require_safe(page)), name="shops_import"),
            path(
                "of/<str:import_id>/columns/",
                step(pages.columns_step),
                name="shops_import_columns",
            ),
            path("of/<str:import_id>/apply/", step(pages.apply_step), name="shops_import_apply"),
            path("of/<str:import_id>/undo/", step(pages.undo_step), name="shops_import_undo"),
            path(
                "of/<str:import_id>/failed/",
                wrap(require_safe(failed_file)),
                name="shops_import_failed",
            ),
            path("", wrap(self.changelist_view), name="shops_imports"),
        ]
        return own + super().get_urls()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Draw the form for a file of shops, and the files before."""
        del extra_context
        return pages.index_page(request, self._door(request))

    def _door(self, request: HttpRequest) -> Door:
        if not request.user.has_perm(BRING):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {"opts": self.opts}
        frame = "admin/shops/import_frame.html"
        return Door(person_of(request), None, frame, "admin:shops_import", context)
