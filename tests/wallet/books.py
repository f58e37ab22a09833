"""Whether the books balance, told from the transfers alone: nothing else is believed."""

from collections import Counter, defaultdict
from typing import Any, NamedTuple

from django.db import connection

AMOUNT_MAX = 2**53 - 1


class Sides(NamedTuple):
    """The four balances of an account."""

    debits_pending: int = 0
    debits_posted: int = 0
    credits_pending: int = 0
    credits_posted: int = 0


SIDES = ", ".join(Sides._fields)


def assert_books_balance(cursor: Any = None) -> int:
    """Recompute all from the transfers and compare; return how many there are.

    ``cursor`` is any DB-API cursor; Django's own connection is asked without one.
    """
    if cursor is None:
        with connection.cursor() as ours:
            return assert_books_balance(ours)
    accounts = {
        row[0]: row[1:]
        for row in _rows(
            cursor,
            "select id, book, debits_must_not_exceed_credits, credits_must_not_exceed_debits,"
            f" seq, {SIDES} from wallet_account",
        )
    }
    transfers = {
        row[0]: row[1:]
        for row in _rows(
            cursor,
            "select id, key, book, kind, debit_account_id, credit_account_id, amount_rials,"
            " pending_id, held_rials from wallet_transfer order by id",
        )
    }
    stands = _followed(cursor, transfers)
    _assert_each_transfer_is_lawful(transfers, accounts)
    for number, (book, debits_bound, credits_bound, seq, *balances) in accounts.items():
        sides = Sides(*balances)
        assert stands.get(number, (0, Sides())) == (seq, sides), (number, book)
        assert not debits_bound or sides[0] + sides[1] <= sides[3], (number, sides)
        assert not credits_bound or sides[2] + sides[3] <= sides[1], (number, sides)
        assert min(sides) >= 0, (number, sides)
    assert set(stands) <= set(accounts)
    for book in {row[0] for row in accounts.values()}:
        pending, posted = (
            sum(row[4 + n] - row[6 + n] for row in accounts.values() if row[0] == book)
            for n in (0, 1)
        )
        assert (pending, posted) == (0, 0), book
    return len(transfers)


def _followed(cursor: Any, transfers: dict[int, Any]) -> dict[int, tuple[int, Sides]]:
    """Follow each account's postings step by step; return where each one ends."""
    stands: dict[int, tuple[int, Sides]] = {}
    seen: Counter[tuple[int, bool]] = Counter()
    for account, seq, transfer, is_debit, *balances in _rows(
        cursor,
        f"select account_id, seq, transfer_id, is_debit, {SIDES} from wallet_posting"
        " order by account_id, seq",
    ):
        _, _, kind, debit, credit, amount, _, held = transfers[transfer]
        assert account == (debit if is_debit else credit), transfer
        waits, moves = {
            "posted": (0, amount),
            "pending": (amount, 0),
            "post": (-(held or 0), amount),
            "void": (-(held or 0), 0),
        }[kind]
        before, sides = stands.get(account, (0, Sides()))
        assert seq == before + 1, (account, seq)
        step = (waits, moves, 0, 0) if is_debit else (0, 0, waits, moves)
        after = Sides(*(one + more for one, more in zip(sides, step, strict=True)))
        assert after == Sides(*balances), (account, seq)
        stands[account] = seq, after
        seen[transfer, is_debit] += 1
    assert seen == {(transfer, side): 1 for transfer in transfers for side in (True, False)}
    return stands


def _assert_each_transfer_is_lawful(transfers: dict[int, Any], accounts: dict[int, Any]) -> None:
    settled: defaultdict[int, int] = defaultdict(int)
    keys: set[str] = set()
    for number, (key, book, kind, debit, credit, amount, pending, held) in transfers.items():
        assert key not in keys, key
        keys.add(key)
        assert 1 <= amount <= AMOUNT_MAX, number
        assert debit != credit, number
        assert accounts[debit][0] == accounts[credit][0] == book, number
        if kind in ("posted", "pending"):
            assert (pending, held) == (None, None), number
            continue
        _, its_book, its_kind, *its_accounts, set_aside, _, _ = transfers[pending]
        assert its_kind == "pending", number
        assert (its_book, *its_accounts) == (book, debit, credit), number
        assert amount <= held == set_aside, number
        settled[pending] += 1
    assert all(times == 1 for times in settled.values())


def _rows(cursor: Any, sql: str) -> list[tuple[Any, ...]]:
    cursor.execute(sql)
    return list(cursor.fetchall())
