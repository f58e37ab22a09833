"""Where payers are sent back to: a plain http(s) address, and nothing that is code."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

CHARS_MAX: Final = 2_000
_SHAPE: Final = re.compile(
    r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:/[!-~]*)?"
)


def is_address(text: object) -> bool:
    """Tell whether payers can be sent there."""
    return isinstance(text, str) and len(text) <= CHARS_MAX and bool(_SHAPE.fullmatch(text))


def origin_of(address: str) -> str:
    """Return scheme, host and port, as a content security policy names them."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def host_of(address: str) -> str:
    """Return what a person recognises of an address."""
    return urlsplit(address).netloc


def without_query(address: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the address and its query apart: a form sent by GET would lose the latter."""
    parts = urlsplit(address)
    return parts._replace(query="", fragment="").geturl(), parse_qsl(parts.query)
