"""A process that books a fixed list of moves and does not give up before each is acknowledged.

`python -m tests.wallet.bad_days.sender <name> <steps> <file> <account>…` appends the keys of a step
to the file once the ledger has answered; a file of that name with `.stop` ends it before the next
step. Started again, it begins again with the same keys.
`… sender prepare <accounts>` makes accounts with money in them and prints their ids.
"""

import os
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import django

PURSE_RIALS = 10**9
LONG_AFTER = datetime(2100, 1, 1, tzinfo=UTC)


def keys_of(name: str, step: int) -> list[str]:
    """The keys that a step books."""
    return [f"{name}-{step}-{part}" for part in range((1, 3, 2, 2)[step % 4])]


def prepare(count: int) -> list[int]:
    from wallet import accounts, ledger
    from wallet.models import Account

    bank = accounts.platform("bank")
    made = [
        Account.objects.create(
            book="live", kind="suspense", name=f"sender-{n}", debits_must_not_exceed_credits=True
        ).pk
        for n in range(count)
    ]
    ledger.post(*[
        ledger.move(
            debit=bank.pk, credit=row, amount=PURSE_RIALS, reason="correction", key=f"purse-{row}",
            book="live",
        )
        for row in made
    ])  # fmt: skip
    return made


def book(name: str, step: int, rows: list[int]) -> None:
    """Book one step: a move, a chain of three, a hold captured in part, a hold released."""
    from wallet import ledger
    from wallet.models import Transfer

    payer, payee, third = random.Random(f"{name}-{step}").sample(rows, 3)
    keys = keys_of(name, step)

    def move(debit: int, credit: int, amount: int, key: str) -> ledger.Move:
        return ledger.move(
            debit=debit, credit=credit, amount=amount, reason="payment", key=key, book="live"
        )

    if step % 4 == 0:
        ledger.post(move(payer, payee, 50, *keys))
    elif step % 4 == 1:
        ledger.post(
            move(payer, payee, 30, keys[0]),
            move(payee, third, 20, keys[1]),
            move(third, payer, 10, keys[2]),
        )
    else:
        asked = move(payer, payee, 40, keys[0])._replace(kind="pending", expires_at=LONG_AFTER)
        held = Transfer.objects.get(pk=ledger.post(asked)[0].id)
        ledger.post(
            ledger.capture(held, amount=25, key=keys[1])
            if step % 4 == 2
            else ledger.release(held, key=keys[1])
        )


def book_in_the_end(name: str, step: int, rows: list[int]) -> None:
    """Try until it stands in the ledger, whatever happens to the connection."""
    from django.db import InterfaceError, OperationalError, connection

    from wallet.errors import LedgerBusy

    while True:
        try:
            book(name, step, rows)
        except (OperationalError, InterfaceError, LedgerBusy):
            connection.close()
            time.sleep(0.05)
        else:
            return


def main(name: str, *rest: str) -> None:
    django.setup()
    if name == "prepare":
        sys.stdout.write(" ".join(map(str, prepare(int(rest[0])))))
        return
    steps, file, *accounts = rest
    rows = [int(account) for account in accounts]
    said = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    stop = Path(file).with_suffix(".stop")
    for step in range(int(steps)):
        if stop.exists():
            return
        book_in_the_end(name, step, rows)
        os.write(said, "".join(f"{key}\n" for key in keys_of(name, step)).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
