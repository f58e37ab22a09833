"""An account as its postings tell it, newest first, paged by ``seq``: what moved, what was left."""

from __future__ import annotations

from dataclasses import dataclass

from core.limits import STATEMENT_PAGE
from wallet.desk.words import on_normal_side
from wallet.models import Account, Posting, Transfer


@dataclass(frozen=True)
class Line:
    """One posting. ``debit`` and ``credit`` are what moved; a hold moves nothing yet."""

    posting: Posting
    transfer: Transfer
    other: Account
    debit: int | None
    credit: int | None
    held: int  # what this line set aside, or freed with a minus
    balance: int
    pending: int


@dataclass(frozen=True)
class Statement:
    """A page of lines. ``older`` is the ``seq`` before which the next page begins."""

    lines: list[Line]
    older: int | None
    is_newest: bool


def statement(account: Account, *, before: int | None = None) -> Statement:
    """Return a page of the account's statement: one query, whatever the account has seen."""
    rows = Posting.objects.filter(account=account).select_related(
        "transfer__debit_account__person", "transfer__debit_account__maker",
        "transfer__credit_account__person", "transfer__credit_account__maker",
    )  # fmt: skip
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows.order_by("-seq")[: STATEMENT_PAGE + 1])
    shown = found[:STATEMENT_PAGE]
    older = shown[-1].seq if len(found) > STATEMENT_PAGE else None
    return Statement([_line(account, row) for row in shown], older, before is None)


def moved_and_held(transfer: Transfer) -> tuple[int, int]:
    """Return what a transfer moves, and what it sets aside (or frees, with a minus)."""
    kind = Transfer.Kind
    moved = transfer.amount_rials if transfer.kind in (kind.POSTED, kind.POST) else 0
    held = {kind.POSTED: 0, kind.PENDING: transfer.amount_rials}.get(
        kind(transfer.kind), -(transfer.held_rials or 0)
    )
    return moved, held


def _line(account: Account, posting: Posting) -> Line:
    transfer = posting.transfer
    moved, held = moved_and_held(transfer)
    return Line(
        posting=posting,
        transfer=transfer,
        other=transfer.credit_account if posting.is_debit else transfer.debit_account,
        debit=moved if moved and posting.is_debit else None,
        credit=moved if moved and not posting.is_debit else None,
        held=held,
        balance=on_normal_side(account.kind, posting.debits_posted, posting.credits_posted),
        pending=posting.debits_pending + posting.credits_pending,
    )
