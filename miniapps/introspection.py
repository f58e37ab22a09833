"""What a token of ours is worth now, whichever kind it is (RFC 7662)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import jwt

from miniapps import access, payment_tokens, tokens
from miniapps.models import AppKey


def introspect(token: str, *, key: AppKey, now: datetime) -> dict[str, Any]:
    """Tell the server that holds ``key`` what a token of its app is worth.

    Raises NotFound, ScopeMissing.
    """
    app = access.app_of(key, key.app.public_id, right="introspect")
    if _typ(token) == payment_tokens.TYPE:
        return payment_tokens.introspect(token, app=app, book=access.book_of(key), now=now)
    return tokens.introspect(token, app=app, now=now)


def _typ(token: str) -> object:
    """Return the kind a token claims to be; nothing is believed by this."""
    try:
        return jwt.get_unverified_header(token).get("typ")
    except jwt.InvalidTokenError:
        return None
