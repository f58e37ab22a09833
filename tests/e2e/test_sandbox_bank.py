"""The demo's bank runs beside the product, is its gateway, and keeps its books through a crash."""

import json

import pytest
import requests

from config.supervisor.testing import Product

pytestmark = pytest.mark.e2e

# Asks the configured gateway for a payment, as a door of the product would.
INITIATE = (
    "from wallet.gateways import registry; from wallet.gateways.interface import *; import json; "
    "order = GatewayOrder(order_id='{}', amount_rials=20000, callback_url='http://localhost/'); "
    "print(json.dumps(registry.named('sandbox').initiate(order).url))"
)


def truth(product: Product) -> list[str]:
    answer = requests.get(f"{product.plan.psp_url}/control/orders", timeout=10)
    return [row["order_id"] for row in answer.json()["payments"]]


def test_the_products_gateway_is_the_bank_beside_it(product: Product) -> None:
    printed = product.manage("shell", "--no-imports", "-v", "0", "-c", INITIATE.format(71))

    url = json.loads(printed.strip().splitlines()[-1])

    assert url.startswith(f"{product.plan.psp_url}/VPG/Purchase?Token=")
    assert requests.get(url, timeout=10).status_code == 200
    product.restart("psp")
    product.wait_until(lambda: answers(product), within_s=20)
    assert "71" in truth(product)


def answers(product: Product) -> bool:
    try:
        return requests.get(f"{product.plan.psp_url}/control", timeout=5).ok
    except requests.ConnectionError:
        return False


def test_staff_are_not_warned_of_the_sandbox_in_development(product: Product) -> None:
    assert "wallet." not in product.manage("check")
