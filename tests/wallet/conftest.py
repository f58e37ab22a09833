import itertools
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from identity.models import Person
from tests.people import *  # noqa: F403
from tests.wallet.psp import _running_psp, psp  # noqa: F401  (fixtures)
from wallet import accounts, ledger
from wallet.models import Account
from wallet.money import Rials

_keys = itertools.count(1)


def fill(account: Account, rials: int) -> None:
    """Bring money into an account, as from a bank that has paid it."""
    ledger.post(
        ledger.move(
            debit=accounts.platform("bank", account.book).pk,
            credit=account.pk,
            amount=Rials(rials),
            reason="topup",
            key=f"fill-{next(_keys)}",
            book=account.book,
        )
    )
    account.refresh_from_db()


def wallet_of(person: Person, rials: int = 0, book: str = "live") -> Account:
    """A person's wallet with so much in it."""
    account = accounts.of_person(person, book)
    if rials:
        fill(account, rials)
    return account


@pytest.fixture
def clock() -> datetime:
    """An instant an hour from now, when holds of tests end."""
    return timezone.now() + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests() -> None:
    """Forget our own accounts, whose rows went away with another test."""
    accounts._forget()
