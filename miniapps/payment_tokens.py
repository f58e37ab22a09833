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
from miniapps.tokens import (
    ALGORITHM,
    LEEWAY_S,
    REGISTERED,
    IssuedToken,
    TokenKind,
    audience_of,
    verified,
)
from wallet.documents import payment_document
from wallet.models import Payment

TYPE = "payment+jwt"
LENGTH_MAX = 16 * 1024  # a payload of 1 kB may take six times as much in JSON, then a third more
PAYMENT = TokenKind(TYPE, (*REGISTERED, "payment"), PAYMENT_TOKEN_TTL_S, LENGTH_MAX)
MEMBERS = (
    "id", "invoice", "order_ref", "payload", "amount_rials", "refunded_rials", "status", "paid_at",
    "test",
)  # fmt: skip


def issue(*, payment: Payment, app: App, now: datetime) -> IssuedToken:
    """Return the token of a payment of this app. The payment comes with its invoice and payer."""
    assert payment.audience == app.public_id
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": settings.ORIGIN,
        "aud": audience_of(app),
        "sub": payer_of(payment),
        "iat": issued,
        "nbf": issued - LEEWAY_S,
        "exp": issued + PAYMENT_TOKEN_TTL_S,
        "jti": secrets.token_urlsafe(16),
        "payment": told(payment),
    }
    signer = keys.signer(SigningKey.Purpose.TOKENS)
    headers = {"typ": TYPE, "kid": signer.kid}
    token = jwt.encode(claims, signer.private, algorithm=ALGORITHM, headers=headers)
    return IssuedToken(token=token, expires_at=claims["exp"])


def told(payment: Payment) -> dict[str, Any]:
    """Return what a token says of a payment. The caller has fetched the invoice."""
    document = payment_document(payment)
    return {name: document[name] for name in MEMBERS}


def introspect(token: str, *, app: App, book: str, now: datetime) -> dict[str, Any]:
    """Tell an app's server what a payment token is worth now (RFC 7662).

    Return ``{"active": false}`` or its claims with the payment as it is now, which may have been
    refunded since. A token of the other book is worth nothing: test money proves no payment.
    """
    claims = verified(token, app=app, now=now, kind=PAYMENT)
    said = None if claims is None else claims["payment"]
    if claims is None or not isinstance(said, dict):
        return {"active": False}
    rows = Payment.objects.select_related("invoice").filter(audience=app.public_id, book=book)
    payment = rows.filter(public_id=str(said.get("id"))).first()
    if payment is None:
        return {"active": False}
    return {"active": True, "token_type": TYPE} | claims | {"payment": told(payment)}
