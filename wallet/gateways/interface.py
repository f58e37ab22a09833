"""The one shape of every gateway: what is asked, what is answered, what may be believed.

A ``Verdict`` is what the bank said when *we* asked it, over our own connection. A ``Callback`` is
what a browser brought, and proves nothing. An answer that did not come is an exception, never a
verdict.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final, Literal

from wallet.gateways.errors import GatewayLacks, GatewayMismatch, GatewayUnreadable
from wallet.money import is_amount

ORDER_ID_SHAPE: Final = re.compile(r"[1-9][0-9]{0,17}")  # fits the banks' signed 64 bits


class Ability(StrEnum):
    """What a gateway can be asked for."""

    PAY_IN = "pay_in"  # initiate and verify
    INQUIRE = "inquire"
    REVERSE = "reverse"
    PAYOUT = "payout"
    REPORT = "report"


class State(StrEnum):
    """What the bank says of a payment."""

    PAID = "paid"  # taken and, since this very verify, ours
    ALREADY_VERIFIED = "already_verified"  # ours since an earlier verify
    PENDING = "pending"  # the payer has not paid yet, or paid and waits for our verify
    FAILED = "failed"  # not paid, and will not be ours
    REVERSED = "reversed"  # paid, and given back to the payer
    UNKNOWN = "unknown"  # the bank has no opinion: ask again, then ask a person


class PayoutState(StrEnum):
    """What the bank says of a payout."""

    ACCEPTED = "accepted"  # will be carried out or fail; ask again
    SETTLED = "settled"
    FAILED = "failed"  # the money is, or is again, on our side
    UNKNOWN = "unknown"  # the bank has never heard of it: sending it again cannot pay twice


PAID_STATES: Final = frozenset({State.PAID, State.ALREADY_VERIFIED})


@dataclass(frozen=True, kw_only=True)
class GatewayOrder:
    """One payment that we ask for. ``order_id`` is unique for one gateway, for ever.

    ``token`` is what ``initiate`` gave; every later question names the order by it. An order that
    never got one was never shown to a payer.
    """

    order_id: str
    amount_rials: int
    callback_url: str = ""
    mobile: str = ""  # 09…, so that the bank can offer the payer's own cards
    description: str = ""
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        assert ORDER_ID_SHAPE.fullmatch(self.order_id)
        assert is_amount(self.amount_rials)


@dataclass(frozen=True, kw_only=True)
class PayoutOrder:
    """One transfer to a bank account. ``order_id`` is its idempotency key at the bank."""

    order_id: str
    amount_rials: int
    sheba: str = field(repr=False)
    holder: str = field(repr=False)
    description: str = ""

    def __post_init__(self) -> None:
        assert ORDER_ID_SHAPE.fullmatch(self.order_id)
        assert is_amount(self.amount_rials)


@dataclass(frozen=True, kw_only=True)
class Redirect:
    """Where the payer's browser goes. Both dialects take a plain GET: answer 303 to ``url``."""

    url: str = field(repr=False)
    token: str = field(repr=False)
    method: str = "GET"
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Callback:
    """What a browser brought back. Good for finding the order and for choosing a first sentence."""

    order_id: str
    token: str = field(repr=False)
    says_paid: bool
    raw_code: str
    card_masked: str = ""
    card_hash: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the bank answered us. ``receipt`` (RRN, ref id) is unique at the bank for all time."""

    state: State
    amount_rials: int = 0
    receipt: str = ""
    trace: str = ""
    card_masked: str = ""
    card_hash: str = ""
    raw_code: str = ""
    order_id: str = ""  # empty where the dialect does not repeat it

    @property
    def is_paid(self) -> bool:
        """Tell whether the money is ours; whether it was credited already, the ledger knows."""
        return self.state in PAID_STATES


@dataclass(frozen=True, kw_only=True)
class PayoutVerdict:
    """What the bank answered about a payout."""

    state: PayoutState
    amount_rials: int = 0
    receipt: str = ""
    raw_code: str = ""


@dataclass(frozen=True, kw_only=True)
class ReportRow:
    """One line of the bank's report of a day: taken for us, given back, or paid out for us."""

    order_id: str
    receipt: str
    amount_rials: int
    state: Literal["paid", "reversed", "paid_out"]


@dataclass(frozen=True, kw_only=True)
class GatewayConfig:
    """One row of WALLET_GATEWAYS. ``options`` are the adapter's own."""

    name: str
    base_url: str
    titles: Mapping[str, str] = field(default_factory=dict)
    merchant_id: str = ""
    terminal_id: str = ""
    key: str = field(default="", repr=False)
    sandbox: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


class Gateway:
    """A bank or payment provider. Adapters write the underscored methods of what they can.

    All methods may raise GatewayTimeout (nothing is known), GatewayUnreadable (an answer that makes
    no sense: nothing is known either) and GatewayRefused (the bank says no to the request itself).
    """

    abilities: ClassVar[frozenset[Ability]] = frozenset()

    def __init__(self, config: GatewayConfig) -> None:
        self.config = config

    @property
    def name(self) -> str:
        """The name under which it is configured, and stored with every order."""
        return self.config.name

    def title(self, language: str) -> str:
        """Return what people read when they choose; the name where nobody gave it a title."""
        return self.config.titles.get(language) or self.config.name

    def can(self, ability: Ability) -> bool:
        """Tell whether it can be asked for this."""
        return ability in self.abilities

    def faults(self) -> list[str]:
        """Return what is wrong with its configuration, for the system check."""
        return []

    def initiate(self, order: GatewayOrder) -> Redirect:
        """Tell the bank of an order. After a GatewayTimeout the order id is spent."""
        self._need(Ability.PAY_IN)
        return self._initiate(order)

    def read_callback(self, fields: Mapping[str, str]) -> Callback:
        """Read what a browser brought. Raises GatewayUnreadable; proves nothing."""
        self._need(Ability.PAY_IN)
        return self._read_callback(fields)

    def verify(self, order: GatewayOrder, callback: Callback | None = None) -> Verdict:
        """Ask the bank for its verdict and take the money if it was paid. Safe to repeat.

        The question names our own token; a callback, when there is one, is only compared with the
        order, and what it says of success is not even looked at. Raises GatewayMismatch when the
        callback belongs to another order, or when the bank confirms another amount or order: then
        nothing may be credited, and ``reverse`` is due.
        """
        self._need(Ability.PAY_IN)
        assert order.token
        if callback is not None:
            _refuse_stranger(order, callback)
        return _confirmed(order, self._verify(order))

    def inquire(self, order: GatewayOrder) -> Verdict:
        """Ask the bank without changing anything."""
        self._need(Ability.INQUIRE)
        assert order.token
        return _confirmed(order, self._inquire(order))

    def reverse(self, order: GatewayOrder) -> Verdict:
        """Ask the bank to give the money back to the payer. Safe to repeat."""
        self._need(Ability.REVERSE)
        assert order.token
        return self._reverse(order)

    def send_payout(self, order: PayoutOrder) -> PayoutVerdict:
        """Send money to a Sheba. Safe to repeat with the same order: the bank knows its id."""
        self._need(Ability.PAYOUT)
        return _sent(order, self._send_payout(order))

    def inquire_payout(self, order: PayoutOrder) -> PayoutVerdict:
        """Ask how far a payout is."""
        self._need(Ability.PAYOUT)
        return _sent(order, self._inquire_payout(order))

    def report(self, day: date) -> list[ReportRow]:
        """Return what the bank says it took, gave back and paid out on a day of Tehran."""
        self._need(Ability.REPORT)
        return self._report(day)

    def _need(self, ability: Ability) -> None:
        if not self.can(ability):
            raise self._lack(ability)

    def _lack(self, ability: Ability) -> GatewayLacks:
        return GatewayLacks(gateway=self.name, ability=ability.value)

    def _initiate(self, _order: GatewayOrder, /) -> Redirect:
        raise self._lack(Ability.PAY_IN)

    def _read_callback(self, _fields: Mapping[str, str], /) -> Callback:
        raise self._lack(Ability.PAY_IN)

    def _verify(self, _order: GatewayOrder, /) -> Verdict:
        raise self._lack(Ability.PAY_IN)

    def _inquire(self, _order: GatewayOrder, /) -> Verdict:
        raise self._lack(Ability.INQUIRE)

    def _reverse(self, _order: GatewayOrder, /) -> Verdict:
        raise self._lack(Ability.REVERSE)

    def _send_payout(self, _order: PayoutOrder, /) -> PayoutVerdict:
        raise self._lack(Ability.PAYOUT)

    def _inquire_payout(self, _order: PayoutOrder, /) -> PayoutVerdict:
        raise self._lack(Ability.PAYOUT)

    def _report(self, _day: date, /) -> list[ReportRow]:
        raise self._lack(Ability.REPORT)


def _refuse_stranger(order: GatewayOrder, callback: Callback) -> None:
    """Refuse a callback of another order: somebody may try to pay a dear one with a cheap one."""
    same_token = hmac.compare_digest(callback.token.encode(), order.token.encode())
    if not same_token or callback.order_id not in ("", order.order_id):
        raise GatewayMismatch(order=order.order_id, about="callback")


def _confirmed(order: GatewayOrder, verdict: Verdict) -> Verdict:
    """Let a paid verdict pass only if it is about this order, whole, and has a receipt."""
    if not verdict.is_paid:
        return verdict
    if not verdict.receipt:
        raise GatewayUnreadable(order=order.order_id, why="paid without a receipt")
    if verdict.order_id not in ("", order.order_id):
        raise GatewayMismatch(order=order.order_id, about="order", verdict=verdict)
    if verdict.amount_rials != order.amount_rials:
        raise GatewayMismatch(order=order.order_id, about="amount", verdict=verdict)
    return verdict


def _sent(order: PayoutOrder, verdict: PayoutVerdict) -> PayoutVerdict:
    known = verdict.state in (PayoutState.ACCEPTED, PayoutState.SETTLED)
    if known and verdict.amount_rials != order.amount_rials:
        raise GatewayMismatch(order=order.order_id, about="amount")
    return verdict
