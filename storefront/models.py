"""What a person says of his own movements. A row stands only where something was said.

Migration 0002 holds the laws: a remark is about a movement of that account, and the parts of a
split sum to its amount.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.limits import BANK_NOTE_CHARS_MAX
from storefront.bank.categories import Category
from wallet.models import Account

COUNTERPARTY_CHARS: int = 80
CATEGORY_CHARS: int = 12
_KNOWN = Q(category__in=[str(one) for one in Category])


class Remark(models.Model):
    """A category, a note or a split of one movement: of one account's posting."""

    id = models.BigAutoField(primary_key=True)
    # No foreign key in the database: it would add a trigger to every change of a balance.
    account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    seq = models.BigIntegerField()
    category = models.CharField(max_length=CATEGORY_CHARS, default="", blank=True)
    note = models.CharField(max_length=BANK_NOTE_CHARS_MAX, default="", blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "seq"], name="storefront_remark_once_a_movement"
            ),
            models.CheckConstraint(
                condition=_KNOWN | Q(category=""), name="storefront_remark_category"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}#{self.seq}"


class Part(models.Model):
    """A part of a movement that was split: so much of it belongs to one category."""

    id = models.BigAutoField(primary_key=True)
    remark = models.ForeignKey(
        Remark, on_delete=models.CASCADE, related_name="parts", db_index=False
    )
    category = models.CharField(max_length=CATEGORY_CHARS)
    amount_rials = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["remark", "category"], name="storefront_part_once_a_category"
            ),
            models.CheckConstraint(condition=_KNOWN, name="storefront_part_category"),
            models.CheckConstraint(condition=Q(amount_rials__gte=1), name="storefront_part_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.amount_rials}"


class Habit(models.Model):
    """The category of everything from one counterparty, past and future."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    counterparty = models.CharField(max_length=COUNTERPARTY_CHARS)  # as bank.feed names it
    category = models.CharField(max_length=CATEGORY_CHARS)
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "counterparty"], name="storefront_habit_once_a_counterparty"
            ),
            models.CheckConstraint(condition=_KNOWN, name="storefront_habit_category"),
        ]

    def __str__(self) -> str:
        return f"{self.counterparty} {self.category}"


class Board(models.Model):
    """What one person pinned to My Bank, in his order; no row: the usual services."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    keys = models.JSONField[list[str]](default=list)  # names of bank.tiles.SERVICES, ids of apps
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person_id} {len(self.keys)}"
