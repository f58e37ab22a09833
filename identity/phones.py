"""Phone numbers in any usual spelling become one: E.164. Pure."""

from __future__ import annotations

import re

import phonenumbers

from core.text import latin_digits

HOME_REGION = "IR"
_CLUTTER = re.compile(r"[\s\u200c\u200e\u200f\u202a-\u202e\u2066-\u2069()\-.‐-–_/]+")
_SHAPE = re.compile(r"\+?\d{4,20}")


class NotAPhoneNumber(ValueError):
    """The text is no phone number that could exist."""


def normalise(text: str) -> str:
    """Return the number as E.164, such as ``+989121234567``.

    Reads «۰۹۱۲ ۱۲۳ ۴۵۶۷», ``0912-123-4567``, ``9121234567``, ``00989121234567``, ``989121234567``,
    ``+98 (0) 912 …`` and every international number with its country code. Raises NotAPhoneNumber.
    """
    bare = _CLUTTER.sub("", latin_digits(text).replace("＋", "+"))
    if not _SHAPE.fullmatch(bare):
        raise NotAPhoneNumber
    bare = re.sub(r"^(?:\+|00)980", "+98", bare)
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if re.fullmatch(r"980?9\d{9}", bare):
        bare = "+98" + bare[2:].removeprefix("0")
    try:
        number = phonenumbers.parse(bare, HOME_REGION)
    except phonenumbers.NumberParseException:
        raise NotAPhoneNumber from None
    if not phonenumbers.is_valid_number(number):
        raise NotAPhoneNumber
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(phone: str) -> str:
    """Return the number with its middle hidden, for logs and other people: ``+98912•••4567``."""
    return f"{phone[:6]}•••{phone[-4:]}"
