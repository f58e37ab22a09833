"""Placing an order: reserved and held together, or neither; never oversold, never twice."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from core.problems import NotFound, Problem
from storefront.orders import agreement, carts, coupons, placing
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
from storefront.orders.models import Coupon, Order
from storefront.shops import catalogue, opening
from storefront.shops.models import Shop, Stock
from tests.ordering import holdings, make_rate, place, put, rich, wish_of
from tests.people import make_person
from tests.shopping import make_product, make_shop
from wallet import accounts
from wallet.errors import InsufficientFunds
from wallet.models import Escrow

pytestmark = pytest.mark.django_db(transaction=True)


def stock_of(product) -> tuple[int, int]:
    row = Stock.objects.get(variant__product=product)
    return row.on_hand, row.reserved


def test_an_order_reserves_the_stock_and_holds_the_money(buyer, saffron):
    order = place(buyer, saffron, 2)

    assert (order.state, order.total_rials) == ("placed", 2_700_000)
    assert stock_of(saffron) == (10, 2)
    assert order.escrow.state == "held"
    assert holdings(order)["buyer"] == 97_300_000
    assert not carts.basket_of(buyer, saffron.shop).lines
    assert agreement.differences() == []


def test_the_same_key_again_gives_the_first_order(buyer, saffron):
    first = place(buyer, saffron, key="one")

    again = placing.place(
        person=buyer, shop=saffron.shop, wish=wish_of(buyer, saffron.shop, key="one"),
        now=timezone.now(),
    )  # fmt: skip

    assert again == first
    assert Order.objects.count() == Escrow.objects.count() == 1


def test_a_key_belongs_to_one_shop(buyer, saffron, dara):
    place(buyer, saffron, key="one")
    other = make_product(make_shop(dara, slug="another"))

    with pytest.raises(OrderKeyReused):
        place(buyer, other, key="one")


def test_ten_taps_at_once_make_one_order(buyer, saffron):
    put(buyer, saffron, 1)
    wish = wish_of(buyer, saffron.shop, key="tap")

    def tap(_number):
        try:
            shop = Shop.objects.select_related("maker").get(pk=saffron.shop_id)
            return placing.place(person=buyer, shop=shop, wish=wish, now=timezone.now()).pk
        except Problem as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(tap, range(10)))

    order = Order.objects.get()
    assert stock_of(saffron) == (10, 1)
    assert answers == {order.pk}
    assert agreement.differences() == []


def test_two_hundred_buyers_of_twenty_pieces_make_twenty_orders(shop, monkeypatch):
    monkeypatch.setattr(placing, "SHOP_HELD_RIALS_PER_DAY_MAX", (10**15,) * 4)
    product = make_product(shop, price=1_000_000, on_hand=20)
    buyers = [rich(make_person(), 2_000_000) for _ in range(200)]
    wishes = []
    for one in buyers:
        put(one, product)
        wishes.append((one, wish_of(one, shop)))

    def buy(pair):
        person, wish = pair
        try:
            fresh = Shop.objects.select_related("maker").get(pk=shop.pk)
            placing.place(person=person, shop=fresh, wish=wish, now=timezone.now())
        except Problem as refusal:
            return refusal.code
        finally:
            connection.close()
        return "ordered"

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(buy, wishes))

    assert answers.count("ordered") == 20
    assert set(answers) <= {"ordered", "out-of-stock", "cart-changed"}
    assert stock_of(product) == (20, 20)
    assert Order.objects.count() == Escrow.objects.filter(state="held").count() == 20
    held = sum(accounts.balance_of(accounts.of_person(one)).held for one in buyers)
    assert held == 20 * 1_300_000
    assert agreement.differences() == []


def test_baskets_over_the_same_things_in_any_order_never_deadlock(shop, monkeypatch):
    monkeypatch.setattr(placing, "SHOP_HELD_RIALS_PER_DAY_MAX", (10**15,) * 4)
    things = [make_product(shop, price=100_000, on_hand=6) for _ in range(3)]
    wishes = []
    for number in range(16):
        one = rich(make_person(), 5_000_000)
        for thing in things if number % 2 else reversed(things):
            put(one, thing)
        wishes.append((one, wish_of(one, shop)))

    def buy(pair):
        try:
            fresh = Shop.objects.select_related("maker").get(pk=shop.pk)
            placing.place(person=pair[0], shop=fresh, wish=pair[1], now=timezone.now())
        except Problem as refusal:
            return refusal.code
        finally:
            connection.close()
        return "ordered"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(buy, wishes))

    assert answers.count("ordered") == 6
    assert [stock_of(one) for one in things] == [(6, 6)] * 3


def test_what_is_missing_is_named_and_nothing_stays(buyer, saffron, monkeypatch):
    scarf = make_product(saffron.shop, title="شال", price=500_000, on_hand=1)
    put(buyer, saffron, 1)
    put(buyer, scarf, 1)
    wish = wish_of(buyer, saffron.shop)
    basket = carts.basket_of(buyer, saffron.shop)
    Stock.objects.filter(variant__product=scarf).update(reserved=1)  # somebody was faster
    seen = iter([basket])
    real = carts.basket_of
    monkeypatch.setattr(
        carts, "basket_of", lambda *who, **more: next(seen, None) or real(*who, **more)
    )

    with pytest.raises(OutOfStock) as refusal:
        placing.place(person=buyer, shop=saffron.shop, wish=wish, now=timezone.now())

    assert [(line["title"], line["left"]) for line in refusal.value.members["lines"]] == [
        ("شال", 0)
    ]
    assert stock_of(saffron) == (10, 0)
    assert not Order.objects.exists()
    assert not Escrow.objects.exists()
    assert accounts.balance_of(accounts.of_person(buyer)).held == 0


def test_a_price_that_rose_is_told_before_it_is_charged(buyer, saffron, sara):
    put(buyer, saffron)
    catalogue.set_price(
        variant=saffron.variants.get(), price=1_500_000, compare_price=None, actor=sara,
        now=timezone.now(),
    )  # fmt: skip
    wish = wish_of(buyer, saffron.shop)

    with pytest.raises(CartChanged) as refusal:
        placing.place(person=buyer, shop=saffron.shop, wish=wish, now=timezone.now())
    assert refusal.value.members["changes"][0]["change"] == "dearer"

    carts.mark_seen(buyer, saffron.shop)
    with pytest.raises(CartChanged):  # the total he agreed to was another
        placing.place(
            person=buyer, shop=saffron.shop, wish=replace(wish, agreed_rials=1_500_000),
            now=timezone.now(),
        )  # fmt: skip
    assert (
        placing.place(
            person=buyer, shop=saffron.shop, wish=replace(wish, agreed_rials=1_800_000),
            now=timezone.now(),
        ).total_rials
        == 1_800_000
    )  # fmt: skip


def test_without_the_money_nothing_is_reserved(mina, saffron):
    put(mina, saffron)

    with pytest.raises(InsufficientFunds):
        placing.place(
            person=mina, shop=saffron.shop, wish=wish_of(mina, saffron.shop), now=timezone.now()
        )

    assert stock_of(saffron) == (10, 0)
    assert not Order.objects.exists()


def test_who_works_in_a_shop_does_not_buy_there(saffron, sara):
    rich(sara)
    with pytest.raises(OwnShop):
        place(sara, saffron)


def test_a_closed_shop_an_empty_cart_and_a_strange_address_order_nothing(buyer, saffron, sara):
    shop = saffron.shop
    wish = wish_of(buyer, shop)
    with pytest.raises(CartEmpty):
        placing.place(person=buyer, shop=shop, wish=wish, now=timezone.now())
    put(buyer, saffron)
    hers = wish_of(make_person(), shop)
    with pytest.raises(NotFound):
        placing.place(
            person=buyer, shop=shop, wish=replace(wish, address_id=hers.address_id),
            now=timezone.now(),
        )  # fmt: skip
    paused = opening.step(shop=shop, name="pause", actor=sara)
    with pytest.raises(NotForSale):
        placing.place(person=buyer, shop=paused, wish=wish, now=timezone.now())


def test_a_way_that_does_not_lead_there_is_refused(buyer, saffron):
    rate = make_rate(saffron.shop, title="پیک", kind="courier", province="یزد")
    put(buyer, saffron)
    wish = replace(wish_of(buyer, saffron.shop), rate_id=rate.public_id)

    with pytest.raises(NoShippingThere):
        placing.place(person=buyer, shop=saffron.shop, wish=wish, now=timezone.now())


def test_cash_on_delivery_is_where_the_shop_says_and_holds_no_money(buyer, saffron):
    put(buyer, saffron)
    wish = wish_of(buyer, saffron.shop, cash=True)
    with pytest.raises(CashRefused):
        placing.place(person=buyer, shop=saffron.shop, wish=wish, now=timezone.now())

    rate = make_rate(saffron.shop, title="پیک", kind="courier", cash_on_delivery=True)
    order = placing.place(
        person=buyer, shop=saffron.shop, wish=replace(wish, rate_id=rate.public_id),
        now=timezone.now(),
    )  # fmt: skip

    assert (order.payment, order.escrow) == ("cash", None)
    assert stock_of(saffron) == (10, 1)
    assert order.lines.get().commission_rials == 0


def test_a_shop_takes_so_much_in_a_day_at_its_level(buyer, shop, monkeypatch):
    monkeypatch.setattr(placing, "SHOP_HELD_RIALS_PER_DAY_MAX", (20_000_000,) * 4)
    gold = make_product(shop, price=11_000_000)
    place(buyer, gold)

    with pytest.raises(ShopAtItsLimit):
        place(buyer, gold)


def test_a_coupon_takes_off_and_the_lines_share_it(buyer, saffron):
    scarf = make_product(saffron.shop, title="شال", price=300_000)
    Coupon.objects.create(
        shop=saffron.shop, code=coupons.code_of("NOROOZ ۱۰"), kind="percent", value=10
    )
    put(buyer, scarf)

    order = place(buyer, saffron, coupon="norooz10")

    assert (order.goods_rials, order.discount_rials) == (1_500_000, 150_000)
    assert [line.paid_rials for line in order.lines.order_by("pk")] == [270_000, 1_080_000]


def test_a_coupon_is_used_so_many_times_and_no_more(shop, monkeypatch):
    monkeypatch.setattr(placing, "SHOP_HELD_RIALS_PER_DAY_MAX", (10**15,) * 4)
    product = make_product(shop, price=100_000, on_hand=100)
    coupon = Coupon.objects.create(shop=shop, code="five", kind="amount", value=1, uses_max=5)
    wishes = []
    for _ in range(20):
        one = rich(make_person(), 1_000_000)
        put(one, product)
        wishes.append((one, wish_of(one, shop, coupon="FIVE")))

    def buy(pair):
        try:
            fresh = Shop.objects.select_related("maker").get(pk=shop.pk)
            placing.place(person=pair[0], shop=fresh, wish=pair[1], now=timezone.now())
        except CouponRefused as refusal:
            return refusal.members["reason"]
        finally:
            connection.close()
        return "ordered"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(buy, wishes))

    coupon.refresh_from_db()
    assert (answers.count("ordered"), coupon.used, coupon.uses.count()) == (5, 5, 5)


def test_a_person_uses_a_coupon_once(buyer, saffron):
    Coupon.objects.create(shop=saffron.shop, code="once", kind="amount", value=1_000)
    place(buyer, saffron, coupon="once")

    with pytest.raises(CouponRefused):
        place(buyer, saffron, coupon="once")


def test_an_order_costs_twelve_queries(buyer, saffron, django_assert_max_num_queries):
    place(buyer, saffron)  # what is made once for an installation and a person
    Coupon.objects.create(shop=saffron.shop, code="q", kind="amount", value=1_000)
    put(buyer, saffron)
    wish = wish_of(buyer, saffron.shop, coupon="q")

    with django_assert_max_num_queries(12):
        placing.place(person=buyer, shop=saffron.shop, wish=wish, now=timezone.now())


KILLED = """
import os, signal, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["NAME"]
django.setup()
from django.utils import timezone
from identity.models import Person
from storefront.orders import placing
from storefront.orders.placing import Wish
from storefront.shops.models import Shop
real = placing._reserve
def die(basket):
    real(basket)  # everything is written, nothing is committed
    os.kill(os.getpid(), signal.SIGKILL)
placing._reserve = die
person, shop, key, rate, address = os.environ["ORDER"].split()
placing.place(person=Person.objects.get(pk=person), shop=Shop.objects.get(pk=shop),
    wish=Wish(key=key, rate_id=rate, address_id=address), now=timezone.now())
"""


def test_a_process_killed_in_the_middle_leaves_no_money_held(buyer, saffron):
    put(buyer, saffron)
    wish = wish_of(buyer, saffron.shop)
    order = f"{buyer.pk} {saffron.shop_id} {wish.key} {wish.rate_id} {wish.address_id}"
    died = subprocess.run(
        [sys.executable, "-c", KILLED],
        env=os.environ | {"NAME": connection.settings_dict["NAME"], "ORDER": order},
        check=False,
        capture_output=True,
    )

    assert died.returncode == -signal.SIGKILL, died.stderr.decode()[-2000:]
    assert not Order.objects.exists()
    assert stock_of(saffron) == (10, 0)
    assert accounts.balance_of(accounts.of_person(buyer)).held == 0
    assert (
        placing.place(person=buyer, shop=saffron.shop, wish=wish, now=timezone.now()).state
        == "placed"
    )
