"""The wallet in Django's admin: the books, what they are about, the terms of both sides."""

from wallet.admin import books, orders, terms

__all__ = ["books", "orders", "terms"]
