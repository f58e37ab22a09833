"""Bills: the bill id (شناسهٔ قبض), the payment id (شناسهٔ پرداخت), and their bar code. Pure.

A bill id is file, company (3), kind (1), check (1); a payment id is thousands of rials, year (1),
period (2), check (1), and a last digit over both ids that ties the two together.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wallet.identifiers.reading import BadIdentifier, digits

LENGTHS: Final = range(6, 14)  # digits of either id
HALF_OF_BARCODE: Final = 13
RIALS_PER_UNIT: Final = 1_000
MODULUS: Final = 11
WEIGHTS: Final = (2, 3, 4, 5, 6, 7)


class BadBill(BadIdentifier):
    """The two ids are no bill, or do not belong together."""

    kind = "bill"


@dataclass(frozen=True)
class BillKind:
    """What a bill is for."""

    key: str
    fa: str
    en: str


@dataclass(frozen=True)
class Bill:
    """A well-formed pair of ids and what they say."""

    bill_id: str
    payment_id: str
    kind: BillKind
    amount_rials: int

    @property
    def barcode(self) -> str:
        """The 26 digits under a printed bill's bars: each id padded to 13."""
        return self.bill_id.zfill(HALF_OF_BARCODE) + self.payment_id.zfill(HALF_OF_BARCODE)


def read_bill(bill_id: str, payment_id: str) -> Bill:
    """Read a pair of ids as they are printed.

    Raises BadBill: not-digits, length, bill-checksum, kind, payment-checksum, pair-checksum.
    """
    bill, payment = digits(bill_id, BadBill), digits(payment_id, BadBill)
    if len(bill) not in LENGTHS or len(payment) not in LENGTHS:
        raise BadBill("length")
    if bill[-1] != _check(bill[:-1]):
        raise BadBill("bill-checksum")
    kind = _kinds().get(bill[-2])
    if kind is None:
        raise BadBill("kind")
    if payment[-2] != _check(payment[:-2]):
        raise BadBill("payment-checksum")
    if payment[-1] != _check(bill + payment[:-1]):
        raise BadBill("pair-checksum")
    return Bill(bill, payment, kind, int(payment[:-5]) * RIALS_PER_UNIT)


def read_barcode(text: str) -> Bill:
    """Read the 26 digits of a bar code; zeros before an id are padding. Raises BadBill."""
    code = digits(text, BadBill)
    if len(code) != 2 * HALF_OF_BARCODE:
        raise BadBill("length")
    return read_bill(code[:HALF_OF_BARCODE].lstrip("0"), code[HALF_OF_BARCODE:].lstrip("0"))


def _check(text: str) -> str:
    """Return the check digit: weights 2 to 7 and again, from the right; modulo 11."""
    weighed = ((int(digit), WEIGHTS[at % len(WEIGHTS)]) for at, digit in enumerate(reversed(text)))
    rest = sum(digit * weight for digit, weight in weighed) % MODULUS
    return str(0 if rest < 2 else MODULUS - rest)  # noqa: PLR2004  # one digit for two remainders


@functools.cache
def _kinds() -> dict[str, BillKind]:
    rows = json.loads(Path(__file__).with_name("bill_kinds.json").read_text(encoding="utf-8"))
    return {digit: BillKind(row["key"], row["fa"], row["en"]) for digit, row in rows.items()}
