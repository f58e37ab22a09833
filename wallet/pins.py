"""The wallet PIN: asked for above an amount that the person sets; wrong ones wait ever longer.

A PIN has four digits or a few more, so it is kept as a keyed hash (the key is the house's secret)
behind scrypt, and tries are counted under the row's lock, whatever the payment comes to.
"""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.crypto import salted_hmac

from core import audit
from core.limits import (
    PIN_DIGITS_MAX,
    PIN_DIGITS_MIN,
    PIN_FREE_RIALS_MAX,
    PIN_TRIES_FREE,
    PIN_WAITS_S,
)
from core.problems import Fault, InvalidInput, Problem
from core.text import latin_digits
from identity.models import Person
from wallet.errors import PinLocked, PinNeeded, PinNotSet, PinWrong
from wallet.models import Spender
from wallet.money import Rials
from wallet.spending import spender_of


def choose(*, person: Person, pin: str, old_pin: str = "", now: datetime) -> None:
    """Keep a new PIN; whoever has one must know it.

    Raises InvalidInput (not 4 to 8 digits, or one digit only, or a plain run), PinWrong, PinLocked.
    """
    fresh = latin_digits(pin).strip()
    if not _is_good(fresh):
        detail = f"must be {PIN_DIGITS_MIN} to {PIN_DIGITS_MAX} digits, not all alike, not a run"
        raise InvalidInput([Fault("#/pin", detail, "pin")])
    if spender_of(person).pin:
        _try(person, old_pin, now)
    with transaction.atomic():
        held = _locked(person)
        if held.pin and not check_password(_keyed(person, old_pin), held.pin):
            raise PinWrong(tries_left=0)  # somebody else chose one at this moment
        held.pin = make_password(_keyed(person, fresh), hasher="scrypt")
        held.pin_failures, held.pin_locked_until = 0, None
        held.save(update_fields=["pin", "pin_failures", "pin_locked_until"])
        audit.record("wallet.pin.chosen", by=person, of=person)


def set_free_amount(*, person: Person, amount: Rials, pin: str, now: datetime) -> None:
    """Let payments up to ``amount`` pass without the PIN; 0 asks every time. Needs the PIN.

    Raises InvalidInput, PinNotSet, PinWrong, PinLocked.
    """
    if not 0 <= amount <= PIN_FREE_RIALS_MAX:
        detail = f"must be 0 to {PIN_FREE_RIALS_MAX} rials"
        raise InvalidInput([Fault("#/amount_rials", detail, "range")])
    if not spender_of(person).pin:
        raise PinNotSet
    _try(person, pin, now)
    with transaction.atomic():
        held = _locked(person)
        held.pin_free_rials = amount
        held.save(update_fields=["pin_free_rials"])
        audit.record("wallet.pin.free_amount_set", by=person, of=person, amount_rials=amount)


def require(*, person: Person, amount: Rials, pin: str, now: datetime) -> None:
    """Let a payment pass, or say what is missing. Call it outside the payment's transaction.

    Raises, the first that applies: PinNotSet, PinNeeded, PinLocked, PinWrong.
    """
    spender = spender_of(person)
    if amount <= spender.pin_free_rials and not pin:
        return
    if not spender.pin:
        if amount <= spender.pin_free_rials:
            return
        raise PinNotSet
    if not pin:
        raise PinNeeded
    _try(person, pin, now)


def _try(person: Person, pin: str, now: datetime) -> None:
    """Compare and count in a transaction of its own; raise after it has committed."""
    refusal: Problem | None = None
    with transaction.atomic(durable=True):
        held = _locked(person)
        if held.pin_locked_until is not None and held.pin_locked_until > now:
            refusal = PinLocked(retry_after_s=_seconds(held.pin_locked_until - now))
        elif check_password(_keyed(person, latin_digits(pin).strip()), held.pin):
            if held.pin_failures:
                held.pin_failures, held.pin_locked_until = 0, None
                held.save(update_fields=["pin_failures", "pin_locked_until"])
        else:
            held.pin_failures += 1
            wait_s = wait_after(held.pin_failures)
            held.pin_locked_until = now + timedelta(seconds=wait_s) if wait_s else None
            held.save(update_fields=["pin_failures", "pin_locked_until"])
            audit.record("wallet.pin.mistaken", by=person, of=person, failures=held.pin_failures)
            left = max(0, PIN_TRIES_FREE - held.pin_failures)
            refusal = PinLocked(retry_after_s=wait_s) if wait_s else PinWrong(tries_left=left)
    if refusal is not None:
        raise refusal


def wait_after(failures: int) -> int:
    """Return how many seconds to wait after so many wrong PINs in a row."""
    if failures < PIN_TRIES_FREE:
        return 0
    return PIN_WAITS_S[min(failures - PIN_TRIES_FREE, len(PIN_WAITS_S) - 1)]


def _locked(person: Person) -> Spender:
    return Spender.objects.select_for_update().get(person=person)


def _keyed(person: Person, pin: str) -> str:
    return salted_hmac("wallet.pin", f"{person.pk}:{pin}", algorithm="sha256").hexdigest()


def _is_good(pin: str) -> bool:
    if not (pin.isascii() and pin.isdigit() and PIN_DIGITS_MIN <= len(pin) <= PIN_DIGITS_MAX):
        return False
    steps = {int(b) - int(a) for a, b in itertools.pairwise(pin)}
    return steps not in ({0}, {1}, {-1})


def _seconds(wait: timedelta) -> int:
    return max(1, int(wait.total_seconds()))
