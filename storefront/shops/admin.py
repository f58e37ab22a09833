"""What of shops stands in the admin."""

from storefront.shops.imports.desk import ImportAdmin
from storefront.shops.queue import ReportAdmin, ShopAdmin, TakedownAdmin, VerificationAdmin

__all__ = ["ImportAdmin", "ReportAdmin", "ShopAdmin", "TakedownAdmin", "VerificationAdmin"]
