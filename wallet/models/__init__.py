"""The rows of the wallet: accounts and transfers; who pays whom for what; money in and out."""

from wallet.models.corrections import Correction
from wallet.models.escrows import Escrow
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
from wallet.models.reconciliation import Difference, ReconciliationRun
from wallet.models.transit import Payout, TopUp

__all__ = [
    "Account", "Correction", "Difference", "Escrow", "Invoice", "MerchantTerms", "News", "PayLink",
    "Payment", "Payout", "Posting", "ReconciliationRun", "Refund", "Spender", "SpendingLimit",
    "TopUp", "Transfer",
]  # fmt: skip
