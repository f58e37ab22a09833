"""``/.well-known/jwks.json``: the keys that tokens are verified with."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from identity import keys
from identity.models import SigningKey


@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    """Return the published key set; verifiers may keep it for five minutes."""
    del request
    return _published(SigningKey.Purpose.TOKENS)


@require_safe
def init_data_keys(request: HttpRequest) -> JsonResponse:
    """Return the keys of initData's ``signature`` (Ed25519), for validators that take a key."""
    del request
    return _published(SigningKey.Purpose.INIT_DATA)


def _published(purpose: str) -> JsonResponse:
    answer = JsonResponse(keys.jwks(purpose))
    answer.headers["Cache-Control"] = f"public, max-age={keys.JWKS_MAX_AGE_S}"
    answer.headers["Access-Control-Allow-Origin"] = "*"  # public keys, for any verifier
    return answer
