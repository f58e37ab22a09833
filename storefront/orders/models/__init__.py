"""Rows of orders, one module a subject."""

from storefront.orders.models.cart import Address, Cart, CartLine
from storefront.orders.models.order import Order, OrderEvent, OrderLine, Parcel, ParcelLine, Return
from storefront.orders.models.terms import CommissionRule, Coupon, CouponUse, ShippingRate

__all__ = [
    "Address", "Cart", "CartLine", "CommissionRule", "Coupon", "CouponUse", "Order", "OrderEvent",
    "OrderLine", "Parcel", "ParcelLine", "Return", "ShippingRate",
]  # fmt: skip
