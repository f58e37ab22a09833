"""Reading JSON bodies without trusting them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from core.limits import JSON_BODY_BYTES_MAX, JSON_DEPTH_MAX
from core.problems import TooLarge


class BoundedJSONParser(BaseParser):
    """JSON within bounds: size, depth, no NaN, no repeated keys, UTF-8 without NUL."""

    media_type = "application/json"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the document. Raises TooLarge or ParseError."""
        del media_type, parser_context
        body = stream.read(JSON_BODY_BYTES_MAX + 1)
        if len(body) > JSON_BODY_BYTES_MAX:
            raise TooLarge(limit_bytes=JSON_BODY_BYTES_MAX)
        return strict_json(body)


def strict_json(body: bytes) -> Any:
    """Parse one JSON document. Raises ParseError with what is wrong."""
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_no_twins,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except RecursionError:
        raise ParseError("is nested too deeply") from None
    except ValueError as reason:
        raise ParseError(f"is not valid JSON: {reason}") from None
    _check(value, depth=0)
    return value


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    """Return the number; one beyond a double's range would be written as Infinity, no JSON."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is out of range")
    return value


def _check(value: Any, *, depth: int) -> None:
    """Refuse depth, NUL characters and lone surrogates, which PostgreSQL cannot store."""
    if depth > JSON_DEPTH_MAX:
        raise ParseError("is nested too deeply")
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
                raise ParseError("holds a character that is not allowed")
        case dict():
            for key, inner in value.items():
                _check(key, depth=depth + 1)
                _check(inner, depth=depth + 1)
        case list():
            for inner in value:
                _check(inner, depth=depth + 1)
