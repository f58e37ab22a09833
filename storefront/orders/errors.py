"""Refusals of orders.

Problem
├── InvalidInput    (addresses, coupons, rates: faults by pointer)
└── Conflict
    ├── CartEmpty, CartFull(most), CartChanged(changes), OwnShop, NotForSale
    ├── OutOfStock(lines)
    ├── CouponRefused(reason, …), NoShippingThere, CashRefused
    ├── ShopAtItsLimit(limit_rials), OrderKeyReused
    ├── OrderStateForbids(state, event, permitted_in), ReasonNeeded
    ├── ReturnRefused(reason), SplitRefused(inside_rials)
    └── TooManyTerms(most)
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.problems import Conflict


class CartEmpty(Conflict):
    """There is nothing in the cart."""

    code = "cart-empty"
    title = _("The cart is empty")
    remedy = _("Put something into it first.")


class CartFull(Conflict):
    """The cart holds as many different things as it may. Members: ``most``."""

    code = "cart-full"
    title = _("The cart is full")
    remedy = _("Order what is in it, or take something out.")


class CartChanged(Conflict):
    """Prices or what is left have changed since the buyer last looked. Members: ``changes``."""

    code = "cart-changed"
    title = _("Something in the cart has changed")
    remedy = _("Look at what changed, then order again.")


class OwnShop(Conflict):
    """Somebody who works in the shop wanted to buy there."""

    code = "own-shop"
    title = _("You work in this shop")
    remedy = _("Orders in your own shop would count as sales; buy elsewhere.")


class NotForSale(Conflict):
    """The shop does not sell at this time, or the thing is not sold any more."""

    code = "not-for-sale"
    title = _("This is not for sale at the moment")
    remedy = _("Look again later, or at another thing.")


class OutOfStock(Conflict):
    """There is less than was asked for. Members: ``lines`` with variant, title, asked, left."""

    code = "out-of-stock"
    title = _("Some of it has just been sold out")
    remedy = _("Take fewer, or take those out; nothing was ordered and no money was held.")


class CouponRefused(Conflict):
    """The coupon does not hold for this order. Members: ``reason`` (unknown, over, ...)."""

    code = "coupon-refused"
    title = _("This coupon cannot be used here")
    remedy = _("Check the code, its end and the least total, or order without it.")


class NoShippingThere(Conflict):
    """The chosen way does not lead to this address, or not with this weight."""

    code = "no-shipping-there"
    title = _("The shop does not send this to that address")
    remedy = _("Choose another way or another address.")


class CashRefused(Conflict):
    """Cash on delivery was asked for where the shop does not offer it."""

    code = "cash-refused"
    title = _("Cash on delivery is not possible here")
    remedy = _("Pay from the wallet; the money waits until you have received it.")


class ShopAtItsLimit(Conflict):
    """The shop may not take more orders today at its level. Members: ``limit_rials``."""

    code = "shop-at-its-limit"
    title = _("This shop takes no more orders today")
    remedy = _("Try tomorrow; verified shops may take more.")


class OrderKeyReused(Conflict):
    """The form of an order was sent before with other content."""

    code = "order-key-reused"
    title = _("This form was sent before with other content")
    remedy = _("Look at your orders; open the cart again for another one.")


class OrderStateForbids(Conflict):
    """The order's state does not permit the step. Members: state, event, permitted_in."""

    code = "order-state-forbids"
    title = _("The state of the order does not permit this step")
    remedy = _("Load it again; somebody was faster.")


class ReasonNeeded(Conflict):
    """The step needs a reason that the other side reads."""

    code = "order-reason-needed"
    title = _("A reason is needed")
    remedy = _("Write in a sentence why; the other side reads it.")


class ReturnRefused(Conflict):
    """The return cannot be asked for or decided. Members: ``reason``."""

    code = "return-refused"
    title = _("This return is not possible")
    remedy = _(
        "See how many pieces are left, until when returns are taken, and whether one is open."
    )


class SplitRefused(Conflict):
    """A dispute cannot be split so. Members: ``inside_rials``."""

    code = "split-refused"
    title = _("The amount is not within what lies in escrow")
    remedy = _("Give back more than nothing and less than all of it.")


class TooManyTerms(Conflict):
    """The shop has as many ways or coupons as it may. Members: ``most``."""

    code = "too-many-terms"
    title = _("The shop has as many of these as it may")
    remedy = _("Close one that is not needed any more, then add the new one.")
