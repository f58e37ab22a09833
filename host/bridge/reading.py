"""One call as a page of ours sends it: ``{"method", "params"}``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import ParseError

from core.api.parsing import strict_json
from core.limits import BRIDGE_CALL_BYTES_MAX
from core.problems import Fault, InvalidInput, TooLarge


def call_of(request: HttpRequest) -> tuple[str, Any]:
    """Return the method's name and its parameters, unchecked. Raises TooLarge, InvalidInput."""
    body = request.read(BRIDGE_CALL_BYTES_MAX + 1)
    if len(body) > BRIDGE_CALL_BYTES_MAX:
        raise TooLarge(limit_bytes=BRIDGE_CALL_BYTES_MAX)
    try:
        call = strict_json(body)
    except ParseError as reason:
        raise InvalidInput([Fault("#", str(reason.detail), "unreadable")]) from None
    if not isinstance(call, dict):
        return "", None
    return str(call.get("method") or ""), call.get("params")
