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
from wallet.models.transit import Payout, TopUp

__all__ = [
    "Account", "Invoice", "MerchantTerms", "News", "PayLink", "Payment", "Payout", "Posting",
    "Refund", "Spender", "SpendingLimit", "TopUp", "Transfer",
]  # fmt: skip
