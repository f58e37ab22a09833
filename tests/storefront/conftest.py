import re
from datetime import datetime

import pytest
from django.db import connection
from django.utils import timezone

from miniapps import charging
from tests.miniapps import build
from tests.people import *  # noqa: F403
from tests.people import make_person, signed_in
from wallet import accounts, invoices, refunds
from wallet.invoices import Asked
from wallet.money import Rials


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests():
    accounts._forget()


@pytest.fixture
def maker():
    return build.make_maker(make_person("نارون"))


@pytest.fixture
def browser(mina):
    return signed_in(mina)


def pay(person, maker, *, amount=125_000, key="k1", title="کیک زعفرانی", audience="", **more):
    """A payment of an invoice by its payer's own wallet, captured."""
    asked = Asked(title=title, amount_rials=amount, **more)
    now = timezone.now()
    invoice = invoices.create(
        maker=maker, book="live", audience=audience, asked=asked, key=key, now=now
    )
    return charging.charge(invoice=invoice, person=person, key=key, pin="", now=now)


def refund(payment, amount):
    return refunds.refund(
        payment=payment, amount=Rials(amount), reason="سرد بود", key="r1", asked_by="t", actor=None,
        now=timezone.now(),
    )  # fmt: skip


def text_of(answer):
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"[\u2066-\u2069]", "", re.sub(r"\s+", " ", plain))


def happened_at(account, moments: list[datetime]) -> None:
    """Tell the database that an account's transfers were booked at these moments, in order.

    No wallet operation can: the time of a transfer is the database's own, and no row changes.
    """
    with connection.cursor() as cursor:
        cursor.execute("alter table wallet_transfer disable trigger user")
        cursor.execute(
            """update wallet_transfer t set created_at = (%s::timestamptz[])[p.seq]
                 from wallet_posting p where p.account_id = %s and p.transfer_id = t.id""",
            [moments, account.pk],
        )
        cursor.execute("alter table wallet_transfer enable trigger user")
