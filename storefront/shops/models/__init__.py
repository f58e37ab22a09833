"""Rows of shops, one module a subject."""

from storefront.shops.models.catalogue import (
    Picture,
    Product,
    ProductPicture,
    Stock,
    Variant,
)
from storefront.shops.models.imports import Import, ImportRow
from storefront.shops.models.search import ProductSearch, SearchWord
from storefront.shops.models.shop import Category, Shop, Staff

__all__ = [
    "Category",
    "Import",
    "ImportRow",
    "Picture",
    "Product",
    "ProductPicture",
    "ProductSearch",
    "SearchWord",
    "Shop",
    "Staff",
    "Stock",
    "Variant",
]
