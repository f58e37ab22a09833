"""One process of `bench.ledger`: `python -m bench._transfers random 1 <begin> <seconds> <n>`."""

import random
import sys
import threading
import time
import uuid
from collections.abc import Callable

import django

CONNECTIONS = 4  # as many as threads of one host worker; a batch locks too much to share
FILL = 1_000


def main(what: str, *rest: str) -> None:
    """Prepare the accounts, or transfer until the time is over and print the rate."""
    django.setup()
    *size, begin_at, seconds, accounts = rest
    if what == "prepare":
        prepare(int(accounts))
        return
    done: list[int] = []
    work = _work(what, int(size[0]), int(accounts))
    threads = [
        threading.Thread(target=lambda: done.append(_repeat(work, float(begin_at), float(seconds))))
        for _ in range(CONNECTIONS if size[0] == "1" else 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(done) / float(seconds))


def prepare(count: int) -> None:
    """Make ``count`` accounts with money in them, and one hot account in slots."""
    from django.db import connection

    from wallet import accounts, ledger
    from wallet.models import Account
    from wallet.money import Rials

    rows = [
        Account(
            book="live", kind="suspense", name=f"bench-{n}", debits_must_not_exceed_credits=True
        )
        for n in range(count)
    ]
    made = [row.pk for row in Account.objects.bulk_create(rows, batch_size=2_000)]
    bank = accounts.platform("bank")
    for begin in range(0, count, FILL):
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


def _work(what: str, size: int, count: int) -> Callable[[], int]:
    """Return what one round does; it returns how many transfers it made."""
    from wallet import accounts, ledger
    from wallet.models import Account
    from wallet.money import Rials

    ids = list(
        Account.objects.filter(name__startswith="bench-").values_list("pk", flat=True)[:count]
    )
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
        hot = accounts.inbox(fees) if what == "hot" else None
        ledger.post_many([one(hot) for _ in range(size)])
        return size

    return work


def _repeat(work: Callable[[], int], begin_at: float, seconds: float) -> int:
    from django.db import connection

    done = 0
    work()
    time.sleep(max(0.0, begin_at - time.time()))
    ends = time.time() + seconds
    while time.time() < ends:
        done += work()
    connection.close()
    return done


if __name__ == "__main__":
    main(*sys.argv[1:])
