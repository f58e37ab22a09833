"""Every operation of the API with inputs nobody thought of, as several callers.

Nothing may answer 5xx, and every answer must be one that the description promises.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, settings
from schemathesis import checks

from config.wsgi import application
from messenger import chats
from miniapps.models import AppKey
from miniapps.webhooks import events
from storefront.orders.models import Order
from storefront.shops import shopkeys
from storefront.shops.models import ShopKey
from tests.miniapps import build
from tests.miniapps.api import money
from tests.ordering import make_rate, place, rich
from tests.people import make_person, signed_in
from tests.shopping import make_product, make_shop

EXAMPLES = 3  # of each operation, each sent by every caller
PROMISED = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
CALLERS = ("anonymous", "owner", "stranger", "key", "shop_key")
CSRF = "a" * 32

pytestmark = pytest.mark.django_db
schema = schemathesis.openapi.from_wsgi(
    "/api/v1/schema", application, headers={"Accept": "application/json"}
)


@dataclass
class World:
    """Who calls, and the ids of what is there."""

    headers: dict[str, dict[str, str]]
    cookies: dict[str, dict[str, str]]
    ids: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def _django_db_helper() -> None:
    """Leave out pytest-django's transaction for each test: ``world`` has one for the module."""


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    """One live app with everything that belongs to one; all of it is gone afterwards."""
    place: Path = tmp_path_factory.mktemp("api")
    folders = override_settings(STORE=place / "store", PRIVATE_UPLOADS=place / "uploads")
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # it would end the transaction
    with folders, django_db_blocker.unblock(), transaction.atomic():
        yield _made()
        transaction.set_rollback(True)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _made() -> World:
    owner, stranger = make_person("سارا"), make_person("مینا")
    app = build.live_app(build.make_maker(owner))
    key, text = build.make_key(app, *AppKey.Scope.values, now=timezone.now())
    hook = build.make_endpoint(app)
    event = events.record_trial(endpoint=hook, actor=owner, now=timezone.now())
    chat = chats.create_group(founder=owner, title="کوه", people=[], now=timezone.now())
    order = ordered(owner, stranger)
    _key, shop_text = shopkeys.issue(
        shop=order.shop, actor=owner, name="k", scopes=ShopKey.Scope.values, now=timezone.now()
    )
    ids = {
        "shop_id": order.shop.public_id,
        "order_id": order.public_id,
        "product_id": order.lines.get().variant.product.public_id,
        "app_id": app.public_id,
        "version_id": app.versions.get().public_id,
        "submission_id": app.submissions.get().public_id,
        "release_id": app.releases.get().public_id,
        "key_id": key.public_id,
        "endpoint_id": hook.public_id,
        "event_id": event.public_id,
        "invoice_id": money.invoice(app).public_id,
        "payment_id": money.paid(app).public_id,
        "chat_id": chat.public_id,
        "person_id": owner.public_id,
    }
    proof = {"X-CSRFToken": CSRF}
    return World(
        headers={
            "anonymous": {},
            "owner": proof,
            "stranger": proof,
            "key": {"Authorization": f"Bearer {text}"},
            "shop_key": {"Authorization": f"Bearer {shop_text}"},
        },
        cookies={
            "anonymous": {},
            "owner": _session(owner),
            "stranger": _session(stranger),
            "key": {},
            "shop_key": {},
        },
        ids=ids,
    )


def ordered(seller, buyer) -> Order:
    """An order that waits for the seller's shop, of two pieces."""
    shop = make_shop(seller)
    make_rate(shop)
    return place(rich(buyer), make_product(shop), 2)


def _session(person) -> dict[str, str]:
    return {"session": signed_in(person).cookies["session"].value, "csrf": CSRF}


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_operation_fails_or_breaks_its_promise(case, world):
    guessed = dict(case.path_parameters)
    for caller in CALLERS:
        if caller in ("owner", "key", "shop_key"):  # they reach what is there; the others guess
            case.path_parameters.update({name: world.ids[name] for name in guessed})
        else:
            case.path_parameters.update(guessed)
        with transaction.atomic():
            case.call_and_validate(
                headers=world.headers[caller], cookies=world.cookies[caller], checks=PROMISED
            )
            transaction.set_rollback(True)
