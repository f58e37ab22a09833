"""The terms of both sides: what people of a level may spend, what a maker pays for a payment.

Changed while everything runs, by a treasurer with a reason; the next payment follows them. A
payment that was begun keeps the fee it was begun with.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction

from core import audit
from core.limits import (
    MERCHANT_FEE_BASIS_POINTS,
    MERCHANT_FEE_BASIS_POINTS_MAX,
    MERCHANT_FEE_RIALS_MAX,
)
from core.problems import Fault, InvalidInput, NotFound
from identity.makers import role_of
from identity.models import Maker, Person
from wallet import oversight
from wallet.errors import AccountIsYours
from wallet.models import MerchantTerms, SpendingLimit
from wallet.money import Rials, is_amount


@dataclass(frozen=True)
class Limits:
    """What people of one level may spend."""

    transaction_rials: int
    day_rials: int
    month_rials: int


@dataclass(frozen=True)
class Fee:
    """What a maker pays for a payment: a share, and at most so much."""

    fee_basis_points: int
    fee_max_rials: int


@transaction.atomic
def set_limits(*, level: str, limits: Limits, actor: Person, reason: str) -> SpendingLimit:
    """Let people of a level spend so much from now on; the same again changes nothing.

    Raises, the first that applies: NotAllowed, ReasonMissing, InvalidInput with every fault,
    NotFound.
    """
    oversight.require(actor, oversight.LIMIT)
    reason = oversight.reason_of(reason)
    if faults := _limit_faults(limits):
        raise InvalidInput(faults)
    held = SpendingLimit.objects.select_for_update().filter(level=level).first()
    if held is None:
        raise NotFound
    before = Limits(held.transaction_rials, held.day_rials, held.month_rials)
    if before != limits:
        for name, rials in asdict(limits).items():
            setattr(held, name, rials)
        held.save(update_fields=list(asdict(limits)))
        audit.record(
            "wallet.spending_limit.changed", by=actor, of=held, reason=reason,
            before=asdict(before), after=asdict(limits),
        )  # fmt: skip
    return held


def _limit_faults(limits: Limits) -> list[Fault]:
    amounts = asdict(limits)
    faults = [
        Fault(f"#/{name}", "must be an integer of 1 to 2^53-1", "amount")
        for name, rials in amounts.items()
        if not is_amount(rials)
    ]
    if not faults and limits.day_rials < limits.transaction_rials:
        faults.append(Fault("#/day_rials", "must not be below one transaction", "order"))
    if not faults and limits.month_rials < limits.day_rials:
        faults.append(Fault("#/month_rials", "must not be below one day", "order"))
    return faults


@transaction.atomic
def agree(*, maker: Maker, fee: Fee, actor: Person, reason: str) -> MerchantTerms:
    """Let a maker pay another fee than the house's from now on; the same again changes nothing.

    Raises, the first that applies: NotAllowed, ReasonMissing, AccountIsYours, InvalidInput with
    every fault.
    """
    reason = _judged(maker, actor, reason)
    if faults := _fee_faults(fee):
        raise InvalidInput(faults)
    Maker.objects.select_for_update(no_key=True).get(pk=maker.pk)
    known = MerchantTerms.objects.filter(maker=maker).first()
    before = None if known is None else Fee(known.fee_basis_points, known.fee_max_rials)
    if known is not None and before == fee:
        return known
    held = known or MerchantTerms(maker=maker)
    held.fee_basis_points, held.fee_max_rials = fee.fee_basis_points, fee.fee_max_rials
    held.save()
    audit.record(
        "wallet.merchant_terms.agreed", by=actor, of=maker, reason=reason,
        before=None if before is None else asdict(before), after=asdict(fee),
    )  # fmt: skip
    return held


@transaction.atomic
def end(*, maker: Maker, actor: Person, reason: str) -> None:
    """Let a maker pay the house's fee again; twice changes nothing. Raises as ``agree``."""
    reason = _judged(maker, actor, reason)
    Maker.objects.select_for_update(no_key=True).get(pk=maker.pk)
    known = MerchantTerms.objects.filter(maker=maker).first()
    if known is not None:
        before = asdict(Fee(known.fee_basis_points, known.fee_max_rials))
        known.delete()
        audit.record(
            "wallet.merchant_terms.ended", by=actor, of=maker, reason=reason, before=before
        )


def _judged(maker: Maker, actor: Person, reason: str) -> str:
    """Return the reason, if the actor may set the terms of this maker."""
    oversight.require(actor, oversight.TERMS)
    reason = oversight.reason_of(reason)
    if role_of(actor, maker) is not None:
        raise AccountIsYours
    return reason


def _fee_faults(fee: Fee) -> list[Fault]:
    most, faults = MERCHANT_FEE_BASIS_POINTS_MAX, []
    if type(fee.fee_basis_points) is not int or not 0 <= fee.fee_basis_points <= most:
        faults.append(Fault("#/fee_basis_points", f"must be from 0 to {most}", "range"))
    if not is_amount(fee.fee_max_rials):
        faults.append(Fault("#/fee_max_rials", "must be an integer of 1 to 2^53-1", "amount"))
    return faults


def house_fee() -> Fee:
    """Return what a maker without terms of his own pays."""
    return Fee(MERCHANT_FEE_BASIS_POINTS, Rials(MERCHANT_FEE_RIALS_MAX))
