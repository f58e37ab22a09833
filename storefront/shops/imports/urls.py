"""Addresses of imports into one shop; those of shops are in the admin."""

from django.urls import path

from storefront.shops.imports import pages

urlpatterns = [
    path("imports/in/<str:shop_name>/", pages.index, name="shop_imports"),
    path("imports/in/<str:shop_name>/begin/", pages.begin, name="shop_import_begin"),
    path("imports/in/<str:shop_name>/<str:import_id>/", pages.one, name="shop_import"),
    path(
        "imports/in/<str:shop_name>/<str:import_id>/columns/",
        pages.columns,
        name="shop_import_columns",
    ),
    path(
        "imports/in/<str:shop_name>/<str:import_id>/apply/", pages.apply, name="shop_import_apply"
    ),
    path("imports/in/<str:shop_name>/<str:import_id>/undo/", pages.undo, name="shop_import_undo"),
    path(
        "imports/in/<str:shop_name>/<str:import_id>/failed/",
        pages.failed_rows,
        name="shop_import_failed",
    ),
]
