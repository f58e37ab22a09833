"""Paging by key: the cursor names the last row seen, so pages cost the same however deep."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.request import Request

from core.limits import API_PAGE, API_PAGE_MAX
from core.problems import Fault, InvalidInput

Row = TypeVar("Row", bound=Model)


def page_size(request: Request, *, default: int = API_PAGE, most: int = API_PAGE_MAX) -> int:
    """Read ``?limit=`` within bounds. Raises InvalidInput when it is no number."""
    text = request.query_params.get("limit", str(default))
    digits_max = 9  # a longer text must not be judged by its beginning
    readable = text.isascii() and text.isdigit() and len(text) <= digits_max
    if not readable or not 1 <= int(text) <= most:
        raise InvalidInput([Fault("#/limit", f"must be a number from 1 to {most}", "range")])
    return int(text)


def newest_first(
    request: Request, rows: QuerySet[Row], *, key: str = "pk"
) -> tuple[list[Row], str | None]:
    """Return one page, newest first by primary key, and the cursor of the next page or None.

    ``key`` names another unique number of the rows when an index gives them in its order.
    """
    size = page_size(request)
    after = _decode(request.query_params.get("cursor", ""))
    if after is not None:
        rows = rows.filter(**{f"{key}__lt": after})
    found = list(rows.order_by(f"-{key}")[: size + 1])
    more = len(found) > size
    return found[:size], _encode(getattr(found[size - 1], key)) if more else None


def _encode(key: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([key]).encode()).decode().rstrip("=")


def _decode(cursor: str) -> int | None:
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        value: Any = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        value = None
    if not (isinstance(value, list) and len(value) == 1 and type(value[0]) is int):
        raise InvalidInput([Fault("#/cursor", "must come from an earlier answer", "cursor")])
    key: int = value[0]
    if not 0 < key < 2**63:
        raise InvalidInput([Fault("#/cursor", "must come from an earlier answer", "cursor")])
    return key
