"""A shop's own server: its key, its orders and parcels, prices and stock of many at once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.models import AuditEvent
from storefront.shops import shop_api, shopkeys, staffing
from storefront.shops.catalogue import VariantWish
from storefront.shops.models import Shop, ShopKey, Stock
from tests.ordering import place, put, rich, step
from tests.people import signed_in
from tests.shopping import make_product, make_shop

pytestmark = pytest.mark.django_db


def server_of(shop, *scopes, **more):
    """The shop's server, with a key that may do this; all of it unless it is said."""
    key, text = shopkeys.issue(
        shop=shop, actor=shop.maker.founder, name="حسابداری",
        scopes=scopes or ShopKey.Scope.values, now=timezone.now(), **more,
    )  # fmt: skip
    client = Client(headers={"authorization": f"Bearer {text}", "accept-language": "en"})
    client.key = key
    return client


@pytest.fixture
def server(shop):
    return server_of(shop)


@pytest.fixture
def order(mina, saffron):
    return place(rich(mina), saffron, 2)


def at(shop, rest):
    return f"/api/v1/shops/{shop.public_id}/{rest}"


def post(server, path, body, **headers):
    return server.post(path, body, content_type="application/json", headers=headers)


def test_a_server_takes_an_order_from_its_coming_to_its_parcels(server, shop, order):
    listed = server.get(at(shop, "orders?state=placed")).json()["items"]
    assert [one["id"] for one in listed] == [order.public_id]
    assert listed[0]["may"] == ["accept", "reject"]
    assert listed[0]["address"]["city"] == "تهران"
    path = at(shop, f"orders/{order.public_id}")

    taken = [post(server, f"{path}/steps", {"event": "accept"}).json() for _twice in range(2)]
    assert [(one["state"], one["seq"]) for one in taken] == [("accepted", 2)] * 2
    part = {"carrier": "پست", "tracking": "123", "lines": [{"number": 1, "quantity": 1}]}
    sent = [
        post(server, f"{path}/parcels", part, **{"Idempotency-Key": "one"}) for _twice in range(2)
    ]
    assert [one.status_code for one in sent] == [201, 201]
    assert (sent[1].json()["state"], sent[1].json()["lines"][0]["left"]) == ("packed", 1)

    last = post(server, f"{path}/parcels", {}).json()
    assert last["state"] == "shipped"
    assert [one["lines"] for one in last["parcels"]] == [[{"number": 1, "quantity": 1}]] * 2
    assert server.get(path).json() == last


def test_what_the_state_forbids_is_refused_with_its_code(server, shop, order):
    path = at(shop, f"orders/{order.public_id}")

    answers = [
        post(server, f"{path}/steps", {"event": "arrive"}),
        post(server, f"{path}/steps", {"event": "reject"}),
        post(server, f"{path}/steps", {"event": "settle"}),
        post(server, f"{path}/parcels", {"lines": [{"number": 2, "quantity": 1}]}),
    ]

    assert [one.json()["code"] for one in answers] == [
        "order-state-forbids", "order-reason-needed", "invalid-input", "invalid-input",
    ]  # fmt: skip


def test_a_page_of_orders_costs_the_same_however_many(
    server, shop, saffron, mina, django_assert_max_num_queries
):
    server.get(at(shop, "orders"))
    for _ in range(4):
        step(place(rich(mina), saffron, 1), "accept")

    with django_assert_max_num_queries(6):  # key, its owner's place, orders, lines, parcels
        page = server.get(at(shop, "orders?limit=3")).json()
    rest = server.get(at(shop, f"orders?limit=3&cursor={page['next_cursor']}")).json()

    assert [len(page["items"]), len(rest["items"])] == [3, 1]
    assert rest["next_cursor"] is None


def test_everything_of_another_shop_does_not_exist(server, shop, order, dara):
    other = make_shop(dara, slug="narges")
    theirs = server_of(other)
    thing = make_product(other)
    paths = [
        "orders", f"orders/{order.public_id}", "products",
        f"products/{order.lines.get().variant.product.public_id}",
    ]  # fmt: skip

    assert [theirs.get(at(shop, one)).status_code for one in paths] == [404] * 4
    for one in (paths[1], paths[3]):
        assert theirs.get(at(other, one)).status_code == 404
    for one in ("steps", "parcels"):
        body = {"event": "accept"} if one == "steps" else {}
        assert post(theirs, at(other, f"{paths[1]}/{one}"), body).status_code == 404
    foreign = {"items": [{"variant": order.lines.get().variant.public_id, "on_hand": 3}]}
    assert post(theirs, at(shop, "figures"), foreign).status_code == 404
    refused = post(theirs, at(other, "figures"), foreign)
    assert refused.json()["errors"][0]["code"] == "unknown"
    assert theirs.get(at(other, f"products/{thing.public_id}")).status_code == 200


def test_a_key_opens_what_it_names_while_its_owner_is_one(shop, sara, mina, order):
    reads = server_of(shop, "products:read")
    hers = server_of(shop, expires_at=timezone.now() + timedelta(days=1))
    refused = reads.get(at(shop, "orders"))
    assert (refused.status_code, refused.json()["needs"]) == (403, "orders:read")

    def status(client):
        return client.get(at(shop, "products")).status_code

    assert (status(reads), status(hers), status(Client()), status(signed_in(sara))) == (
        200, 200, 401, 401,
    )  # fmt: skip
    shopkeys.revoke(key=reads.key, actor=sara, now=timezone.now())
    assert status(reads) == 401
    now = timezone.now()
    staffing.appoint(shop=shop, phone=mina.phone, role="owner", actor=sara, now=now)
    staffing.appoint(shop=shop, phone=sara.phone, role="manager", actor=mina, now=now)
    assert status(hers) == 401


def test_prices_and_stock_of_many_change_together_and_once(server, shop, saffron):
    shawl = make_product(
        shop, title="شال", variants=[
            VariantWish(500_000, 5, f"SH-{colour}", {"رنگ": colour}) for colour in ("سبز", "آبی")
        ],
    )  # fmt: skip
    body = {
        "items": [
            {"variant": saffron.variants.get().public_id, "price_rials": 1_500_000,
             "compare_rials": 1_800_000, "on_hand": 40, "was_on_hand": 10},
            {"sku": "SH-سبز", "price_rials": 450_000},
        ]
    }  # fmt: skip

    first, again = (
        post(server, at(shop, "figures"), body, **{"Idempotency-Key": "k"}) for _ in range(2)
    )

    assert [one["price_rials"] for one in first.json()["items"]] == [1_500_000, 450_000]
    assert again.content == first.content
    saffron.refresh_from_db()
    shawl.refresh_from_db()
    assert (saffron.min_price, shawl.min_price, shawl.max_price) == (1_500_000, 450_000, 500_000)
    assert Stock.objects.get(variant__product=saffron).on_hand == 40
    told = AuditEvent.objects.get(event="shops.shop.figures_changed")
    assert told.facts["key"] == server.key.public_id


def test_one_fault_leaves_all_as_it_was_and_every_fault_is_told(server, shop, saffron, mina):
    place(rich(mina), saffron, 4)
    put(mina, saffron)
    shawl = make_product(shop, title="شال", price=500_000)
    skus = [one.variants.get().sku for one in (saffron, shawl)]
    body = {
        "items": [
            {"sku": skus[0], "on_hand": 3, "was_on_hand": 9},
            {"sku": "nothing", "on_hand": 3},
            {"sku": skus[1], "price_rials": 400_000, "compare_rials": 300_000},
            {"sku": skus[1], "on_hand": 1},
            {"on_hand": 1},
        ]
    }

    refused = post(server, at(shop, "figures"), body)

    assert {(one["pointer"], one["code"]) for one in refused.json()["errors"]} == {
        ("#/items/0/on_hand", "promised"), ("#/items/0/was_on_hand", "changed"),
        ("#/items/1/sku", "unknown"), ("#/items/2/compare_rials", "range"),
        ("#/items/3/sku", "unique"), ("#/items/4", "name"),
    }  # fmt: skip
    shawl.refresh_from_db()
    assert shawl.min_price == 500_000
    assert Stock.objects.get(variant__product=saffron).on_hand == 10


def test_a_key_may_ask_so_often_in_a_minute(server, shop, monkeypatch):
    monkeypatch.setattr(shop_api, "SHOP_API_CALLS_PER_MINUTE_MAX", 2)

    answers = [server.get(at(shop, "products")).status_code for _ in range(3)]

    assert answers == [200, 200, 429]


def test_an_owner_makes_a_key_that_is_shown_once_and_revokes_it(shop, sara, mina):
    browser, place_ = signed_in(sara), "/shops/desk/golestan/keys/"
    assert browser.post(place_, {"name": "", "scopes": "nothing"}).status_code == 400
    made = browser.post(place_, {"name": "حسابداری", "scopes": "orders:read", "days": "30"})
    text = made.content.decode().split("bsk_")[1].split("<")[0]
    key = ShopKey.objects.get()
    assert key.head not in text
    assert key.head in browser.get(place_).content.decode()
    assert text[11:] not in browser.get(place_).content.decode()

    for person, status in ((mina, 404), (sara, 303)):
        revoked = signed_in(person).post(f"{place_}{key.public_id}/revoke/")
        assert revoked.status_code == status
    other = make_shop(mina, slug="narges")
    assert (
        signed_in(mina).post(f"/shops/desk/{other.slug}/keys/{key.public_id}/revoke/").status_code
        == 404
    )
    assert Shop.objects.count() == 2
