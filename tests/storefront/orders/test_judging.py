"""An operator's decision on a dispute."""

import pytest
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.models import AuditEvent
from core.problems import NotAllowed
from storefront.orders import agreement, judging
from storefront.orders.errors import OrderStateForbids, ReasonNeeded, SplitRefused
from storefront.shops.models import Staff
from tests.ordering import holdings, place, rich, ship, step
from tests.people import signed_in
from tests.shopping import make_product, make_shop
from tests.storefront.orders.test_pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(sara, mina):
    """In dispute: 3,000,000 rials with the post are in escrow."""
    made = place(rich(mina), make_product(make_shop(sara), price=2_700_000))
    step(made, "accept")
    ship(made)
    return step(made, "dispute", "buyer", reason="خالی بود")


@pytest.fixture
def desk(omid):
    client = signed_in(omid, headers={"accept": "text/html", "accept-language": "en"})
    device = TOTPDevice.objects.create(user=omid, name="authenticator")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


def decide(order, actor, decision, reason="عکس‌ها روشن بود", **more):
    return judging.decide(
        order=order, decision=decision, reason=reason, actor=actor, now=timezone.now(), **more
    )


def test_all_goes_back_to_the_buyer(order, omid):
    decide(order, omid, "give_back")

    assert holdings(order) == {"buyer": 100_000_000, "kept": 0, "shop": 0, "house": 0}
    assert agreement.differences() == []
    assert AuditEvent.objects.filter(event="orders.order.give_back", actor=omid).count() == 1


def test_all_goes_to_the_shop_less_the_commission(order, omid):
    decide(order, omid, "pay_out")

    held = holdings(order)
    assert (held["buyer"], held["kept"]) == (97_000_000, 0)
    assert (held["shop"], held["house"]) == (3_000_000 - 135_000, 135_000)


def test_it_is_shared_and_never_more_than_there_is(order, omid):
    with pytest.raises(SplitRefused):
        decide(order, omid, "split", refund_rials=3_000_000)

    decide(order, omid, "split", refund_rials=1_000_000)

    held = holdings(order)
    assert (held["buyer"], held["kept"]) == (98_000_000, 0)
    assert held["shop"] + held["house"] == 2_000_000
    assert agreement.differences() == []


def test_nobody_decides_on_an_order_of_his_own_or_without_the_right(order, omid, mina, saman):
    Staff.objects.create(shop=order.shop, person=omid, role="content", added_at=timezone.now())
    for person in (omid, mina, saman):
        with pytest.raises(NotAllowed):
            decide(order, person, "give_back")
    order.refresh_from_db()
    assert order.state == "disputed"


def test_a_decision_needs_a_reason_and_a_dispute(order, omid):
    with pytest.raises(ReasonNeeded):
        decide(order, omid, "give_back", reason=" ")
    step(order, "withdraw", "buyer")
    with pytest.raises(OrderStateForbids):
        decide(order, omid, "give_back")


def test_an_operator_decides_in_the_admin(order, desk):
    place_ = f"/admin/orders/order/{order.pk}/"
    assert order.shop.title in text_of(desk.get("/admin/orders/order/?state__exact=disputed"))
    page = text_of(desk.get(f"{place_}change/"))
    assert "خالی بود" in page
    assert "300,000 toman back to the buyer" in page

    desk.post(f"{place_}decide/", {"decision": "split", "refund": "۱۰۰٬۰۰۰", "reason": "نیمی"})

    order.refresh_from_db()
    assert order.state == "settled"
    assert holdings(order)["buyer"] == 98_000_000
    assert "Your decision" not in text_of(desk.get(f"{place_}change/"))
