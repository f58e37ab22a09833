"""Invoices and payments that the tests of the money API begin with."""

import itertools
from typing import Any

from django.test import Client
from django.utils import timezone

from identity.models import Person
from miniapps import charging
from miniapps.models import App
from tests.people import make_person
from tests.wallet.conftest import wallet_of
from wallet import invoices
from wallet.invoices import Asked
from wallet.models import Invoice, Payment

JSON = "application/json"
_keys = itertools.count(1)


def invoice(app: App, amount: int = 200_000, book: str = "live", **more: Any) -> Invoice:
    """An open invoice of this app."""
    asked = Asked(title="قهوه", amount_rials=amount, **more)
    return invoices.create(
        maker=app.maker, book=book, audience=app.public_id, asked=asked,
        key=f"test-{next(_keys)}", now=timezone.now(),
    )  # fmt: skip


def paid(
    app: App, amount: int = 200_000, book: str = "live", payer: Person | None = None, **more: Any
) -> Payment:
    """A captured payment, by a person with enough money."""
    payer = payer or make_person()
    wallet_of(payer, amount, book)
    return charging.charge(
        invoice=invoice(app, amount, book, **more), person=payer, key=f"k{next(_keys)}", pin="",
        now=timezone.now(),
    )  # fmt: skip


def asks(client: Client, place: str = "invoices", key: str | None = "i1", **body: Any):
    """Ask for money; members that are None are left out."""
    body = {"title": "قهوه", "amount_rials": 200_000} | body
    sent = {name: value for name, value in body.items() if value is not None}
    return post(client, place, sent, key)


def refunds_of(client: Client, payment: Payment, body: dict[str, Any], key: str | None = "r1"):
    """Ask to give money of a payment back."""
    return post(client, f"payments/{payment.public_id}/refunds", body, key)


def post(client: Client, place: str, body: Any, key: str | None = None):
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"/api/v1/{place}", body, content_type=JSON, headers=headers)
