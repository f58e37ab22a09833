"""Placing an order: stock is reserved and money is held in one transaction, or neither is.

The order of locks: the cart, the payer as a spender, accounts in the ledger, the coupon, and last
the stock, rows in order of their keys: a hot product is locked no longer than the commit takes.
The same key again gives the first order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from core import jobs
from core.ids import new_id
from core.limits import (
    ORDER_ACCEPT_WITHIN,
    ORDER_HOLD_GRACE,
    ORDER_NOTE_CHARS_MAX,
    SHOP_HELD_RIALS_PER_DAY_MAX,
)
from core.problems import NotFound
from identity.models import Person
from messenger import wording
from storefront.orders import carts, coupons, grounds, shipping, tally
from storefront.orders.carts import Basket
from storefront.orders.errors import (
    CartChanged,
    CartEmpty,
    CashRefused,
    CouponRefused,
    NoShippingThere,
    NotForSale,
    OrderKeyReused,
    OutOfStock,
    OwnShop,
    ShopAtItsLimit,
)
from storefront.orders.grounds import Grounds, Wish
from storefront.orders.models import Address, CommissionRule, Coupon, Order, ShippingRate
from storefront.orders.shares import shared
from storefront.shops.models import Shop
from wallet import escrows
from wallet.models import Escrow
from wallet.money import Rials


@dataclass(frozen=True)
class Bill:
    """What an order comes to, in rials."""

    goods: int
    discount: int
    shipping: int

    @property
    def total(self) -> int:
        """What the buyer pays."""
        return self.goods - self.discount + self.shipping


@dataclass(frozen=True)
class _Plan:
    basket: Basket
    bill: Bill
    rate: ShippingRate
    address: Address | None
    coupon: Coupon | None
    rule: CommissionRule


def place(*, person: Person, shop: Shop, wish: Wish, now: datetime) -> Order:
    """Order what is in the cart. The same key again gives the first order.

    Raises, the first that applies: OrderKeyReused, OwnShop, NotForSale, CartEmpty, CartChanged,
    NotFound (address, way), NoShippingThere, CashRefused, CouponRefused, ShopAtItsLimit,
    LimitExceeded, InsufficientFunds, OutOfStock(lines), LedgerBusy.
    """
    try:
        with transaction.atomic():
            return _placed(person, shop, wish, now)
    except IntegrityError as refusal:
        # The same key at the same moment: the twin that was first has the order.
        first = Order.objects.filter(buyer=person, key=wish.key).first()
        if first is None:
            raise refusal from None
        return _same_shop(first, shop)
    except _SoldOut:
        basket = carts.basket_of(person, shop)
        short = [line for line in basket.lines if line.free < line.quantity]
        raise OutOfStock(
            lines=[
                {
                    "variant": line.variant.public_id,
                    "title": line.title,
                    "asked": line.quantity,
                    "left": line.free,
                }
                for line in short
            ]
        ) from None


class _SoldOut(Exception):
    """Less is free than was asked for: nothing of the order may stay."""


def _placed(person: Person, shop: Shop, wish: Wish, now: datetime) -> Order:
    basket = carts.basket_of(person, shop, lock=True)
    known = grounds.look(person, shop, wish, now)
    if known.first is not None:
        return _same_shop(known.first, shop)
    plan = _plan(shop, wish, basket, known, now)
    order = _order(person, shop, wish, plan, now)
    if not wish.cash:
        order.escrow = _hold(order, shop, now)
    _write(order, plan)
    jobs.enqueue_on_commit("orders.post_card", order_id=order.public_id)
    _reserve(plan.basket)
    pieces = [(line.variant.product_id, line.quantity) for line in basket.lines]
    tally.add(order, [(*one, rials) for one, rials in zip(pieces, _paid(plan), strict=True)])
    return order


def _same_shop(first: Order, shop: Shop) -> Order:
    if first.shop_id != shop.pk:
        raise OrderKeyReused
    return first


def _plan(shop: Shop, wish: Wish, basket: Basket, known: Grounds, now: datetime) -> _Plan:
    """Judge everything that the order rests on. Pure."""
    _refuse_cart(shop, basket, known)
    rate, address = _way(wish, basket, known)
    coupon = None
    if wish.coupon.strip():
        coupon = coupons.judged(known.coupon, goods_rials=basket.goods_rials, now=now)
    bill = bill_of(basket, rate, coupon)
    if wish.agreed_rials is not None and wish.agreed_rials != bill.total:
        raise CartChanged(changes=[], total_rials=bill.total)
    most = SHOP_HELD_RIALS_PER_DAY_MAX[shop.level]
    if known.today_rials + bill.total > most:
        raise ShopAtItsLimit(limit_rials=most)
    return _Plan(basket, bill, rate, address, coupon, known.rule)


def _refuse_cart(shop: Shop, basket: Basket, known: Grounds) -> None:
    if known.works_here:
        raise OwnShop
    if not shop.sells:
        raise NotForSale
    if not basket.lines:
        raise CartEmpty
    if basket.changes:
        raise CartChanged(changes=basket.as_changes())


def _way(wish: Wish, basket: Basket, known: Grounds) -> tuple[ShippingRate, Address | None]:
    rate, address = known.rate, known.address
    if rate is None or (rate.kind != ShippingRate.Kind.PICKUP and address is None):
        raise NotFound
    if not shipping.leads_to(rate, address, basket.weight_g):
        raise NoShippingThere
    if wish.cash and not rate.cash_on_delivery:
        raise CashRefused
    return rate, None if rate.kind == ShippingRate.Kind.PICKUP else address


def bill_of(basket: Basket, rate: ShippingRate | None, coupon: Coupon | None) -> Bill:
    """Return what a cart comes to. The rate is free from a total before the discount."""
    goods = basket.goods_rials
    discount = coupons.discount_of(coupon, goods) if coupon else 0
    return Bill(goods, discount, shipping.price_of(rate, goods) if rate else 0)


def _order(person: Person, shop: Shop, wish: Wish, plan: _Plan, now: datetime) -> Order:
    note = wording.one_line(wish.note, pointer="#/note", most=ORDER_NOTE_CHARS_MAX, needed=False)
    return Order(
        public_id=new_id("ord"),
        shop=shop,
        buyer=person,
        key=wish.key,
        state=Order.State.PLACED,
        payment=Order.Payment.CASH if wish.cash else Order.Payment.WALLET,
        goods_rials=plan.bill.goods,
        discount_rials=plan.bill.discount,
        shipping_rials=plan.bill.shipping,
        total_rials=plan.bill.total,
        coupon=plan.coupon,
        address=plan.address.as_snapshot() if plan.address else {},
        shipping={"kind": plan.rate.kind, "title": plan.rate.title},
        note=note,
        due_at=now + ORDER_ACCEPT_WITHIN,
        created_at=now,
        changed_at=now,
    )


def _hold(order: Order, shop: Shop, now: datetime) -> Escrow:
    asked = escrows.Asked(
        payer=order.buyer,
        maker=shop.maker,
        amount=Rials(order.total_rials),
        title=shop.title,
        ends_at=now + ORDER_ACCEPT_WITHIN + ORDER_HOLD_GRACE,
        is_new=True,
    )
    return escrows.hold(asked=asked, key=f"order:{order.public_id}", now=now)


def _write(order: Order, plan: _Plan) -> None:
    """Write the order, its lines, its first event; use the coupon; empty the cart: one statement.

    Raises CouponRefused when somebody took the coupon's last use this moment, or he has had his.
    """
    lines = [
        {
            "variant": line.variant.pk,
            "title": line.title,
            "options": line.variant.options,
            "sku": line.variant.sku,
            "quantity": line.quantity,
            "unit": line.variant.price,
            "paid": paid,
            "commission": 0 if order.escrow_id is None else plan.rule.of(paid),
        }
        for line, paid in zip(plan.basket.lines, _paid(plan), strict=True)
    ]
    names = (
        "public_id", "shop_id", "buyer_id", "key", "state", "payment", "escrow_id", "goods_rials",
        "discount_rials", "shipping_rials", "total_rials", "coupon_id", "note", "due_at",
    )  # fmt: skip
    values = {name: getattr(order, name) for name in names} | {
        "address": json.dumps(order.address, ensure_ascii=False),
        "shipping": json.dumps(order.shipping, ensure_ascii=False),
        "now": order.created_at,
        "lines": json.dumps(lines, ensure_ascii=False),
        "rule": plan.rule.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
        order.pk, is_used = cursor.fetchone()
    order._state.adding = False  # noqa: SLF001  (Django's own name for a row that stands)
    if plan.coupon is not None and not is_used:
        raise CouponRefused(reason="used-up")


def _paid(plan: _Plan) -> list[int]:
    """Return what is paid for the pieces of each line, less its share of the discount."""
    whole = [line.rials for line in plan.basket.lines]
    return [one - off for one, off in zip(whole, shared(plan.bill.discount, whole), strict=True)]


_WRITE = """
with fresh as (
  insert into orders_order (public_id, shop_id, buyer_id, key, state, seq, payment, escrow_id,
    goods_rials, discount_rials, shipping_rials, total_rials, coupon_id, address, shipping, note,
    due_at, created_at, changed_at)
  values (%(public_id)s, %(shop_id)s, %(buyer_id)s, %(key)s, %(state)s, 1, %(payment)s,
    %(escrow_id)s, %(goods_rials)s, %(discount_rials)s, %(shipping_rials)s, %(total_rials)s,
    %(coupon_id)s, %(address)s, %(shipping)s, %(note)s, %(due_at)s, %(now)s, %(now)s)
  returning id
), lines as (
  insert into orders_orderline (order_id, variant_id, title, options, sku, quantity, unit_rials,
    paid_rials, rule_id, commission_rials, returned, refunded_rials)
  select fresh.id, variant, title, options, sku, quantity, unit, paid, %(rule)s, commission, 0, 0
    from fresh, jsonb_to_recordset(%(lines)s::jsonb) as line (variant bigint, title text,
      options jsonb, sku text, quantity int, unit bigint, paid bigint, commission bigint)
), event as (
  insert into orders_orderevent (order_id, seq, event, from_state, to_state, actor_id, side, reason,
    at)
  select id, 1, 'place', '', 'placed', %(buyer_id)s, 'buyer', '', %(now)s from fresh
), used as (
  update orders_coupon coupon set used = used + 1
   where id = %(coupon_id)s and is_active and (uses_max is null or used < uses_max)
     and (select count(*) from orders_couponuse use where use.coupon_id = coupon.id
           and use.person_id = %(buyer_id)s) < per_person_max
  returning id
), noted as (
  insert into orders_couponuse (coupon_id, person_id, order_id)
  select used.id, %(buyer_id)s, fresh.id from used, fresh
), emptied as (
  delete from orders_cartline line using orders_cart cart
   where cart.id = line.cart_id and cart.person_id = %(buyer_id)s and cart.shop_id = %(shop_id)s
)
select id, exists (select from used) from fresh
"""

# All or nothing: rows are locked in order of their keys, and changed only where enough is free.
_RESERVE = """
with wanted as (
  select * from unnest(%(variants)s::bigint[], %(quantities)s::int[]) as wanted (variant, quantity)
), locked as (
  select stock.variant_id from shops_stock stock join wanted on wanted.variant = stock.variant_id
   order by stock.variant_id for update of stock
)
update shops_stock stock set reserved = stock.reserved + wanted.quantity
  from wanted, locked
 where stock.variant_id = wanted.variant and locked.variant_id = wanted.variant
   and stock.on_hand - stock.reserved >= wanted.quantity
"""


def _reserve(basket: Basket) -> None:
    """Reserve every line, or raise so that nothing stays. The last statement of an order."""
    with connection.cursor() as cursor:
        cursor.execute(
            _RESERVE,
            {
                "variants": [line.variant.pk for line in basket.lines],
                "quantities": [line.quantity for line in basket.lines],
            },
        )
        if cursor.rowcount != len(basket.lines):
            raise _SoldOut


__all__ = ["Bill", "Wish", "bill_of", "place"]
