"""What the house keeps: rules by date; the one in force is copied onto each line of an order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from core.limits import COMMISSION_BASIS_POINTS, COMMISSION_CAP_RIALS
from storefront.orders.models import CommissionRule

BEGINNING: Final = datetime(2020, 1, 1, tzinfo=UTC)


def enter_first_rule(**_kwargs: Any) -> None:
    """Give an installation its first rule, unless it has one; after every migration."""
    if not CommissionRule.objects.exists():
        CommissionRule.objects.create(
            basis_points=COMMISSION_BASIS_POINTS,
            cap_rials=COMMISSION_CAP_RIALS,
            valid_from=BEGINNING,
        )


def rule_at(now: datetime) -> CommissionRule:
    """Return the rule that is in force."""
    return CommissionRule.objects.filter(valid_from__lte=now).latest("valid_from")
