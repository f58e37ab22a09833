"""Addresses of shops: their pictures, and the desks of those who work there."""

from django.urls import path

from storefront.shops import files

urlpatterns = [
    path("pictures/<str:digest>-<str:size>.webp", files.picture, name="picture"),
]
