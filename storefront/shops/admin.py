"""What of shops stands in the admin."""

from storefront.shops.imports.desk import ImportAdmin

__all__ = ["ImportAdmin"]
