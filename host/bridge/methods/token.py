"""``token.get``: who the person is to the app, signed."""

from __future__ import annotations

from typing import Any

from core.limits import USER_TOKENS_PER_MINUTE_MAX
from host.bridge.dispatch import Call, method
from miniapps import tokens


@method("token.get", rate=(USER_TOKENS_PER_MINUTE_MAX, 60))
def get(call: Call) -> dict[str, Any]:
    """Return a fresh user token and the Unix second it ends."""
    issued = tokens.user_token(call.launch, now=call.now)
    return {"token": issued.token, "expires_at": issued.expires_at}
