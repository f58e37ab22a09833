"""The one writer of the ledger: a chain of transfers, posted in one round trip.

``post`` takes moves that succeed or fail together. What a move may do is decided by PostgreSQL
(migration 0002); this module words the moves and the refusals. Outside a transaction a call is one
statement and commits by itself; inside one it is a part of it. Call it once in a transaction, last:
accounts are locked in order of their ids within one call only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import DatabaseError

from core.ids import new_id
from core.problems import Problem
from wallet import errors, wire
from wallet.chart import Reason
from wallet.models import Transfer
from wallet.money import Rials

REFUSALS: dict[str, type[Problem]] = {
    "account-frozen": errors.AccountFrozen,
    "books-differ": errors.BooksDiffer,
    "hold-unknown": errors.HoldUnknown,
    "hold-expired": errors.HoldExpired,
    "hold-of-other-accounts": errors.HoldUnknown,
    "amount-exceeds-hold": errors.AmountExceedsHold,
    "ledger-key-reused": errors.LedgerKeyReused,
    "debits-exceed-credits": errors.InsufficientFunds,
    "credits-exceed-debits": errors.InsufficientFunds,
    "wallet_hold_settled_once": errors.HoldAlreadySettled,
    # Another connection is booking the same key at this moment.
    "wallet_transfer_key_once": errors.LedgerBusy,
}
LAW = "BMLAW"  # the SQLSTATE of our own refusals
IN_EACH_OTHERS_WAY = frozenset({"40001", "40P01", "55P03"})  # serialization, deadlock, lock timeout

_POST_ONE = wire.Statement(
    b"wallet_post_one",
    "select wallet_post_one($1::text, $2::text, $3::text, $4::bigint, $5::bigint, $6::bigint,"
    " $7::text, $8::bigint, $9::timestamptz, $10::text, $11::text)",
)
_POST = wire.Statement(
    b"wallet_post",
    "select wallet_post($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],"
    " $6::bigint[], $7::text[], $8::bigint[], $9::timestamptz[], $10::text[], $11::text[])",
)


class Move(NamedTuple):
    """One transfer that is asked for; made by ``move``, ``hold``, ``capture``, ``release``.

    Its fields stand in the order of the arguments of the database's function.
    """

    key: str
    kind: str
    debit: int
    credit: int
    amount: int
    reason: Reason
    pending: int | None
    expires_at: datetime | None
    reference: str
    book: str


class Posted(NamedTuple):
    """A transfer that stands in the ledger. ``existed``: it was there before this call."""

    id: int
    existed: bool


def move(
    *, debit: int, credit: int, amount: Rials, reason: Reason, key: str, book: str,
    reference: str = "",
) -> Move:  # fmt: skip
    """Move ``amount`` rials at once. ``debit`` and ``credit`` are ids of accounts."""
    return Move(key, "posted", debit, credit, amount, reason, None, None, reference, book)


def hold(
    *, debit: int, credit: int, amount: Rials, reason: Reason, key: str, book: str,
    expires_at: datetime, reference: str = "",
) -> Move:  # fmt: skip
    """Set ``amount`` aside until it is captured or released; after ``expires_at`` only released."""
    return Move(key, "pending", debit, credit, amount, reason, None, expires_at, reference, book)


def capture(held: Transfer, *, amount: Rials, key: str) -> Move:
    """Move ``amount`` of what is held; the rest is free again."""
    return _settle("post", held, amount, key)


def release(held: Transfer, *, key: str) -> Move:
    """Free all of what is held."""
    return _settle("void", held, Rials(held.amount_rials), key)


def _settle(kind: str, held: Transfer, amount: Rials, key: str) -> Move:
    return Move(
        key, kind, held.debit_account_id, held.credit_account_id, amount,
        held.reason, held.pk, None, held.reference, held.book,  # type: ignore[arg-type]  # as it was kept
    )  # fmt: skip


def post(*moves: Move) -> list[Posted]:
    """Book all moves or none; return them as they stand, in order.

    A key that was booked before with the same content gives the first transfer again. Raises, the
    first that applies in order of the moves: LedgerKeyReused, HoldUnknown, AmountExceedsHold,
    HoldExpired, HoldAlreadySettled, InsufficientFunds, BooksDiffer, AccountFrozen; LedgerBusy when
    another connection is in the way. A refusal books nothing; inside a transaction it also ends
    that transaction.
    """
    return post_many(moves)


def post_many(moves: Sequence[Move]) -> list[Posted]:
    """Do what ``post`` does for a sequence: one round trip, whatever its length."""
    rows = [(new_id("trf"), *asked) for asked in moves]
    try:
        if len(rows) == 1:
            found = [wire.one_value(_POST_ONE, [wire.text(value) for value in rows[0]])]
        else:
            columns = [wire.array(column) for column in zip(*rows, strict=True)]
            found = wire.one_value(_POST, columns).strip(b"{}").split(b",")
    except DatabaseError as reason:
        raise refusal(reason) from reason
    return [Posted(abs(number), number < 0) for number in map(int, found)]


def refusal(reason: DatabaseError) -> Exception:
    """Return our word for what PostgreSQL refused; what is no refusal comes back as it is."""
    diagnosis = getattr(reason.__cause__, "diag", None)
    state = getattr(diagnosis, "sqlstate", None)
    if state in IN_EACH_OTHERS_WAY:
        return errors.LedgerBusy(retry_after_s=1)
    attribute = "message_primary" if state == LAW else "constraint_name"
    named = getattr(diagnosis, attribute, None)
    found = REFUSALS.get(named or "")
    if found is None:
        return reason
    return found(retry_after_s=1) if found is errors.LedgerBusy else found()
