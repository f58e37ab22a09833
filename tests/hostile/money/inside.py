"""What the bad days run inside the product, by ``manage.py shell``: it prints JSON."""

import json
import sys
from collections import Counter
from typing import Any

from django.contrib.auth import login
from django.contrib.sessions.backends.cached_db import SessionStore
from django.http import HttpRequest
from django.utils import timezone

from core.limits import PIN_FREE_RIALS_MAX
from identity import makers
from identity.models import Maker, Person
from messenger.models import Message
from miniapps import apikeys, registration
from miniapps.models import App
from wallet import accounts, invoices, ledger, payments, reconciliation, spending
from wallet.models import Account, Difference, Invoice, News, Payment, Transfer
from wallet.money import Rials

PURSE_RIALS = Rials(4_000_000)


def prepare(payers: int) -> None:
    """Make a merchant with an app and a key, and payers with money and sessions."""
    now = timezone.now()
    owner = Person.objects.create_user(phone="+989350000000", first_name="نارون")
    maker = makers.found(person=owner, kind=Maker.Kind.ORGANISATION, name="کافهٔ روز بد")
    app, _token = registration.register(
        maker=maker, actor=owner, slug="bad-days", name_fa="روز بد", name_en="Bad days",
        about_fa="x", category="food",
    )  # fmt: skip
    scopes = ["payments:write", "payments:read"]
    _key, text = apikeys.issue(app=app, actor=owner, name="x", scopes=scopes, now=now)
    people = [
        Person.objects.create_user(phone=f"+98935{number:07}", first_name="خریدار")
        for number in range(1, payers + 1)
    ]
    given = accounts.platform("promotions")
    for person in people:
        spender = spending.spender_of(person)
        spender.pin_free_rials = PIN_FREE_RIALS_MAX
        spender.save()
        ledger.post(
            ledger.move(
                debit=given.pk, credit=accounts.of_person(person).pk, amount=PURSE_RIALS,
                reason="promotion", key=f"fill-{person.pk}", book="live",
            )
        )  # fmt: skip
    sessions = [_session(one) for one in people]
    sys.stdout.write(json.dumps({"key": text, "app": app.public_id, "cookies": sessions}))


def _session(person: Person) -> str:
    request = HttpRequest()
    request.session = SessionStore()
    login(request, person, backend="identity.backends.StaffPasswordBackend")
    request.session.save()
    return str(request.session.session_key)


def receipts() -> None:
    """Print how many receipts were written, and to how many payments."""
    cards = Message.objects.filter(client_id__startswith="receipt-").values_list("client_id")
    sys.stdout.write(json.dumps({"cards": cards.count(), "payments": cards.distinct().count()}))


def settle_and_look() -> None:
    """End what is due, check all books, and print what stands in them."""
    now = timezone.now()
    payments.expire_due(now=now)
    invoices.expire_due(now=now)
    look = reconciliation.run(depth="full", gateways=[], now=now)
    app = App.objects.get(slug="bad-days")
    rows = Payment.objects.filter(audience=app.public_id)
    people = Account.objects.filter(kind="person", book="live", person__phone__startswith="+98935")
    news = News.objects.filter(audience=app.public_id).values_list("kind", flat=True)
    found: dict[str, Any] = {
        "states": dict(rows.values_list("public_id", "state")),
        "invoices": dict(
            Invoice.objects.filter(audience=app.public_id).values_list("public_id", "state")
        ),
        "news": Counter(news),
        "transfers": Counter(
            Transfer.objects.filter(reference__in=rows.values("public_id")).values_list(
                "kind", flat=True
            )
        ),
        "fees": sum(rows.filter(state="captured").values_list("fee_rials", flat=True)),
        "purses": sum(accounts.balance_of(one).available for one in people),
        "merchant": accounts.balance_of(accounts.of_maker(app.maker)).available,
        "escrow": accounts.balance_of(accounts.platform("escrow")).posted,
        "differences": list(Difference.objects.filter(gone_at=None).values_list("code", "subject")),
        "state": look.state,
    }
    sys.stdout.write(json.dumps(found))
