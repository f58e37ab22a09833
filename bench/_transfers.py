"""One process of `bench.ledger`: it does what its standard input says, and prints each result.

A line is `<work> <threads> <seconds>`; the answer is how often it was done in a second, and the
processor seconds that this process used for one.
"""

import functools
import json
import random
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import django

FILL = 1_000
BATCH = 100
HORDAK_ACCOUNTS = 100  # it keeps no balance in a row, so that their number does not matter
THREADS_MAX = 8
PAGE = 50
Work = Callable[[], int]  # does it, and returns how many times


def main() -> None:
    """Answer line by line until the input ends."""
    django.setup()
    pool = ThreadPoolExecutor(THREADS_MAX)
    for line in sys.stdin:
        what, threads, seconds = line.split()
        work = WORKS[what]()
        used, began = time.process_time(), time.monotonic()
        ends = began + float(seconds)
        running = [pool.submit(_repeat, work, ends) for _ in range(int(threads))]
        done = sum(one.result() for one in running)
        answer = done / (time.monotonic() - began), (time.process_time() - used) / done
        print(json.dumps(answer), flush=True)


def _repeat(work: Work, ends: float) -> int:
    done = 0
    while True:
        done += work()
        if time.monotonic() >= ends:
            return done


def _prepare() -> Work:
    """Make accounts with money in them, and our fees in their slots."""
    from django.db import connection

    from bench.ledger import ACCOUNTS
    from wallet import accounts, ledger
    from wallet.models import Account
    from wallet.money import Rials

    rows = [
        Account(
            book="live", kind="suspense", name=f"bench-{n}", debits_must_not_exceed_credits=True
        )
        for n in range(ACCOUNTS)
    ]
    made = [row.pk for row in Account.objects.bulk_create(rows, batch_size=2_000)]
    bank = accounts.platform("bank")
    for begin in range(0, ACCOUNTS, FILL):
        ledger.post_many([
            ledger.move(
                debit=bank.pk, credit=pk, amount=Rials(10**9), reason="correction",
                key=f"fill-{pk}", book="live",
            )
            for pk in made[begin : begin + FILL]
        ])  # fmt: skip
    accounts.platform("fees")
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze wallet_account, wallet_transfer, wallet_posting")
    return lambda: 1


def _ours(size: int, *, hot: bool) -> Work:
    """Post chains of so many transfers, from random accounts to others or to our fees."""
    from wallet import accounts, ledger
    from wallet.money import Rials

    ids = _account_ids()
    fees = accounts.platform("fees")

    def one(credit: int | None) -> ledger.Move:
        debit = random.choice(ids)
        while credit is None or credit == debit:
            credit = random.choice(ids)
        return ledger.move(
            debit=debit, credit=credit, amount=Rials(1), reason="payment",
            key=uuid.uuid4().hex, book="live",
        )  # fmt: skip

    def work() -> int:
        credit = accounts.inbox(fees) if hot else None
        ledger.post_many([one(credit) for _ in range(size)])
        return size

    return work


@functools.cache
def _account_ids() -> list[int]:
    from wallet.models import Account

    return list(Account.objects.filter(name__startswith="bench-").values_list("pk", flat=True))


@functools.cache
def _hordak() -> Work:
    """Transfer with django-hordak: a transaction and its two legs, checked at commit."""
    from django.db import transaction
    from hordak.models import Account
    from moneyed import Money

    rows = [
        Account.objects.create(name=f"bench-{n}", type="LI", currencies=["EUR"])
        for n in range(HORDAK_ACCOUNTS)
    ]

    def work() -> int:
        payer, payee = random.sample(rows, 2)
        with transaction.atomic():
            payer.transfer_to(payee, Money(1, "EUR"))
        return 1

    return work


def _reading(what: str) -> Work:
    """Read a balance, the newest page of a statement, or one from anywhere in it."""
    from wallet import accounts
    from wallet.models import Account

    rows = list(Account.objects.filter(name__startswith="history-"))

    def work() -> int:
        account = random.choice(rows)
        if what == "balance":
            accounts.balance_of(account)
            return 1
        before = account.seq + 1 if what == "newest" else random.randint(PAGE, account.seq)
        page = account.postings.select_related("transfer").filter(seq__lt=before)
        assert len(page.order_by("-seq")[:PAGE]) >= PAGE - 1
        return 1

    return work


WORKS: dict[str, Callable[[], Work]] = {
    "prepare": _prepare,
    "random": lambda: _ours(1, hot=False),
    "hot": lambda: _ours(1, hot=True),
    "batch": lambda: _ours(BATCH, hot=False),
    "batch-hot": lambda: _ours(BATCH, hot=True),
    "hordak": _hordak,
    **{what: functools.partial(_reading, what) for what in ("balance", "newest", "deep")},
}


if __name__ == "__main__":
    main()
