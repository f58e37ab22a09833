"""Signatures as Standard Webhooks has them: id, time and body under a secret of the endpoint.

While a rotated secret still counts, both sign, so that a server may change over when it likes.
"""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook

from miniapps import sealing
from miniapps.models import WebhookEndpoint

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def new_secret() -> tuple[str, bytes]:
    """Return a secret as its maker sees it once, and sealed for the database."""
    text = PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    return text, sealing.seal(text.encode())


def secrets_of(endpoint: WebhookEndpoint, *, now: datetime) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    sealed = [bytes(endpoint.secret_sealed)]
    if endpoint.old_secret_until is not None and endpoint.old_secret_until > now:
        assert endpoint.old_secret_sealed is not None
        sealed.append(bytes(endpoint.old_secret_sealed))
    return [sealing.unseal(one).decode() for one in sealed]


def headers(*, event_id: str, body: str, signers: list[str], now: datetime) -> dict[str, str]:
    """Return the three headers. The id is the event's: it stays the same over all tries."""
    signed = [Webhook(one).sign(event_id, now.astimezone(UTC), body) for one in signers]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signed),
    }
