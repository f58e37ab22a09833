"""Top-ups: a person pays at a bank's gateway, and the bank's own word credits the wallet.

The callback of a browser only says which order to ask about. ``settle`` asks the bank, outside of
any transaction, and writes what it said under the row's lock: one receipt credits one order once,
whoever asks first, the callback, the waiting page or the sweep. A time-out is no verdict: the order
is asked about again until the bank has one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from core import audit, live, rates
from core.limits import (
    GATEWAY_WAITS_S,
    SWEEP_ROWS,
    TOP_UP_OPEN_FOR,
    TOP_UP_RIALS_MAX,
    TOP_UP_RIALS_MIN,
    TOP_UPS_PER_HOUR_MAX,
)
from core.problems import Fault, InvalidInput, NotFound, Problem
from identity.models import Person
from wallet import accounts, ledger
from wallet.errors import InvoiceKeyReused
from wallet.gateways import registry
from wallet.gateways.errors import (
    GatewayLacks,
    GatewayMismatch,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnreadable,
)
from wallet.gateways.interface import Ability, Callback, GatewayOrder, State, Verdict
from wallet.models import TopUp
from wallet.money import Rials

log = structlog.get_logger(__name__)
NUMBERS = 10**17  # order ids are drawn, so that a gateway shared with another house knows no twin
NO_VERDICT = (GatewayTimeout, GatewayUnreadable)


@dataclass(frozen=True)
class Wish:
    """What a person asks for: where to pay, how much, and which page of ours to go on to."""

    gateway: str
    amount: Rials
    go_on_to: str = ""


def begin(*, person: Person, wish: Wish, key: str, now: datetime) -> TopUp:
    """Tell the gateway of an order and return it with the address for the payer's browser.

    The same key again gives the first order. Raises, the first that applies: InvalidInput,
    GatewayUnknown, TooManyRequests, InvoiceKeyReused, GatewayTimeout, GatewayUnreadable,
    GatewayRefused. Call it outside of transactions.
    """
    if not TOP_UP_RIALS_MIN <= wish.amount <= TOP_UP_RIALS_MAX:
        detail = f"must be {TOP_UP_RIALS_MIN} to {TOP_UP_RIALS_MAX} rials"
        raise InvalidInput([Fault("#/amount_rials", detail, "range")])
    gateway = registry.named(wish.gateway)
    rates.hit("top-ups", str(person.pk), limit=TOP_UPS_PER_HOUR_MAX, period_s=3600)
    row, is_new = TopUp.objects.get_or_create(
        key=f"person:{person.pk}:{key}",
        defaults={
            "number": 1 + secrets.randbelow(NUMBERS),
            "person": person,
            "gateway": gateway.name,
            "amount_rials": wish.amount,
            "state": TopUp.State.WAITING,
            "go_on_to": wish.go_on_to,
            "ask_at": now + timedelta(seconds=GATEWAY_WAITS_S[0]),
            "created_at": now,
        },
    )
    if (row.gateway, row.amount_rials) != (gateway.name, wish.amount):
        raise InvoiceKeyReused
    if not is_new:
        return row
    try:
        redirect = gateway.initiate(order_of(row))
    except Problem as reason:
        # Its order id is spent and no payer has seen it: whatever the bank knows, nothing is paid.
        TopUp.objects.filter(pk=row.pk).update(
            state=TopUp.State.FAILED, trouble=reason.code[:40], closed_at=now
        )
        raise
    row.state, row.token, row.redirect_url = TopUp.State.OPEN, redirect.token, redirect.url
    row.save(update_fields=["state", "token", "redirect_url"])
    return row


def order_of(row: TopUp) -> GatewayOrder:
    """Return the order as the gateway knows it."""
    return GatewayOrder(
        order_id=str(row.number),
        amount_rials=row.amount_rials,
        callback_url=f"{settings.ORIGIN}/wallet/back/{row.public_id}",
        mobile=f"0{row.person.phone[3:]}" if row.person.phone.startswith("+989") else "",
        token=row.token,
    )


def come_back(*, top_up_id: str, fields: dict[str, str], now: datetime) -> TopUp:
    """Take what a browser brought from the bank, and ask the bank. Never believes the browser.

    Raises NotFound for an order that nobody began, GatewayMismatch for a callback of another one.
    """
    row = top_up_of(top_up_id)
    try:
        callback = registry.named(row.gateway).read_callback(fields)
    except GatewayUnreadable:
        callback = None  # whatever it was: the order is named by the address, and we ask ourselves
    return settle(row=row, now=now, callback=callback)


def settle(*, row: TopUp, now: datetime, callback: Callback | None = None) -> TopUp:
    """Ask the bank about an order and write down what it said. Safe to repeat, by anybody.

    Without a verdict (time-out, nonsense) the order stays open and is asked about again later.
    """
    if row.state == TopUp.State.CREDITED or not row.token:
        return row
    gateway = registry.named(row.gateway)
    order = order_of(row)
    try:
        verdict = gateway.verify(order, callback)
    except (*NO_VERDICT, GatewayRefused) as reason:
        return _ask_later(row, reason.code, now)
    except GatewayMismatch as reason:
        if reason.verdict is None:  # the browser brought another order's callback: nothing is known
            raise
        return _contradicted(row, reason, now)
    return _write_down(row, verdict, now)


def _write_down(row: TopUp, verdict: Verdict, now: datetime) -> TopUp:
    try:
        with transaction.atomic():
            held = _locked(row)
            if held.state == TopUp.State.CREDITED:
                return held
            if verdict.is_paid:
                return _credit(held, verdict, now)
            if verdict.state == State.REVERSED:
                return _close(held, TopUp.State.RETURNED, "reversed", now)
            overdue = now >= held.created_at + TOP_UP_OPEN_FOR
            if verdict.state == State.FAILED or overdue:
                return _close(held, TopUp.State.FAILED, f"bank-{verdict.raw_code}"[:40], now)
    except IntegrityError as reason:
        if "wallet_receipt_credits_once" not in str(reason):
            raise
        log.exception("wallet.receipt_reused", top_up=row.public_id, receipt=verdict.receipt)
        with transaction.atomic():
            held = _locked(row)
            audit.record("wallet.receipt.reused", by=None, of=held, receipt=verdict.receipt)
            return _close(held, TopUp.State.FAILED, "receipt-reused", now)
    return _ask_later(row, "", now)


def _credit(held: TopUp, verdict: Verdict, now: datetime) -> TopUp:
    assert verdict.amount_rials == held.amount_rials  # the interface refuses another amount
    held.receipt = verdict.receipt or f"order-{held.number}"
    held.card_masked = verdict.card_masked
    _close(held, TopUp.State.CREDITED, "", now)
    ledger.post(
        ledger.move(
            debit=accounts.inbox(accounts.platform("gateway", "live", held.gateway)),
            credit=accounts.of_person(held.person).pk,
            amount=Rials(held.amount_rials),
            reason="topup",
            key=f"{held.public_id}:credit",
            book="live",
            reference=held.public_id,
        )
    )
    return held


def _contradicted(row: TopUp, reason: GatewayMismatch, now: datetime) -> TopUp:
    """Credit nothing when the bank confirms another amount; ask it to give the money back."""
    with transaction.atomic():
        held = _locked(row)
        if held.state == TopUp.State.CREDITED:
            return held
        audit.record("wallet.top_up.contradicted", by=None, of=held, about=reason.members)
        _close(held, TopUp.State.FAILED, "mismatch", now)
    log.error("wallet.gateway_mismatch", top_up=row.public_id, **reason.members)
    gateway = registry.named(row.gateway)
    if gateway.can(Ability.REVERSE):
        try:
            gateway.reverse(order_of(row))
        except (*NO_VERDICT, GatewayRefused, GatewayLacks) as trouble:
            log.exception("wallet.not_reversed", top_up=row.public_id, reason=trouble.code)
    return held


def _ask_later(row: TopUp, trouble: str, now: datetime) -> TopUp:
    with transaction.atomic():
        held = _locked(row)
        if held.state == TopUp.State.OPEN:
            held.tries = min(held.tries + 1, 32_000)
            wait_s = GATEWAY_WAITS_S[min(held.tries, len(GATEWAY_WAITS_S)) - 1]
            held.ask_at, held.trouble = now + timedelta(seconds=wait_s), trouble
            held.save(update_fields=["tries", "ask_at", "trouble"])
    return held


def sweep(*, now: datetime) -> int:
    """Ask about every open order whose time has come; return how many were asked about.

    Orders that a dying process never brought to the bank have no token, so nobody can pay them:
    they end here.
    """
    TopUp.objects.filter(state=TopUp.State.WAITING, created_at__lt=now - TOP_UP_OPEN_FOR).update(
        state=TopUp.State.FAILED, trouble="never-sent", closed_at=now
    )
    due = TopUp.objects.filter(state=TopUp.State.OPEN, ask_at__lte=now).order_by("ask_at")
    rows = list(due.select_related("person")[:SWEEP_ROWS])
    for row in rows:
        try:
            settle(row=row, now=now)
        except Problem as reason:  # such as a gateway that is no longer configured
            _ask_later(row, reason.code[:40], now)
        except Exception:  # one that cannot be settled must not hold up the others
            log.exception("wallet.top_up_stuck", top_up=row.public_id)
            _ask_later(row, "internal-error", now)
    return len(rows)


def top_up_of(public_id: str, *, person: Person | None = None) -> TopUp:
    """Return a top-up, of this person where one is named. Raises NotFound."""
    rows = TopUp.objects.select_related("person")
    if person is not None:
        rows = rows.filter(person=person)
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def _locked(row: TopUp) -> TopUp:
    return TopUp.objects.select_for_update(of=("self",)).select_related("person").get(pk=row.pk)


def _close(held: TopUp, state: str, trouble: str, now: datetime) -> TopUp:
    held.state, held.trouble, held.closed_at = state, trouble, now
    held.save(update_fields=["state", "trouble", "closed_at", "receipt", "card_masked"])
    facts = {"top_up": held.public_id, "state": state}
    live.publish_on_commit(f"person.{held.person_id}", "wallet.top_up", facts)
    return held
