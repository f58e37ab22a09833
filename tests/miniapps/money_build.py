"""Payments of an app in the states that tests of money pages begin with."""

import itertools

from django.utils import timezone

from identity.models import Person
from miniapps.models import App
from tests.people import make_person
from tests.wallet.conftest import fill
from wallet import accounts, invoices, payments, refunds
from wallet.invoices import Asked
from wallet.models import Payment, Refund
from wallet.money import Rials

_keys = itertools.count(1)


def held_payment(
    app: App, rials: int = 200_000, *, book: str = "live", payer: Person | None = None, **asked
) -> Payment:
    """A payment whose amount is set aside."""
    payer = payer or make_person("مشتری")
    purse = accounts.of_person(payer, book)
    fill(purse, rials)
    invoice = invoices.create(
        maker=app.maker, book=book, audience=app.public_id, key=f"build-{next(_keys)}",
        asked=Asked(**({"title": "قهوه", "amount_rials": rials} | asked)),
        now=timezone.now(),
    )  # fmt: skip
    wish = payments.Wish(payer=payer, key=f"build-{next(_keys)}")
    return payments.authorise(invoice=invoice, wish=wish, now=timezone.now())


def paid(app: App, rials: int = 200_000, **more) -> Payment:
    """A captured payment."""
    return payments.capture(payment=held_payment(app, rials, **more), now=timezone.now())


def given_back(payment: Payment, rials: int, reason: str = "") -> Refund:
    """A refund of a part."""
    founder = payment.maker.founder
    return refunds.refund(
        payment=payment, amount=Rials(rials), reason=reason, key=f"build-{next(_keys)}",
        asked_by=founder.public_id, actor=founder, now=timezone.now(),
    )  # fmt: skip
