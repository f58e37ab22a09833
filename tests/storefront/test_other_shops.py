"""Another shop's ids do not exist: every address that names something of a shop, tried by a stranger.

The addresses are those of the URL map, so one that comes later is tried too.
"""

import pytest
from django.test import Client
from django.utils import timezone

from storefront.orders import returns
from storefront.orders.models import Coupon
from storefront.shops import reporting, shopkeys, staffing
from storefront.shops.models import Post, ShopKey
from tests.architecture.permission_matrix import PARAMETER, addresses
from tests.ordering import make_rate, place, rich, ship, step
from tests.people import make_person, signed_in
from tests.shopping import make_product, make_shop
from tests.storefront.shops.importing import begun, csv_of

pytestmark = pytest.mark.django_db
# Of a shop that is open, everybody may see and use these by the shop's address.
FOR_EVERYBODY = {
    "/cart/<str:shop_name>/",
    "/cart/<str:shop_name>/add/",
    "/cart/<str:shop_name>/checkout/",
    "/cart/<str:shop_name>/lines/<str:variant_id>/",
    "/cart/<str:shop_name>/seen/",
    "/shops/<str:shop_name>/",
    "/shops/<str:shop_name>/<product:product_id>/",
    "/shops/<str:shop_name>/<product:product_id>/review/",
    "/shops/<str:shop_name>/card.png",
    "/shops/<str:shop_name>/follow/",
    "/shops/report/<str:shop_name>/",
}
OF_A_SHOP = {
    "shop_name", "shop_id", "product_id", "variant_id", "order_id", "return_id", "post_id",
    "rate_id", "coupon_id", "takedown_id", "import_id",
}  # fmt: skip


def names_in(address: str) -> list[str]:
    return [name for name in PARAMETER.findall(address) if name != "event"]


ADDRESSES = [
    one for one in addresses() if OF_A_SHOP & set(names_in(one)) and not one.startswith("/admin/")
]


def world_of(owner, slug: str) -> dict[str, str]:
    """A shop with one of everything; what its addresses are made of."""
    now = timezone.now()
    shop = make_shop(owner, slug=slug)
    rate = make_rate(shop)
    product = make_product(shop, on_hand=10)
    order = place(rich(make_person()), product, 2)
    step(order, "accept")
    ship(order)
    wish = returns.ask(order=order, line=order.lines.get(), quantity=1, reason="شکسته", now=now)
    bad = make_product(shop, title="بدل")
    down = reporting.take_down(
        shop=shop, product=bad, reason="fake", text="بدل است", actor=make_person(), now=now
    )
    clerk = make_person()
    staffing.appoint(shop=shop, phone=clerk.phone, role="clerk", actor=owner, now=now)
    key, text = shopkeys.issue(
        shop=shop, actor=owner, name="k", scopes=ShopKey.Scope.values, now=now
    )
    return {
        "shop_name": shop.slug,
        "shop_id": shop.public_id,
        "product_id": product.public_id,
        "variant_id": product.variants.get().public_id,
        "order_id": order.public_id,
        "return_id": wish.public_id,
        "post_id": Post.objects.create(shop=shop, text="x", due_at=now, created_at=now).public_id,
        "rate_id": rate.public_id,
        "coupon_id": Coupon.objects.create(
            shop=shop, code="ten", kind="percent", value=10
        ).public_id,
        "takedown_id": down.public_id,
        "import_id": begun(owner, csv_of(["A", "چای", 1000, 1]), shop=shop).public_id,
        "person_id": clerk.public_id,
        "key_id": key.public_id,
        "event": "arrive",
        "key": text,
    }


@pytest.fixture
def worlds(sara, dara):
    return world_of(sara, "golestan"), world_of(dara, "narges")


def statuses(person, address: str, parts: dict[str, str], key: str) -> set[int]:
    """What both methods answer to this person, or to the shop's own server."""
    client = signed_in(person, headers={"accept": "application/json"})
    if address.startswith("/api/"):
        bearer = {"authorization": f"Bearer {key}", "accept": "application/json"}
        client = Client(headers=bearer)
    path = PARAMETER.sub(lambda match: parts[match[1]], address)
    return {client.get(path).status_code, client.post(path, {"quantity": "1"}).status_code}


def test_the_map_has_shops_and_those_for_everybody_are_known():
    assert len(ADDRESSES) > 50
    assert set(ADDRESSES) >= FOR_EVERYBODY


def test_nothing_of_another_shop_exists_for_a_shops_owner(worlds, dara):
    theirs, mine = worlds

    wrong = {
        address: found
        for address in ADDRESSES
        if address not in FOR_EVERYBODY
        and (found := statuses(dara, address, theirs, mine["key"]))
        and not (404 in found and found <= {404, 405})
    }

    assert wrong == {}


def test_no_id_of_another_shop_works_in_ones_own(worlds, dara):
    theirs, mine = worlds

    wrong = {}
    for address in ADDRESSES:
        for name in names_in(address)[1:]:
            found = statuses(dara, address, mine | {name: theirs[name]}, mine["key"])
            if not (404 in found and found <= {404, 405}):
                wrong[address, name] = found

    assert wrong == {}
