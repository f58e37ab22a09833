"""How a one-time code reaches a phone: an interface and its console implementation."""

from __future__ import annotations

import functools
import hashlib
import hmac
import secrets
import sys
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from core.limits import CODE_DIGITS

DEMO_PHONE_PREFIX = "+98912000"


class CodeSender(Protocol):
    """Delivers codes. An operator writes one for his SMS gateway and names it in the settings."""

    def send(self, phone: str, code: str) -> None:
        """Deliver ``code`` to ``phone`` (E.164). Raise Unavailable if it cannot be delivered."""


class ConsoleSender:
    """Writes codes to the terminal: for development, never for people."""

    def send(self, phone: str, code: str) -> None:
        """Print one line."""
        print(f"sign-in code for {phone}: {code}", file=sys.stderr, flush=True)  # noqa: T201  (that is its job)


@functools.cache
def sender() -> CodeSender:
    """Return the sender that BARNAMAK_CODE_SENDER names."""
    made: CodeSender = import_string(settings.CODE_SENDER)()
    return made


def draw_code(phone: str) -> str:
    """Return a new random code; a demo person's code is the same all the time of a demo."""
    if settings.DEMO and phone.startswith(DEMO_PHONE_PREFIX):
        return demo_code(phone)
    return str(secrets.randbelow(10**CODE_DIGITS)).zfill(CODE_DIGITS)


def demo_code(phone: str) -> str:
    """Return the code that ``make run`` prints for a demo person, made from the secret key."""
    seal = hmac.digest(settings.SECRET_KEY.encode(), f"demo {phone}".encode(), hashlib.sha256)
    return str(int.from_bytes(seal[:8]) % 10**CODE_DIGITS).zfill(CODE_DIGITS)
