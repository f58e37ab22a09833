"""The rows of the wallet: accounts and transfers; who pays whom for what; money in and out."""

from wallet.models.ledger import Account, Posting, Transfer
from wallet.models.payments import (
    Invoice,
    MerchantTerms,
    News,
    PayLink,
    Payment,
    Refund,
    Spender,
    SpendingLimit,
)

__all__ = [
    "Account", "Invoice", "MerchantTerms", "News", "PayLink", "Payment", "Posting", "Refund",
    "Spender", "SpendingLimit", "Transfer",
]  # fmt: skip
