"""Payment tokens: what an app's page can show its server as proof that somebody paid.

A JWT (EdDSA) of ``typ`` ``payment+jwt``, signed with the keys of user tokens and for the same
audience. What the page says is a hint; this token, the signed webhook and
``GET /api/v1/payments/{id}`` are the truth and agree.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import jwt
from django.conf import settings

from core.limits import PAYMENT_TOKEN_TTL_S
from identity import keys
from identity.models import SigningKey
from miniapps.charging import payer_of
from miniapps.models import App
from miniapps.tokens import ALGORITHM, LEEWAY_S, IssuedToken, audience_of
from wallet.documents import payment_document
from wallet.models import Payment

TYPE = "payment+jwt"
MEMBERS = (
    "id", "invoice", "order_ref", "payload", "amount_rials", "refunded_rials", "status", "paid_at",
    "test",
)  # fmt: skip


def issue(*, payment: Payment, app: App, now: datetime) -> IssuedToken:
    """Return the token of a payment of this app. The payment comes with its invoice and payer."""
    assert payment.audience == app.public_id
    issued = int(now.timestamp())
    document = payment_document(payment)
    claims: dict[str, Any] = {
        "iss": settings.ORIGIN,
        "aud": audience_of(app),
        "sub": payer_of(payment),
        "iat": issued,
        "nbf": issued - LEEWAY_S,
        "exp": issued + PAYMENT_TOKEN_TTL_S,
        "jti": secrets.token_urlsafe(16),
        "payment": {name: document[name] for name in MEMBERS},
    }
    signer = keys.signer(SigningKey.Purpose.TOKENS)
    headers = {"typ": TYPE, "kid": signer.kid}
    token = jwt.encode(claims, signer.private, algorithm=ALGORITHM, headers=headers)
    return IssuedToken(token=token, expires_at=claims["exp"])
