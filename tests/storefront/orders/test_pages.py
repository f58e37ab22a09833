"""The pages of carts and orders, in a browser without scripts."""

import re

import pytest
from django.urls import get_resolver
from django.utils import timezone

from storefront.orders import coupons
from storefront.orders.models import Address, Coupon, Order, OrderLine, Return
from storefront.shops.models import Staff, Stock
from tests.ordering import HOME, place, put, ship, step, wish_of
from tests.people import signed_in
from tests.shopping import make_product, make_shop
from wallet import pins

pytestmark = pytest.mark.django_db


@pytest.fixture
def shopper(buyer):
    return signed_in(buyer, headers={"accept": "text/html", "accept-language": "en"})


@pytest.fixture
def desk(sara):
    return signed_in(sara, headers={"accept": "text/html", "accept-language": "en"})


def text_of(answer) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"[\u2066-\u2069]", "", re.sub(r"\s+", " ", plain))


def form_of(answer) -> dict[str, str]:
    """The hidden fields of the form that orders."""
    form = answer.content.decode().split('id="pay"')[1].split("</form>")[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_a_cart_is_filled_changed_and_emptied(shopper, shop, saffron):
    variant = saffron.variants.get().public_id

    said = shopper.post(f"/cart/{shop.slug}/add/", {"variant": variant, "quantity": "۲"})
    assert said.status_code == 303
    page = shopper.get(f"/cart/{shop.slug}/")
    assert "زعفران سرگل" in text_of(page)
    assert "240,000" in text_of(page)

    shopper.post(f"/cart/{shop.slug}/lines/{variant}/", {"quantity": "1"})
    assert "120,000" in text_of(shopper.get(f"/cart/{shop.slug}/"))
    assert "1 piece" in text_of(shopper.get("/cart/"))
    shopper.post(f"/cart/{shop.slug}/lines/{variant}/", {"quantity": "0"})
    assert "The cart is empty" in text_of(shopper.get(f"/cart/{shop.slug}/"))


def test_a_cart_says_what_has_changed_until_it_is_seen(shopper, buyer, shop, saffron):
    put(buyer, saffron, 5)
    Stock.objects.filter(variant__product=saffron).update(reserved=7)

    page = text_of(shopper.get(f"/cart/{shop.slug}/"))
    assert "Only 3 of زعفران سرگل are left." in page
    assert shopper.get(f"/cart/{shop.slug}/checkout/").status_code == 303

    shopper.post(f"/cart/{shop.slug}/seen/")
    page = text_of(shopper.get(f"/cart/{shop.slug}/"))
    assert "Only 3" not in page
    assert "360,000" in page


def test_a_cart_costs_four_queries(shopper, buyer, shop, saffron, django_assert_max_num_queries):
    for number in range(5):
        put(buyer, make_product(shop, title=f"چیز {number}"))

    with django_assert_max_num_queries(4):  # the session, the person, the shop, the lines
        shopper.get(f"/cart/{shop.slug}/")


def test_an_order_is_placed_from_the_page_and_twice_sent_is_one(shopper, buyer, shop, saffron):
    buyer.refresh_from_db()
    pins.choose(person=buyer, pin="2580", now=timezone.now())
    wish_of(buyer, shop)
    Coupon.objects.create(shop=shop, code=coupons.code_of("BAHAR"), kind="percent", value=10)
    put(buyer, saffron, 2)

    page = shopper.get(f"/cart/{shop.slug}/checkout/?coupon=bahar")
    assert "246,000" in text_of(page)  # 240,000 less a tenth and 30,000 for the post
    form = form_of(page)
    wrong = shopper.post(f"/cart/{shop.slug}/checkout/", form | {"pin": "1111"})
    assert wrong.status_code == 402
    assert "The PIN was not right" in text_of(wrong)
    assert form_of(wrong)["key"] == form["key"]

    first = shopper.post(f"/cart/{shop.slug}/checkout/", form | {"pin": "2580", "note": "زنگ"})
    again = shopper.post(f"/cart/{shop.slug}/checkout/", form | {"pin": "2580"})

    order = Order.objects.get()
    assert first.status_code == again.status_code == 303
    assert first.url == again.url == f"/orders/{order.public_id}/"
    assert (order.total_rials, order.note) == (2_460_000, "زنگ")


def test_a_total_that_was_not_shown_is_not_ordered(shopper, buyer, shop, saffron):
    buyer.refresh_from_db()
    pins.choose(person=buyer, pin="2580", now=timezone.now())
    wish_of(buyer, shop)
    put(buyer, saffron)
    form = form_of(shopper.get(f"/cart/{shop.slug}/checkout/"))

    told = shopper.post(f"/cart/{shop.slug}/checkout/", form | {"pin": "2580", "agreed": "1"})

    assert told.status_code == 409
    assert "The total has changed to 150,000" in text_of(told)
    assert not Order.objects.exists()


def test_an_address_is_kept_with_every_fault_named(shopper, buyer, shop):
    back = f"/cart/{shop.slug}/checkout/"
    bad = shopper.post(
        "/orders/addresses/", HOME | {"postal_code": "12", "city": " ", "next": back}
    )
    assert bad.status_code == 400
    assert "Write the ten digits" in text_of(bad)
    assert "Write the city." in text_of(bad)

    good = shopper.post("/orders/addresses/", HOME | {"next": back})
    made = Address.objects.get(person=buyer)
    assert good.url == f"{back}?address={made.public_id}"

    foreign = shopper.post("/orders/addresses/", HOME | {"next": "//evil.example/"})
    assert foreign.url == "/orders/addresses/"
    shopper.post(f"/orders/addresses/{made.public_id}/")
    assert not Address.objects.exists()


def test_both_sides_take_their_steps_on_the_one_page(shopper, desk, buyer, saffron):
    order = place(buyer, saffron, 2)
    place_ = f"/orders/{order.public_id}/"
    assert "Cancel the order" in text_of(shopper.get(place_))
    assert "Accept the order" not in text_of(shopper.get(place_))
    assert "Accept the order" in text_of(desk.get(place_))

    desk.post(f"{place_}steps/accept/")
    desk.post(f"{place_}parcels/", {"part": "1", "n1": "۱", "tracking": "A1"})
    desk.post(f"{place_}parcels/", {"carrier": "چاپار", "tracking": "B2"})
    page = text_of(shopper.get(place_))
    assert "چاپار" in page
    shopper.post(f"{place_}steps/confirm/")

    order.refresh_from_db()
    assert order.state == "completed"
    assert order.parcels.count() == 2
    assert "Received" in text_of(desk.get(place_))


def test_a_step_that_is_over_is_a_notice_and_a_problem_for_a_program(shopper, desk, buyer, saffron):
    order = place(buyer, saffron)
    step(order, "cancel", "buyer")
    place_ = f"/orders/{order.public_id}/"

    told = desk.post(f"{place_}steps/accept/", {"back": place_}, follow=True)
    assert "The order is “Cancelled” now" in text_of(told)
    answer = desk.post(f"{place_}steps/accept/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (409, "order-state-forbids")


def test_a_return_is_asked_and_approved_on_the_page(shopper, desk, buyer, saffron):
    order = place(buyer, saffron, 2)
    step(order, "accept")
    ship(order)
    place_ = f"/orders/{order.public_id}/"

    shopper.post(f"{place_}returns/", {"line": "1", "quantity": "1", "reason": "شکسته بود"})
    asked = Return.objects.get()
    assert "شکسته بود" in text_of(desk.get(place_))
    desk.post(f"{place_}returns/{asked.public_id}/", {"decision": "approve"})

    asked.refresh_from_db()
    assert (asked.state, asked.refund_rials) == ("approved", 1_200_000)
    assert OrderLine.objects.get().returned == 1


def test_what_was_ordered_is_put_into_the_cart_again(shopper, buyer, saffron):
    order = place(buyer, saffron, 3)

    said = shopper.post(f"/orders/{order.public_id}/again/", follow=True)

    assert "at today's prices" in text_of(said).replace("&#x27;", "'")
    assert "360,000" in text_of(said)


def test_lists_show_each_side_its_own(shopper, desk, buyer, saffron, dara):
    order = place(buyer, saffron)
    shop = order.shop.slug

    assert order.public_id in shopper.get("/orders/").content.decode()
    assert order.public_id in desk.get(f"/orders/in/{shop}/?show=new").content.decode()
    assert "No such order" in text_of(desk.get(f"/orders/in/{shop}/?show=problem"))
    assert shopper.get(f"/orders/in/{shop}/").status_code == 404
    Staff.objects.create(shop=order.shop, person=dara, role="content", added_at=timezone.now())
    assert signed_in(dara).get(f"/orders/in/{shop}/").status_code == 403


def _addresses_of_orders() -> list[str]:
    """Every address that names an order, from the map of addresses."""
    found = [str(one.pattern) for one in get_resolver("storefront.orders.urls").url_patterns]
    return [one for one in found if "order_id" in one]


def test_an_order_of_others_is_not_there_on_any_address(buyer, saffron, dara, sara):
    order = place(buyer, saffron)
    other = make_shop(dara, slug="another")  # a shop's owner, but of another shop
    stranger = signed_in(dara)
    addresses = _addresses_of_orders()
    assert len(addresses) >= 6

    for pattern in addresses:
        place_ = "/" + pattern.replace("<str:order_id>", order.public_id)
        place_ = place_.replace("<str:event>", "accept").replace("<str:return_id>", "ret_x")
        assert stranger.get(place_).status_code in (404, 405), place_
        assert stranger.post(place_).status_code in (404, 405), place_
    order.refresh_from_db()
    assert (order.state, order.seq) == ("placed", 1)
    assert signed_in(sara).get(f"/orders/in/{other.slug}/").status_code == 404
