"""Addresses of the storefront's screens."""

from django.urls import path

from storefront.bank import pages

urlpatterns = [
    path("wallet/", pages.statement, name="wallet"),
    path("wallet/limits/", pages.limits, name="wallet_limits"),
]
