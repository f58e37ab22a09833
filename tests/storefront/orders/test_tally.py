"""What a shop sold: what came to nothing or went back is taken from its numbers again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from storefront.orders import placing, returns
from storefront.orders.models import Coupon
from storefront.shops import counting, numbers
from storefront.shops.models import ProductCount
from tests.ordering import make_rate, place, put, rich, ship, step, wish_of
from tests.shopping import make_product, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(sara):
    found = make_shop(sara)
    make_rate(found, price=300_000)
    return found


@pytest.fixture(autouse=True)
def _every_count_at_once(monkeypatch):
    """Count within the test's own transaction, which never commits."""
    counting._valkey().delete(counting._key("gathered"), counting._key("batch"))
    monkeypatch.setattr(counting, "_after_commit", counting._add)


def sales(shop) -> tuple[int, int, list[tuple[int, int]]]:
    """Orders and rials of the shop's days, pieces and rials of its products."""
    now = timezone.now()
    counting.fold(now=now)
    days = numbers.days_of(shop, last=timezone.localdate(now), count=3)
    products = ProductCount.objects.filter(shop=shop).order_by("product_id")
    return (
        sum(one.orders for one in days),
        sum(one.rials for one in days),
        list(products.values_list("pieces", "rials")),
    )


def order_of_two(shop, person):
    """Two pieces and one, with a coupon: 2 400 000 + 600 000 rials less ten percent."""
    saffron, shawl = make_product(shop), make_product(shop, title="شال", price=600_000)
    Coupon.objects.create(shop=shop, code="ten", kind="percent", value=10)
    put(rich(person), shawl)
    return place(person, saffron, 2, coupon="ten")


def test_sales_are_the_goods_less_the_coupon_of_the_day_and_of_each_product(shop, mina):
    order_of_two(shop, mina)

    assert sales(shop) == (1, 2_700_000, [(2, 2_160_000), (1, 540_000)])


@pytest.mark.parametrize("events", [["cancel"], ["reject"], ["expire"], ["accept", "late"]])
def test_an_order_that_comes_to_nothing_is_no_sale(shop, mina, events):
    order = order_of_two(shop, mina)
    sides = {"cancel": "buyer", "expire": "clock", "late": "clock"}

    for event in events:
        step(order, event, sides.get(event, "shop"), reason="نشد")

    assert sales(shop) == (0, 0, [(0, 0), (0, 0)])


def test_pieces_that_come_back_are_taken_from_the_day_they_were_ordered(shop, mina, sara):
    now = timezone.now()
    saffron, yesterday = make_product(shop), now - timedelta(days=1)
    counting.count(shop, "revenue", 5_000_000, now)
    put(rich(mina), saffron, 2)
    order = placing.place(person=mina, shop=shop, wish=wish_of(mina, shop), now=yesterday)
    step(order, "accept")
    ship(order)
    wish = returns.ask(order=order, line=order.lines.get(), quantity=1, reason="شکسته", now=now)

    for _twice in range(2):
        returns.decide(order=order, wish=wish, approve=True, answer="", actor=sara, now=now)

    counting.fold(now=now)
    days = numbers.days_of(shop, last=timezone.localdate(now), count=2)
    assert [(one.orders, one.rials) for one in days] == [(0, 5_000_000), (1, 1_200_000)]


def test_of_a_dispute_all_or_the_goods_share_goes_back(shop, mina):
    order = order_of_two(shop, mina)
    step(order, "accept")
    ship(order)
    step(order, "dispute", "buyer", reason="نرسید")

    step(order, "split", "operator", reason="نیمه", refund_rials=1_500_000)

    # Half of 3 000 000, of which 300 000 are shipping: half of the goods.
    assert sales(shop) == (1, 1_350_000, [(2, 1_080_000), (1, 270_000)])


def test_a_dispute_that_gives_all_back_leaves_no_sale(shop, mina):
    order = order_of_two(shop, mina)
    step(order, "accept")
    ship(order)
    step(order, "dispute", "buyer", reason="نرسید")

    step(order, "give_back", "operator", reason="نرسید")

    assert sales(shop) == (0, 0, [(0, 0), (0, 0)])
