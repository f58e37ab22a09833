"""What servers hear of orders: each step once, in order, and nothing about people."""

import json

import pytest
from django.utils import timezone

from core.models import OutboxJob
from miniapps.models import WebhookDelivery, WebhookEvent
from storefront.orders import machine, returns, tasks, telling
from storefront.orders.models import Order
from tests.miniapps import build
from tests.ordering import place, rich, ship, step
from tests.shopping import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(shop, mina):
    return place(rich(mina), make_product(shop), 2)


def listening(maker, *kinds):
    """An address of an app of this maker that names these kinds; every kind of orders unless said."""
    app = build.make_app(maker)
    return build.make_endpoint(app, kinds=kinds or list(telling.KINDS))


def told(endpoint):
    rows = WebhookDelivery.objects.filter(endpoint=endpoint).order_by("sequence")
    return [json.loads(one.event.body) for one in rows.select_related("event")]


def test_every_step_is_told_once_and_in_order(shop, order, sara):
    hook = listening(shop.maker)
    step(order, "accept")
    tasks.post_card(order.public_id)
    ship(order)
    wish = returns.ask(
        order=order, line=order.lines.get(), quantity=1, reason="شکسته", now=timezone.now()
    )
    returns.decide(order=order, wish=wish, approve=True, answer="", actor=sara, now=timezone.now())
    step(order, "confirm", "buyer")
    step(order, "settle", "clock")

    for _twice in range(2):
        tasks.post_card(order.public_id)

    found = told(hook)
    assert [one["type"].removeprefix("order.") for one in found] == [
        "placed", "accepted", "shipped", "returned", "received", "settled",
    ]  # fmt: skip
    assert [one["data"]["seq"] for one in found] == [1, 2, 3, 4, 5, 6]
    assert [one["sequence"] for one in found] == [1, 2, 3, 4, 5, 6]
    assert found[1]["data"] == found[1]["data"] | {
        "id": order.public_id, "shop": shop.public_id, "state": "accepted", "by": "shop",
    }  # fmt: skip


def test_only_addresses_of_the_shops_maker_that_name_it_hear_of_it(shop, order, dara):
    named = listening(shop.maker, "order.placed")
    unnamed = build.make_endpoint(named.app, "all.naron.ir")
    stranger = listening(build.make_maker(dara))

    telling.tell(order=order)

    assert [len(told(one)) for one in (named, unnamed, stranger)] == [1, 0, 0]
    assert OutboxJob.objects.filter(task="miniapps.send_webhooks").exists()


def test_nothing_about_people_is_told(shop, order, mina):
    listening(shop.maker)

    telling.tell(order=order)

    body = WebhookEvent.objects.get().body
    about = [*order.address.values(), mina.public_id, mina.phone, mina.name]
    assert [one for one in about if one and one in body] == []


def test_what_nobody_listens_to_is_not_told_later(shop, order):
    telling.tell(order=order)
    hook = listening(shop.maker)
    step(order, "accept")

    telling.tell(order=Order.objects.get(pk=order.pk))

    assert [one["type"] for one in told(hook)] == ["order.accepted"]


def test_every_event_of_the_machine_is_told_as_a_kind_that_exists():
    events = {event for _state, event in machine.TABLE} | {"place", "return_yes"}

    assert events == set(telling.OF_EVENT)
    assert set(telling.OF_EVENT.values()) == set(telling.KINDS)
