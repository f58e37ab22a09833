"""``payments.*``: what the payment sheet over an app asks. The app itself cannot call these."""

from __future__ import annotations

from typing import Any

from core.limits import PAYMENT_TRIES_PER_MINUTE_MAX, PIN_DIGITS_MAX, SHEETS_PER_MINUTE_MAX
from host import paying
from host.bridge.dispatch import Call, Param, method

KEY_CHARS_MIN, KEY_CHARS_MAX = 16, 40
INVOICE = Param(str)
KEY = Param(str, check=lambda text: KEY_CHARS_MIN <= len(text) <= KEY_CHARS_MAX and text.isascii())
PIN_CHARS_MAX = PIN_DIGITS_MAX * 2  # room to be told that it is too long
PIN = Param(str, check=lambda text: len(text) <= PIN_CHARS_MAX)
OPTIONAL_PIN = Param(str, required=False, check=PIN.check)


def asker_of(call: Call) -> paying.Asker:
    """Return the launch's person in the launch's app."""
    return paying.Asker(person=call.launch.person, now=call.now, launch=call.launch)


@method("payments.open", rate=(SHEETS_PER_MINUTE_MAX, 60), invoice=INVOICE)
def open_sheet(call: Call) -> dict[str, Any]:
    """Return what the sheet shows of an invoice of this app."""
    return paying.show(asker_of(call), **call.params)


@method("payments.confirm", invoice=INVOICE, key=KEY, pin=OPTIONAL_PIN)
def confirm(call: Call) -> dict[str, Any]:
    """Pay the invoice."""
    return paying.confirm(asker_of(call), **call.params)


@method("payments.choose_pin", rate=(PAYMENT_TRIES_PER_MINUTE_MAX, 60), pin=PIN)
def choose_pin(call: Call) -> dict[str, Any]:
    """Keep a first PIN."""
    return paying.choose_pin(asker_of(call), **call.params)


@method("payments.test_money", rate=(PAYMENT_TRIES_PER_MINUTE_MAX, 60), invoice=INVOICE, key=KEY)
def test_money(call: Call) -> dict[str, Any]:
    """Fill the test wallet up, and show the invoice anew."""
    return paying.give_test_money(asker_of(call), **call.params)
