"""A shop's ways to its buyers and its coupons."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import AuditEvent
from core.problems import InvalidInput
from storefront.orders import terms
from storefront.orders.errors import TooManyTerms
from storefront.orders.models import Coupon, ShippingRate
from storefront.orders.terms import CouponWish, RateWish
from storefront.shops.models import Staff
from tests.people import signed_in
from tests.shopping import make_shop
from tests.storefront.orders.test_pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(sara):
    return make_shop(sara)


@pytest.fixture
def desk(sara):
    return signed_in(sara, headers={"accept": "text/html", "accept-language": "en"})


RATE = {
    "kind": "post", "title": "پست پیشتاز", "price": "۳۰٬۰۰۰", "free_over": "1,000,000",
    "province": "تهران", "city": "تهران", "up_to_g": "2000",
}  # fmt: skip
COUPON = {"code": "بهار ۱۴۰۶", "coupon_kind": "percent", "value": "۱۰", "uses_max": "50",
          "most_rials": "20000", "ends_at": "30"}  # fmt: skip


def test_a_way_is_opened_and_closed_on_the_page(shop, desk):
    desk.post(f"/orders/in/{shop.slug}/rates/", RATE)
    desk.post(f"/orders/in/{shop.slug}/rates/", RATE)  # a double tap

    rate = ShippingRate.objects.get()
    assert (rate.price, rate.free_over, rate.city) == (300_000, 10_000_000, "تهران")
    assert "free from 1,000,000 toman" in text_of(desk.get(f"/orders/in/{shop.slug}/terms/"))
    desk.post(f"/orders/in/{shop.slug}/rates/{rate.public_id}/")
    assert "No way yet" in text_of(desk.get(f"/orders/in/{shop.slug}/terms/"))
    assert AuditEvent.objects.filter(event="orders.rate.closed").count() == 1


def test_a_coupon_is_given_out_once_and_ended(shop, desk):
    desk.post(f"/orders/in/{shop.slug}/coupons/", COUPON)
    again = desk.post(f"/orders/in/{shop.slug}/coupons/", COUPON)

    coupon = Coupon.objects.get()
    assert (coupon.code, coupon.value, coupon.most_rials) == ("بهار1406", 10, 200_000)
    assert again.status_code == 400
    assert "given out that code before" in text_of(again)
    desk.post(f"/orders/in/{shop.slug}/coupons/{coupon.public_id}/")
    coupon.refresh_from_db()
    assert not coupon.is_active


def test_every_fault_of_a_way_and_of_a_coupon_is_named(shop, sara):
    rate = RateWish(kind="ship", title=" ", price=-1, province="نیست", city="قم", up_to_g=0)
    coupon = CouponWish(
        code=" ", kind="percent", value=101, uses_max=0, per_person_max=0,
        ends_at=timezone.now() - timedelta(days=1),
    )  # fmt: skip

    with pytest.raises(InvalidInput) as of_rate:
        terms.add_rate(shop=shop, wish=rate, actor=sara)
    with pytest.raises(InvalidInput) as of_coupon:
        terms.add_coupon(shop=shop, wish=coupon, actor=sara, now=timezone.now())

    assert [one.pointer for one in of_rate.value.faults] == [
        "#/title", "#/kind", "#/province", "#/price", "#/up_to_g",
    ]  # fmt: skip
    assert [one.pointer for one in of_coupon.value.faults] == [
        "#/code", "#/value", "#/uses_max", "#/per_person_max", "#/ends_at",
    ]  # fmt: skip


def test_what_was_typed_wrong_stays_with_a_sentence(shop, desk):
    page = desk.post(f"/orders/in/{shop.slug}/rates/", RATE | {"price": "12.5", "title": ""})

    assert page.status_code == 400
    assert "0 is free" in text_of(page)
    assert "Write the amount in toman" in text_of(page)


def test_a_shop_has_so_many_ways_and_no_more(shop, sara, monkeypatch):
    monkeypatch.setattr(terms, "SHIPPING_RATES_MAX", 1)
    terms.add_rate(shop=shop, wish=RateWish("post", "یک", 1), actor=sara)

    with pytest.raises(TooManyTerms):
        terms.add_rate(shop=shop, wish=RateWish("post", "دو", 1), actor=sara)


def test_only_who_may_edit_the_shop_changes_its_terms(shop, dara, mina):
    Staff.objects.create(shop=shop, person=dara, role="clerk", added_at=timezone.now())

    for place in ("terms", "rates", "coupons"):
        address = f"/orders/in/{shop.slug}/{place}/"
        ask = "get" if place == "terms" else "post"
        assert getattr(signed_in(dara), ask)(address).status_code == 403
        assert getattr(signed_in(mina), ask)(address).status_code == 404
    assert not ShippingRate.objects.exists()
