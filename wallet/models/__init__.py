"""The rows of the wallet: accounts and transfers; who pays whom for what; money in and out."""

from wallet.models.ledger import Account, Posting, Transfer

__all__ = ["Account", "Posting", "Transfer"]
