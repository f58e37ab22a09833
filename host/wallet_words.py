"""Why money moved, in words of the payer, with an icon each."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_REASONS: Final[dict[str, tuple[Promise, str]]] = {
    "topup": (_("Top-up"), "plus"),
    "payment": (_("Payment"), "receipt"),
    "settlement": (_("Settlement"), "banknote"),
    "fee": (_("Fee"), "badge-percent"),
    "refund": (_("Refund"), "undo-2"),
    "fee_refund": (_("Refund, share of the fee"), "undo-2"),
    "payout": (_("Withdrawal to the bank"), "arrow-up-right"),
    "payout_settled": (_("Withdrawal paid"), "banknote"),
    "payout_return": (_("Withdrawal returned"), "undo-2"),
    "promotion": (_("Gift of Barnamak"), "gift"),
    "correction": (_("Correction by support"), "pencil"),
    "test_money": (_("Test money"), "coins"),
}
_OTHER: Final = (_("Movement"), "activity")


def reason_words(reason: str) -> tuple[str, str]:
    """Return the words and the icon of a reason of the chart of accounts."""
    words, icon = _REASONS.get(reason, _OTHER)
    return str(words), icon
