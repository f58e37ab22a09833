"""What moved in a wallet, newest first, paged by the posting's number: a page costs its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.limits import STATEMENT_ROWS
from wallet.models import Account, Posting, Transfer
from wallet.money import Rials

_MOVED = (Transfer.Kind.POSTED, Transfer.Kind.POST)  # a hold and its release move nothing


@dataclass(frozen=True)
class Entry:
    """One movement as its owner sees it: ``amount_rials`` is negative for what left."""

    seq: int
    at: datetime
    reason: str
    amount_rials: int
    balance_rials: Rials
    reference: str


@dataclass(frozen=True)
class Page:
    """A page of a statement; ``before`` asks for the next one, None after the last."""

    entries: list[Entry]
    before: int | None


def page_of(account: Account, *, before: int | None = None) -> Page:
    """Return the newest movements of an account, or those before a posting's number."""
    rows = Posting.objects.filter(account_id=account.pk, transfer__kind__in=_MOVED)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows.select_related("transfer").order_by("-seq")[: STATEMENT_ROWS + 1])
    shown = found[:STATEMENT_ROWS]
    more = len(found) > STATEMENT_ROWS
    return Page([_entry(row) for row in shown], shown[-1].seq if more else None)


def _entry(row: Posting) -> Entry:
    amount = row.transfer.amount_rials
    return Entry(
        seq=row.seq,
        at=row.transfer.created_at,
        reason=row.transfer.reason,
        amount_rials=-amount if row.is_debit else amount,
        balance_rials=Rials(row.credits_posted - row.debits_posted),
        reference=row.transfer.reference,
    )
