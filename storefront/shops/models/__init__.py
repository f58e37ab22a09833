"""Rows of shops, one module a subject."""

from storefront.shops.models.catalogue import (
    LowStock,
    Picture,
    Product,
    ProductPicture,
    Stock,
    Variant,
)
from storefront.shops.models.imports import Import, ImportRow
from storefront.shops.models.keys import ShopKey
from storefront.shops.models.posts import (
    CountFold,
    DayCount,
    Nudge,
    Post,
    ProductCount,
    Push,
)
from storefront.shops.models.search import ProductSearch, SearchWord
from storefront.shops.models.shop import Category, Shop, Staff
from storefront.shops.models.standing import Reason, Report, Takedown, Verification

__all__ = [
    "Category",
    "CountFold",
    "DayCount",
    "Import",
    "ImportRow",
    "LowStock",
    "Nudge",
    "Picture",
    "Post",
    "Product",
    "ProductCount",
    "ProductPicture",
    "ProductSearch",
    "Push",
    "Reason",
    "Report",
    "SearchWord",
    "Shop",
    "ShopKey",
    "Staff",
    "Stock",
    "Takedown",
    "Variant",
    "Verification",
]
