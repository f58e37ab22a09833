"""Addresses of the storefront's screens."""

from django.urls import path

from storefront.bank import (
    export_pages,
    month_pages,
    move_pages,
    pages,
    security_pages,
    tile_pages,
)

urlpatterns = [
    path("wallet/", pages.statement, name="wallet"),
    path("wallet/limits/", pages.limits, name="wallet_limits"),
    path("wallet/security/", security_pages.security, name="wallet_security"),
    path("wallet/security/out/", security_pages.sign_out, name="wallet_sign_out"),
    path("wallet/services/", tile_pages.services, name="wallet_services"),
    path("wallet/services/arrange/", tile_pages.arrange, name="wallet_arrange"),
    path("wallet/hide/", pages.hide, name="wallet_hide"),
    path("wallet/export/", export_pages.export, name="wallet_export"),
    path("wallet/months/", month_pages.month, name="wallet_month_now"),
    path("wallet/months/<str:month_code>/", month_pages.month, name="wallet_month"),
    path("wallet/months/<str:month_code>/close/", month_pages.close, name="wallet_month_close"),
    path("wallet/moves/<str:transfer_id>/", move_pages.move, name="wallet_move"),
    path("wallet/moves/<str:transfer_id>/category/", move_pages.category, name="move_category"),
    path("wallet/moves/<str:transfer_id>/note/", move_pages.note, name="move_note"),
    path("wallet/moves/<str:transfer_id>/split/", move_pages.split, name="move_split"),
]
