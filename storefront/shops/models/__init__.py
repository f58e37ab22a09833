"""Rows of shops, one module a subject."""

from storefront.shops.models.catalogue import (
    Picture,
    Product,
    ProductPicture,
    Stock,
    Variant,
)
from storefront.shops.models.search import ProductSearch, SearchWord
from storefront.shops.models.shop import Category, Shop, Staff
from storefront.shops.models.standing import Reason, Report, Takedown, Verification

__all__ = [
    "Category",
    "Picture",
    "Product",
    "ProductPicture",
    "ProductSearch",
    "Reason",
    "Report",
    "SearchWord",
    "Shop",
    "Staff",
    "Stock",
    "Takedown",
    "Variant",
    "Verification",
]
