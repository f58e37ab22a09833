"""What `bench.payments` runs inside the product, with its database and its keys."""

import json
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench._inside import session_of
from identity import makers
from identity.models import Maker, Person
from miniapps import apikeys, registration
from miniapps.models import App
from wallet import accounts, ledger
from wallet.money import Rials

PURSE_RIALS = Rials(1_000_000_000)
WARM = 3  # payments before statements are counted


def prepare(payers: int) -> None:
    """Make a merchant with a key, and payers with money and sessions; print them as JSON."""
    now = timezone.now()
    owner = Person.objects.create_user(phone="+989350000000", first_name="نارون")
    maker = makers.found(person=owner, kind=Maker.Kind.ORGANISATION, name="کافهٔ نارون")
    app, _token = registration.register(
        maker=maker, actor=owner, slug="bench", name_fa="سنجش", name_en="Bench",
        about_fa="x", category="food",
    )  # fmt: skip
    App.objects.filter(pk=app.pk).update(status="live")
    _key, text = apikeys.issue(
        app=app, actor=owner, name="x", scopes=["payments:write", "payments:read"], now=now
    )
    given = accounts.platform("promotions")
    cookies = []
    for number in range(1, payers + 1):
        person = Person.objects.create_user(phone=f"+98935{number:07}", first_name="خریدار")
        ledger.post(
            ledger.move(
                debit=given.pk, credit=accounts.of_person(person).pk, amount=PURSE_RIALS,
                reason="promotion", key=f"fill-{person.pk}", book="live",
            )
        )  # fmt: skip
        cookies.append(session_of(person))
    print(json.dumps({"key": text, "cookies": cookies}))


def count(key: str, cookie: str, host: str, amount: int) -> None:
    """Print the statements and the waits for the disk of one payment's requests, as JSON."""
    client = Client(headers={"host": host, "origin": f"http://{host}"})
    found: dict[str, tuple[int, int]] = {}
    for number in range(WARM + 1):
        asked = _counted(
            client,
            "/api/v1/invoices",
            {"title": "قهوه", "amount_rials": amount},
            {"authorization": f"Bearer {key}", "idempotency-key": f"count-{number}"},
        )
        invoice = asked[0]["id"]
        client.cookies["session"] = cookie
        params = {"invoice": invoice, "key": f"count-{number}-{'x' * 16}"}
        paid = _counted(
            client, f"/pay/{invoice}/call", {"method": "payments.confirm", "params": params}, {}
        )
        assert paid[0]["result"]["status"] == "paid"
        del client.cookies["session"]
        found = {"invoice": asked[1:], "payment": paid[1:]}
    print(json.dumps(found))


def _counted(
    client: Client, path: str, body: dict[str, Any], headers: dict[str, str]
) -> tuple[Any, int, int]:
    """Ask; return the answer's JSON, the statements, and how often the disk was waited for."""
    with CaptureQueriesContext(connection) as seen:
        answer = client.post(path, body, content_type="application/json", headers=headers)
    waits, inside = 0, False
    for query in seen.captured_queries:
        word = query["sql"].split()[0].upper()
        inside = word == "BEGIN" or (inside and word != "COMMIT")
        waits += word == "COMMIT" or (not inside and word in ("INSERT", "UPDATE", "DELETE"))
    return json.loads(answer.content), len(seen), waits
