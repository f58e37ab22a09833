"""The chart of accounts: every kind of account, every reason for which money moves. Pure.

An account's balance grows on its normal side. What we owe people (their wallets, money in escrow)
and what we earned (fees) grows by credits; what others owe us (a gateway, the bank) and what we
spent grows by debits. A flag is law: the database refuses what would break it.

    live book                        normal   flag                             whose
    person       a person's wallet   credit   debits must not exceed credits   a person's
    merchant     a maker's wallet    credit   debits must not exceed credits   a maker's
    escrow       captured, unsettled credit   debits must not exceed credits   ours, in slots
    custody      captured, and kept
                 until it arrives credit  debits must not exceed credits   ours, in slots
    payouts      on its way out      credit   debits must not exceed credits   ours, in slots
    fees         earned              credit   debits must not exceed credits   ours, in slots
    fee_refunds  fees given back     debit    credits must not exceed debits   ours, in slots
    gateway      collected for us    debit    credits must not exceed debits   ours, one a gateway
    bank         our bank account    debit    none: the statement decides      ours
    promotions   spent on people     debit    credits must not exceed debits   ours
    suspense     not yet explained   either   none                             ours

The test book has the same accounts and ``issuer``, from which test money comes; no transfer joins
the two books.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Book = Literal["live", "test"]
BOOKS: Final[tuple[Book, ...]] = get_args(Book)

Kind = Literal[
    "person",
    "merchant",
    "escrow",
    "custody",
    "payouts",
    "fees",
    "fee_refunds",
    "gateway",
    "bank",
    "promotions",
    "suspense",
    "issuer",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

Side = Literal["debit", "credit"]
PLATFORM_SLOTS: Final = 16  # rows a busy account of ours is split into; measured in ADR 0015


@dataclass(frozen=True)
class KindRules:
    """What the database holds an account of one kind to."""

    normal: Side
    debits_must_not_exceed_credits: bool = False
    credits_must_not_exceed_debits: bool = False
    owner: Literal["person", "maker", "platform"] = "platform"
    slots: int = 0
    books: tuple[Book, ...] = BOOKS


def _owed(owner: Literal["person", "maker", "platform"] = "platform", slots: int = 0) -> KindRules:
    """Return the rules of what we owe somebody, or have earned: never more out than in."""
    return KindRules("credit", debits_must_not_exceed_credits=True, owner=owner, slots=slots)


def _ours(slots: int = 0, books: tuple[Book, ...] = BOOKS) -> KindRules:
    """Return the rules of what somebody owes us, or what we have spent."""
    return KindRules("debit", credits_must_not_exceed_debits=True, slots=slots, books=books)


CHART: Final[dict[Kind, KindRules]] = {
    "person": _owed("person"),
    "merchant": _owed("maker"),
    "escrow": _owed(slots=PLATFORM_SLOTS),
    "custody": _owed(slots=PLATFORM_SLOTS),
    "payouts": _owed(slots=PLATFORM_SLOTS),
    "fees": _owed(slots=PLATFORM_SLOTS),
    "fee_refunds": _ours(slots=PLATFORM_SLOTS),
    "gateway": _ours(slots=PLATFORM_SLOTS),
    "bank": KindRules("debit"),
    "promotions": _ours(),
    "suspense": KindRules("debit"),
    "issuer": _ours(slots=PLATFORM_SLOTS, books=("test",)),
}

Reason = Literal[
    "topup",  # gateway → person, after verify
    "payment",  # person → escrow or custody: the hold and its capture
    "settlement",  # escrow or custody → merchant
    "fee",  # escrow or custody → fees
    "refund",  # merchant → person
    "escrow_refund",  # custody → person: what was bought did not come, or came back
    "fee_refund",  # fee_refunds → person: our share of a refund
    "payout",  # person or merchant → payouts
    "payout_settled",  # payouts → bank
    "payout_return",  # payouts → person or merchant
    "gateway_settlement",  # bank → gateway: the gateway paid us what it had collected
    "gateway_fee",  # fee_refunds → gateway: what the gateway kept for itself
    "promotion",  # promotions → person
    "correction",  # proposed by one, approved by another: also when a bank takes a top-up back
    "gather",  # a merchant's slots → its main account
    "test_money",  # issuer → person or merchant, test book only
]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)
