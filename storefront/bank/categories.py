"""What money is spent on: the default set, its pictures, and what a movement is taken for at first.

A guess is made by rule and kept nowhere: from the reason of the ledger, and for a payment from the
shelf on which its mini-app stands. What a person says himself goes before it.
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from miniapps.models import Category as Shelf
from wallet.chart import Reason


class Category(models.TextChoices):
    """The categories of a statement."""

    FOOD = "food", _("Food")
    GROCERIES = "groceries", _("Supermarket")
    CAFE = "cafe", _("Restaurants and cafés")
    TRANSPORT = "transport", _("Getting around")
    BILLS = "bills", _("Bills")
    PHONE = "phone", _("Mobile and internet")
    HOME = "home", _("Home and rent")
    HEALTH = "health", _("Health")
    CLOTHES = "clothes", _("Clothes")
    EDUCATION = "education", _("Education")
    FUN = "fun", _("Leisure")
    GIFTS = "gifts", _("Gifts and charity")
    LOANS = "loans", _("Loans")
    FEES = "fees", _("Fees")
    TRANSFER = "transfer", _("Transfers")
    SALARY = "salary", _("Salary")
    OTHER = "other", _("Other things")


ICONS: Final[dict[str, str]] = {
    Category.FOOD: "utensils",
    Category.GROCERIES: "shopping-cart",
    Category.CAFE: "coffee",
    Category.TRANSPORT: "bus",
    Category.BILLS: "zap",
    Category.PHONE: "smartphone",
    Category.HOME: "house",
    Category.HEALTH: "heart-pulse",
    Category.CLOTHES: "shirt",
    Category.EDUCATION: "graduation-cap",
    Category.FUN: "ticket",
    Category.GIFTS: "gift",
    Category.LOANS: "landmark",
    Category.FEES: "badge-percent",
    Category.TRANSFER: "arrow-left-right",
    Category.SALARY: "briefcase",
    Category.OTHER: "tag",
}
NOT_SPENT: Final = Category.TRANSFER  # it stays one's own, only elsewhere

BY_REASON: Final[dict[Reason, Category]] = {
    "topup": Category.TRANSFER,
    "payout": Category.TRANSFER,
    "payout_return": Category.TRANSFER,
    "fee": Category.FEES,
    "promotion": Category.GIFTS,
}
BY_SHELF: Final[dict[str, Category]] = {
    Shelf.FOOD: Category.CAFE,
    Shelf.EDUCATION: Category.EDUCATION,
    Shelf.GAMES: Category.FUN,
    Shelf.NEWS: Category.FUN,
    Shelf.TRAVEL: Category.TRANSPORT,
    Shelf.HEALTH: Category.HEALTH,
}
